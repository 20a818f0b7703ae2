import {
  ConnectError,
  topicPartitionKey,
  type Converter,
  type ErrantRecordReporter,
  type HeaderConverter,
  type Logger,
  type SinkRecord,
  type TopicPartition,
} from "../api/index.js";
import { toleranceExceeded, type ErrorPolicy } from "./error-policy.js";
import type { ErrorMetrics } from "./metrics.js";
import { RowOrigin, type RawRecord } from "./raw-record.js";

/** Class that Connect names for errors that a sink reports itself. */
const SINK_TASK_CLASS = "org.apache.kafka.connect.sink.SinkTask";

export interface ErrantReporterParts {
  readonly policy: ErrorPolicy;
  readonly metrics: ErrorMetrics;
  readonly key: Converter;
  readonly value: Converter;
  readonly header: HeaderConverter;
  readonly log: Logger;
}

/** Records that the sink could not write (KIP-610). Source: `WorkerErrantRecordReporter`, Connect 4.1. */
export class ErrantReporter implements ErrantRecordReporter {
  /** Reports under way, by {@link topicPartitionKey} of the record's origin. */
  readonly #reports = new Map<string, Set<Promise<void>>>();
  #intolerable: ConnectError | null = null;

  constructor(private readonly parts: ErrantReporterParts) {}

  report(record: SinkRecord, error: ConnectError): Promise<void> {
    const outcome = this.#report(record, error);
    // A sink need not wait: the next commit meets the failure.
    outcome.catch(() => undefined);
    return outcome;
  }

  async #report(record: SinkRecord, error: ConnectError): Promise<void> {
    const { policy, metrics } = this.parts;
    const raw = this.#rawOf(record);
    policy.fail();
    metrics.failures.add(1);
    const report = policy.reportTo({ stage: "TASK_PUT", className: SINK_TASK_CLASS, error }, raw);
    this.#track(raw, report);
    if (!policy.isTolerant) {
      metrics.errors.add(1);
      this.#intolerable ??= toleranceExceeded(error);
      throw this.#intolerable;
    }
    await report;
  }

  /** Throws when a record was reported that may not fail: for tasks that went on regardless. */
  throwIfIntolerable(): void {
    if (this.#intolerable !== null) throw this.#intolerable;
  }

  /** Settles when all reports of `partitions` are where they belong. Throws ConnectError `fatal` when one could not be brought there. */
  async awaitReports(partitions: readonly TopicPartition[]): Promise<void> {
    for (const tp of partitions) {
      const key = topicPartitionKey(tp);
      const reports = this.#reports.get(key);
      this.#reports.delete(key);
      for (const report of reports ?? [])
        await report.catch((error: unknown) => {
          this.parts.log.error("Encountered an error while awaiting an errant record future's completion.", { error });
          throw new ConnectError("fatal", error instanceof Error ? error.message : String(error), { cause: error });
        });
    }
  }

  /** Nobody waits for the reports of these partitions any more. */
  cancel(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) this.#reports.delete(topicPartitionKey(tp));
  }

  #track(raw: RawRecord, report: Promise<void>): void {
    const key = topicPartitionKey(raw);
    const reports = this.#reports.get(key) ?? new Set();
    this.#reports.set(key, reports.add(report));
    report.then(
      () => reports.delete(report),
      // Kept, so that the next commit meets it.
      () => undefined,
    );
  }

  /** The original bytes, or for a record that the sink made itself, what the converters make of it. */
  #rawOf(record: SinkRecord): RawRecord {
    if (record.origin instanceof RowOrigin) return record.origin.raw();
    const { key, value, header } = this.parts;
    const { topic } = record;
    return {
      topic,
      partition: record.partition ?? record.origin.partition,
      offset: record.offset,
      timestampMs: record.timestampMs ?? -1,
      timestampType: record.timestampType,
      key: key.fromConnect(topic, record.key.schema, record.key.value),
      value: value.fromConnect(topic, record.value.schema, record.value.value),
      headers: record.headers.all.map((item) => [item.key, header.fromConnectHeader(topic, item)]),
    };
  }
}
