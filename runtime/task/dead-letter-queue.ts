import { ConnectError, formatTrace, toErrorData, type Logger } from "../api/index.js";
import type { KafkaAdmin, Producer, ProducerRecord } from "../kafka/seam.js";
import type { ErrorConfig } from "./error-config.js";
import type { ErrorReporter, FailedRecord } from "./error-policy.js";
import type { ErrorMetrics } from "./metrics.js";
import type { RawHeader } from "./raw-record.js";

const DEAD_LETTER_PARTITIONS = 1;

/** Bytes of letters that may be on their way; past it a further one waits, as Java's producer does at `buffer.memory`. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

export interface DeadLetterQueueParts {
  readonly config: ErrorConfig;
  readonly connector: string;
  readonly taskId: number;
  readonly createAdmin: () => KafkaAdmin;
  readonly createProducer: () => Producer;
  readonly metrics: ErrorMetrics;
  readonly log: Logger;
}

/**
 * The dead letter queue of a sink task: the record's own bytes, headers and timestamp, and, where configured, ten more headers that
 * say what went wrong. Source: `DeadLetterQueueReporter`, Connect 4.1.
 */
export class DeadLetterQueue implements ErrorReporter {
  readonly #pending = new Set<Promise<void>>();
  #pendingBytes = 0;

  private constructor(
    private readonly parts: DeadLetterQueueParts,
    private readonly topic: string,
    private readonly producer: Producer,
  ) {}

  /** Creates the topic when it is not there. Throws ConnectError `fatal`. */
  static async open(parts: DeadLetterQueueParts): Promise<DeadLetterQueue> {
    const topic = parts.config["errors.deadletterqueue.topic.name"];
    try {
      await ensureTopic(topic, parts);
    } catch (error) {
      throw new ConnectError("fatal", `Could not initialize dead letter queue with topic=${topic}`, { cause: error });
    }
    return new DeadLetterQueue(parts, topic, parts.createProducer());
  }

  report(failed: FailedRecord): Promise<void> {
    const { metrics, log, config, connector, taskId } = this.parts;
    metrics.deadLetterRequests.add(1);
    const context = config["errors.deadletterqueue.context.headers.enable"]
      ? contextHeaders(failed, connector, taskId)
      : [];
    const letter = toLetter(this.topic, failed, context);
    const bytes = sizeOf(letter);
    this.#pendingBytes += bytes;
    const sent = this.producer.send(letter).catch((error: unknown) => {
      log.error(`Could not produce message to dead letter queue. topic=${this.topic}`, { error });
      metrics.deadLetterFailures.add(1);
      throw error;
    });
    const settled = sent
      .catch(() => undefined)
      .then(() => {
        this.#pendingBytes -= bytes;
        this.#pending.delete(settled);
      });
    this.#pending.add(settled);
    return sent;
  }

  /** Settles when there is room for another letter. */
  async room(): Promise<void> {
    while (this.#pendingBytes > MAX_PENDING_BYTES) await Promise.race(this.#pending);
  }

  /** Settles when no letter is on its way. */
  async flush(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }
}

async function ensureTopic(topic: string, parts: DeadLetterQueueParts): Promise<void> {
  const admin = parts.createAdmin();
  try {
    if ((await admin.listTopics()).includes(topic)) return;
    parts.log.error(`Topic ${topic} doesn't exist. Will attempt to create topic.`);
    const replicationFactor = parts.config["errors.deadletterqueue.topic.replication.factor"];
    await admin.createTopic({ name: topic, partitions: DEAD_LETTER_PARTITIONS, replicationFactor });
  } finally {
    await admin.close();
  }
}

/** Copies the bytes: they outlive the fetch buffer. */
function toLetter(topic: string, { record }: FailedRecord, context: readonly RawHeader[]): ProducerRecord {
  const own = record.headers.map(([key, value]): RawHeader => [key, value?.slice() ?? null]);
  return {
    topic,
    partition: null,
    key: record.key?.slice() ?? null,
    value: record.value?.slice() ?? null,
    headers: [...own, ...context],
    ...(record.timestampMs >= 0 ? { timestampMs: record.timestampMs } : {}),
  };
}

const PREFIX = "__connect.errors.";

/** The headers that say what went wrong, in Connect's order. */
export function contextHeaders(failed: FailedRecord, connector: string, taskId: number): RawHeader[] {
  const { record, error } = failed;
  const header = (name: string, text: string): RawHeader => [PREFIX + name, Buffer.from(text)];
  const { javaClass, message } = toErrorData(error);
  return [
    header("topic", record.topic),
    header("partition", String(record.partition)),
    header("offset", String(record.offset)),
    header("connector.name", connector),
    header("task.id", String(taskId)),
    header("stage", failed.stage),
    header("class.name", failed.className),
    header("exception.class.name", javaClass),
    header("exception.message", message),
    header("exception.stacktrace", formatTrace(error)),
  ];
}

function sizeOf(letter: ProducerRecord): number {
  let bytes = (letter.key?.length ?? 0) + (letter.value?.length ?? 0);
  for (const [key, value] of letter.headers ?? []) bytes += key.length + (value?.length ?? 0);
  return bytes;
}
