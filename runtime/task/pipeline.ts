import {
  ConnectError,
  type Converter,
  type HeaderConverter,
  type HeaderList,
  type SinkBatch,
  type SinkRecord,
} from "../api/index.js";
import type { PartitionBatch } from "../kafka/seam.js";
import type { Instance, TransformationStage } from "../plugins/instantiate.js";
import { convertAgain, convertColumn, type Side } from "./convert-column.js";
import type { ErrorPolicy, Failure, Stage } from "./error-policy.js";
import { convertHeaders } from "./lazy-datum.js";
import { areSafeHeaders, RowOrigin, type RawRecord } from "./raw-record.js";
import { ColumnBatch, RecordBatch, recordOf, selectChecked, type CheckedRows } from "./sink-batches.js";

export interface PipelineParts {
  readonly key: Instance<Converter>;
  readonly value: Instance<Converter>;
  readonly header: Instance<HeaderConverter>;
  readonly transformations: readonly TransformationStage[];
  readonly policy: ErrorPolicy;
  /** Told of the original topic of every batch of which a record got through the converters. */
  readonly onTopic: (topic: string) => void;
}

const STAGES: Record<Side, Stage> = { key: "KEY_CONVERTER", value: "VALUE_CONVERTER" };

/** Failures by row; of several of one row the first counts, as Connect stops there. */
type Failures = Map<number, Failure>;

/** What the transformations made of a row; `record` is null when they filtered it out. */
type Transformed = { readonly record: SinkRecord | null } | { readonly failure: Failure };

/**
 * Step 2 of a record's path: bytes become what the sink gets. Column by column the converters check the bytes or convert them;
 * then, only where there are transformations or something failed, row by row the transformations and the error policy.
 * Awaits per batch, never per record, except for records that fail.
 */
export class Pipeline {
  constructor(private readonly parts: PipelineParts) {}

  /** True where every record that it gives has been made an object. */
  get makesObjects(): boolean {
    const { transformations, value } = this.parts;
    return transformations.length > 0 || (value.instance.lazy ?? null) === null;
  }

  /** Throws ConnectError when a record failed that may not: then nothing of the batch is to be delivered. */
  async run(batch: PartitionBatch): Promise<SinkBatch> {
    const failures: Failures = new Map();
    const rows = await this.#convert(batch, failures);
    if (failures.size < batch.columns.count) this.parts.onTopic(batch.topic);
    const result =
      this.parts.transformations.length > 0
        ? await this.#transform(rows, failures, batch.nextOffset)
        : new ColumnBatch(failures.size === 0 ? rows : await this.#survivors(rows, failures), batch.nextOffset);
    checkTimestamps(batch);
    return result;
  }

  async #convert(batch: PartitionBatch, failures: Failures): Promise<CheckedRows> {
    const { topic, partition, columns } = batch;
    const { header } = this.parts;
    const column = async (side: Side) => {
      const { instance, className } = this.parts[side];
      if (instance.prepare !== undefined) await this.#prepare(side, batch, failures);
      return convertColumn(instance, side, topic, columns, (row, error) => {
        if (!failures.has(row)) failures.set(row, { stage: STAGES[side], className, error });
      });
    };
    const key = await column("key");
    const value = await column("value");
    const converted = new Map<number, HeaderList>();
    const rows = { topic, partition, columns, key, value, headers: { converter: header.instance, converted } };
    for (let row = 0; row < columns.count; row++) {
      if (columns.headerCount[row] === 0 || failures.has(row)) continue;
      const failure = this.#convertHeaders(rows, row);
      if (failure !== null) failures.set(row, failure);
    }
    return rows;
  }

  /** Lets the converter do its I/O. Where that fails for good, every record that has bytes fails. */
  async #prepare(side: Side, batch: PartitionBatch, failures: Failures): Promise<void> {
    const { topic, columns } = batch;
    const { instance, className } = this.parts[side];
    if (columns.count === 0) return;
    const error = await this.parts.policy.attempt(async () => {
      await instance.prepare?.(topic, columns, side);
    });
    if (error === null) return;
    const lengths = side === "key" ? columns.keyLength : columns.valueLength;
    for (let row = 0; row < columns.count; row++)
      if (lengths[row]! >= 0 && !failures.has(row))
        failures.set(row, { stage: STAGES[side], className, error, final: true });
  }

  /** Headers that surely can be converted are left to their first reader. */
  #convertHeaders(rows: CheckedRows, row: number): Failure | null {
    const { topic, columns, headers } = rows;
    const { converter } = headers;
    const start = columns.headersStart[row]!;
    const count = columns.headerCount[row]!;
    try {
      if (areSafeHeaders(converter, columns.buffer, start, count)) return null;
      headers.converted.set(row, { all: convertHeaders(converter, topic, columns.buffer, start, count) });
      return null;
    } catch (error) {
      return { stage: "HEADER_CONVERTER", className: this.parts.header.className, error };
    }
  }

  /** Row by row in offset order, so that the first failure met is the one that counts. */
  async #transform(rows: CheckedRows, failures: Failures, nextOffset: number): Promise<SinkBatch> {
    const records: SinkRecord[] = [];
    for (let row = 0; row < rows.columns.count; row++) {
      const failed = failures.get(row);
      let outcome: Transformed = failed === undefined ? this.#applyTo(rows, row) : { failure: failed };
      if ("failure" in outcome) {
        const { failure } = outcome;
        const recovered = await this.#handle(rows, row, failure, () => {
          const failedAgain = failure.stage === "TRANSFORMATION" ? null : this.#redo(rows, row);
          outcome = failedAgain === null ? this.#applyTo(rows, row) : { failure: failedAgain };
          return "failure" in outcome ? outcome.failure : null;
        });
        if (!recovered || "failure" in outcome) continue;
      }
      if (outcome.record !== null) records.push(outcome.record);
    }
    return new RecordBatch(rows.topic, rows.partition, nextOffset, records);
  }

  #applyTo(rows: CheckedRows, row: number): Transformed {
    let className = "";
    try {
      let record = recordOf(rows, row);
      for (const stage of this.parts.transformations) {
        className = stage.className;
        const { condition } = stage;
        if (condition !== null && condition.instance.test(record) === condition.negate) continue;
        const transformed = stage.instance.apply(record);
        if (transformed === null) return { record: null };
        record = transformed;
      }
      return { record };
    } catch (error) {
      return { failure: { stage: "TRANSFORMATION", className, error } };
    }
  }

  /** Handles the failed rows in order and gives what is left. */
  async #survivors(rows: CheckedRows, failures: Failures): Promise<CheckedRows> {
    const kept: number[] = [];
    for (let row = 0; row < rows.columns.count; row++) {
      const failure = failures.get(row);
      if (failure === undefined || (await this.#handle(rows, row, failure, () => this.#redo(rows, row))))
        kept.push(row);
    }
    return kept.length === rows.columns.count ? rows : selectChecked(rows, kept);
  }

  #handle(rows: CheckedRows, row: number, failure: Failure, redo: () => Failure | null): Promise<boolean> {
    const raw = (): RawRecord => new RowOrigin(rows.topic, rows.partition, rows.columns, row).raw();
    return this.parts.policy.handle(failure, raw, redo);
  }

  /** Converts one row again. */
  #redo(rows: CheckedRows, row: number): Failure | null {
    for (const side of ["key", "value"] as const) {
      try {
        convertAgain(rows[side], side, rows.topic, rows.columns, row);
      } catch (error) {
        return { stage: STAGES[side], className: this.parts[side].className, error };
      }
    }
    return this.#convertHeaders(rows, row);
  }
}

/** Connect knows one negative timestamp, -1 for none, and fails the task for any other. Source: `ConnectUtils`, Connect 4.1. */
function checkTimestamps(batch: PartitionBatch): void {
  const { timestampsMs, count, offsets } = batch.columns;
  for (let row = 0; row < count; row++) {
    const timestampMs = timestampsMs[row]!;
    if (timestampMs < -1)
      throw new ConnectError("fatal", `Invalid record timestamp ${timestampMs}`, {
        javaClass: "org.apache.kafka.common.InvalidRecordException",
        at: { topic: batch.topic, partition: batch.partition, offset: offsets[row]! },
      });
  }
}
