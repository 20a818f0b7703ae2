import {
  ConnectError,
  oneOf,
  parseConfig,
  type Logger,
  type RecordColumns,
  type TopicPartition,
} from "../api/index.js";
import { delay } from "./backoff.js";
import { connectionConfig } from "./client-config.js";
import { Cluster } from "./cluster.js";
import { kafkaError, kafkaErrorNamed, translateKafkaError } from "./errors.js";
import { Fetcher } from "./fetcher.js";
import { MetadataView } from "./metadata-view.js";
import { createProducer } from "./producer.js";
import { LATEST, listOffsetsRequest } from "./requests/list-offsets.js";
import { retrying } from "./retry.js";
import type { ClientProperties, Producer, TopicLog, TopicLogRecord } from "./seam.js";
import { TopicPartitions } from "./topic-partitions.js";
import { Wakeup } from "./wakeup.js";

export interface TopicLogOptions {
  /** Default: the property `isolation.level`, `read_uncommitted` without it. */
  readonly isolation?: "read_committed" | "read_uncommitted";
  /** How long a write is tried. Default: for ever, as Connect's config topic does. */
  readonly deliveryTimeoutMs?: number;
}

/** Java's default for the operations of a consumer. */
const API_TIMEOUT_MS = 60_000;
/** `KafkaBasedLog.CREATE_TOPIC_TIMEOUT_NS`: how long a topic that was just created may stay unknown. */
const TOPIC_TIMEOUT_MS = 30_000;
/** Node's timers know 32 bits. */
const LONGEST_TIMER_MS = 2_147_483_647;
const FETCH_BYTES = 50 << 20;
const PARTITION_FETCH_BYTES = 1 << 20;
const FETCH_WAIT_MS = 500;

/** Opens no connection before `start` or the first `send`. Throws ConnectError `config`. */
export function openTopicLog(
  topic: string,
  properties: ClientProperties,
  log: Logger,
  options: TopicLogOptions = {},
): TopicLog {
  const given = parseConfig(ISOLATION_KEYS, properties)["isolation.level"].toLowerCase();
  const readCommitted = (options.isolation ?? given) === "read_committed";
  const cluster = new Cluster(connectionConfig(properties, log), log);
  const deliveryTimeoutMs = String(options.deliveryTimeoutMs ?? 2147483647);
  const producer = createProducer({ ...properties, acks: "all", "delivery.timeout.ms": deliveryTimeoutMs }, log);
  return new KafkaTopicLog(topic, cluster, producer, readCommitted, log);
}

const ISOLATION_KEYS = {
  "isolation.level": {
    type: "STRING",
    default: "read_uncommitted",
    importance: "MEDIUM",
    doc: "read_committed skips the records of aborted transactions and waits for open ones.",
    validator: oneOf("read_committed", "read_uncommitted"),
  },
} as const;

/** Somebody who waits until everything below these offsets, by partition, was delivered. */
interface Waiter {
  readonly ends: ReadonlyMap<number, number>;
  readonly resolve: () => void;
  readonly reject: (error: ConnectError) => void;
}

/**
 * One loop fetches, delivers and wakes those who wait. It goes on for as long as the log is open: what may pass is retried, and
 * after what should not pass (such as missing rights) it begins anew where it stood, after a pause.
 */
class KafkaTopicLog implements TopicLog {
  readonly #closing = new AbortController();
  readonly #wakeup = new Wakeup();
  readonly #waiters = new Set<Waiter>();
  readonly #partitions: TopicPartitions;
  #metadata: MetadataView;
  #fetcher: Fetcher;
  #partitionCount = 0;
  #loop: Promise<void> | null = null;

  constructor(
    private readonly topic: string,
    private readonly cluster: Cluster,
    private readonly producer: Producer,
    private readonly readCommitted: boolean,
    private readonly log: Logger,
  ) {
    this.#partitions = new TopicPartitions(cluster, false);
    [this.#metadata, this.#fetcher] = this.#newReader();
  }

  async start(onRecord: (record: TopicLogRecord) => void): Promise<void> {
    const deadlineMs = Date.now() + Math.max(TOPIC_TIMEOUT_MS, this.cluster.config.requestTimeoutMs);
    this.#partitionCount = await this.#countPartitions(deadlineMs);
    for (const tp of this.#all()) this.#fetcher.add(tp, null);
    this.#loop = this.#run(onRecord);
    await this.readToEnd();
  }

  async readToEnd(timeoutMs: number = API_TIMEOUT_MS): Promise<void> {
    const deadlineMs = Date.now() + timeoutMs;
    const ends = await this.#retrying(deadlineMs, () => this.#endOffsets());
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => {
          waiter.reject(new ConnectError("timeout", `Timed out while reading to the end of the topic ${this.topic}`));
        },
        Math.min(deadlineMs - Date.now(), LONGEST_TIMER_MS),
      );
      const settled = (settle: () => void): void => {
        clearTimeout(late);
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        ends,
        resolve: () => {
          settled(resolve);
        },
        reject: (error) => {
          settled(() => {
            reject(error);
          });
        },
      };
      this.#waiters.add(waiter);
      if (this.#closing.signal.aborted) waiter.reject(this.#closed());
      this.#wakeup.notify();
    });
  }

  send(key: string, value: Uint8Array | null): Promise<void> {
    return this.producer.send({ topic: this.topic, key: Buffer.from(key, "utf8"), value });
  }

  partitionCount(): number {
    return this.#partitionCount;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wakeup.notify();
    for (const waiter of this.#waiters) waiter.reject(this.#closed());
    this.cluster.close();
    await this.#loop;
    await this.producer.close();
  }

  async #countPartitions(deadlineMs: number): Promise<number> {
    try {
      const { leaders } = await this.#retrying(deadlineMs, () => this.#partitions.view(this.topic));
      return leaders.length;
    } catch (cause) {
      const error = translateKafkaError(cause, { topic: this.topic });
      if (error.kind !== "retriable") throw error;
      throw new ConnectError(
        "fatal",
        `Could not look up partition metadata for the topic ${this.topic} in allotted period. This could indicate a ` +
          "connectivity issue, unavailable topic partitions, or if this is your first use of the topic it may have taken " +
          "too long to create.",
        { cause: error, at: error.at },
      );
    }
  }

  #newReader(): [MetadataView, Fetcher] {
    const onChange = (): void => {
      this.#wakeup.notify();
    };
    const metadata = new MetadataView(this.cluster, this.log, onChange);
    metadata.select({ topics: [this.topic], autoCreate: false });
    const config = {
      maxWaitMs: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      maxPartitionBytes: PARTITION_FETCH_BYTES,
      readCommitted: this.readCommitted,
      rack: "",
      checkCrcs: true,
      offsetReset: "earliest",
      takeBytes: PARTITION_FETCH_BYTES,
      reuseBuffers: false,
    } as const;
    return [metadata, new Fetcher(this.cluster, metadata, config, this.log, onChange)];
  }

  async #run(onRecord: (record: TopicLogRecord) => void): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        const batches = await this.#fetcher.take();
        for (const { partition, columns } of batches) this.#deliver(partition, columns, onRecord);
        this.#wakeWaiters();
        // After what was taken: a broker is asked again only then.
        this.#metadata.maintain(Date.now());
        this.#fetcher.maintain(Date.now());
        if (batches.length > 0) continue;
        const dueMs = Math.min(this.#metadata.dueMs(), this.#fetcher.dueMs());
        await this.#wakeup.wait(Math.min(Math.max(0, dueMs - Date.now()), API_TIMEOUT_MS));
      } catch (cause) {
        await this.#beginAnew(translateKafkaError(cause, { topic: this.topic }));
      }
    }
  }

  async #beginAnew(error: ConnectError): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.log.error("Reading the topic failed and begins again", { topic: this.topic, error });
    for (const waiter of this.#waiters) waiter.reject(error);
    const positions = this.#all().map((tp) => [tp, this.#fetcher.position(tp)] as const);
    [this.#metadata, this.#fetcher] = this.#newReader();
    for (const [tp, position] of positions) this.#fetcher.add(tp, position);
    await delay(this.cluster.config.retryBackoffMaxMs, this.#closing.signal);
  }

  #deliver(partition: number, columns: RecordColumns, onRecord: (record: TopicLogRecord) => void): void {
    for (let row = 0; row < columns.count; row++) {
      const key = bytesAt(columns.buffer, columns.keyStart[row], columns.keyLength[row]);
      const record = {
        partition,
        offset: columns.offsets[row] ?? -1,
        key: key === null ? null : key.toString("utf8"),
        value: bytesAt(columns.buffer, columns.valueStart[row], columns.valueLength[row]),
        timestampMs: columns.timestampsMs[row] ?? -1,
      };
      try {
        onRecord(record);
      } catch (error) {
        this.log.error("A record was not handled", { topic: this.topic, partition, offset: record.offset, error });
      }
    }
  }

  #wakeWaiters(): void {
    for (const waiter of this.#waiters) {
      const reached = [...waiter.ends].every(([partition, end]) => this.#position(partition) >= end);
      if (reached) waiter.resolve();
    }
  }

  #position(partition: number): number {
    return this.#fetcher.position({ topic: this.topic, partition }) ?? -1;
  }

  /**
   * By partition: the very end, also with read_committed. A transaction is committed before its markers stand in the topic, and who
   * has just written has to find what it wrote: reading waits for them, as `KafkaBasedLog` does.
   */
  async #endOffsets(): Promise<ReadonlyMap<number, number>> {
    const { leaders } = await this.#partitions.view(this.topic);
    const ends = new Map<number, number>();
    const asked = [...Map.groupBy(this.#all(), ({ partition }) => leaders[partition] ?? -1)].map(
      async ([node, led]) => {
        if (node < 0) throw kafkaErrorNamed("LEADER_NOT_AVAILABLE", { topic: this.topic });
        const answer = await this.cluster.send({ node }, listOffsetsRequest(led, LATEST, false));
        for (const { topic, partition, errorCode, offset } of answer.partitions) {
          if (errorCode !== 0) throw kafkaError(errorCode, { topic, partition });
          ends.set(partition, offset);
        }
      },
    );
    try {
      await Promise.all(asked);
    } catch (error) {
      this.#partitions.forget(this.topic);
      throw error;
    }
    return ends;
  }

  #all(): TopicPartition[] {
    return Array.from({ length: this.#partitionCount }, (_, partition) => ({ topic: this.topic, partition }));
  }

  #retrying<T>(deadlineMs: number, attempt: () => Promise<T>): Promise<T> {
    return retrying(this.cluster.config, { deadlineMs, signal: this.#closing.signal }, attempt);
  }

  #closed(): ConnectError {
    return new ConnectError("fatal", `The log of the topic ${this.topic} was closed`);
  }
}

/** A copy: the buffer is a whole fetch answer and would stay in memory for the record's sake. */
function bytesAt(buffer: Buffer, start: number | undefined, length: number | undefined): Buffer | null {
  if (start === undefined || length === undefined || length < 0) return null;
  return Buffer.from(buffer.subarray(start, start + length));
}
