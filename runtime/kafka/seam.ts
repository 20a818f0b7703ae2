import type { RecordColumns, SinkBatch, TopicPartition, TopicPartitionOffset } from "../api/index.js";

/**
 * What the rest of the runtime sees of Kafka. Everything behind it (connections, kafkajs, protocol bytes) stays in this folder.
 * All methods throw ConnectError: `retriable` for what may pass, `fatal` else (`errors.ts` has the table).
 */

/** Java client properties, prefix removed and config providers resolved, e.g. `bootstrap.servers`, `sasl.jaas.config`. */
export type ClientProperties = Readonly<Record<string, string>>;

/** Records of one partition as they came from the broker: checked, decompressed, not decoded. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly columns: RecordColumns;
  /** Offset to read next after this batch, counting control and compacted-away records. */
  readonly nextOffset: SinkBatch["nextOffset"];
}

export interface AssignmentListener {
  /** Before the first poll of these partitions returns records. Positions are set: `position` answers. */
  onAssigned(partitions: readonly TopicPartition[]): Promise<void>;
  /** Still ours until it settles: commit here. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** Taken away already (session expired, fenced): nothing may be committed or written any more. */
  onLost(partitions: readonly TopicPartition[]): Promise<void>;
}

export type Subscription = { readonly topics: readonly string[] } | { readonly pattern: RegExp };

/**
 * A member of a classic consumer group with its own fetch loop. One call at a time, except `wakeup` and `close`.
 * Heartbeats have their own timer; only `poll` runs listener callbacks.
 */
export interface SinkConsumer {
  subscribe(subscription: Subscription, listener: AssignmentListener): void;
  /**
   * Waits up to `timeoutMs` for records and gives what is there, oldest first, at most a few MiB. Joins and rebalances within.
   * Empty when nothing came or after `wakeup`. Buffers of the answer stay valid until the next `poll` that gives records.
   */
  poll(timeoutMs: number): Promise<readonly PartitionBatch[]>;
  /** Ends a running or the next `poll` early. */
  wakeup(): void;
  assignment(): readonly TopicPartition[];
  /** Offset to read next. Throws for a partition that is not assigned. */
  position(tp: TopicPartition): number;
  seek(tp: TopicPartition, nextOffset: number): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  paused(): readonly TopicPartition[];
  /** The group's committed next offsets and their notes; partitions without one are absent. */
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]>;
  /** Commits next offsets with their notes. */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Log end minus position by partition, as of the last fetch. */
  lag(): readonly { readonly topic: string; readonly partition: number; readonly lag: number }[];
  /** Runs `onRevoked` for all partitions, leaves the group at once and closes connections. Idempotent. */
  close(): Promise<void>;
}

export interface ProducerRecord {
  readonly topic: string;
  /** Null or absent: Java's partitioner (murmur2 of the key). */
  readonly partition?: number | null;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: readonly (readonly [string, Uint8Array | null])[];
  /** Absent: now. */
  readonly timestampMs?: number;
}

export interface Producer {
  /** Settles when all in-sync replicas have the record (acks=all); in order of the calls. */
  send(record: ProducerRecord): Promise<void>;
  close(): Promise<void>;
}

export interface TopicLogRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
}

/**
 * A topic read whole and for ever, without a group, and written to: Connect's `KafkaBasedLog`. Records are handed to the
 * callback in offset order by partition.
 */
export interface TopicLog {
  /** Reads to the end, then goes on reading in the background. Settles at the end reached. */
  start(onRecord: (record: TopicLogRecord) => void): Promise<void>;
  /** Settles once everything that was in the topic when it was called has been given to the callback. */
  readToEnd(timeoutMs?: number): Promise<void>;
  send(key: string, value: Uint8Array | null): Promise<void>;
  partitionCount(): number;
  close(): Promise<void>;
}

export interface NewTopic {
  readonly name: string;
  /** -1: the broker's default. */
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  readonly configs?: Readonly<Record<string, string>>;
}

export interface KafkaAdmin {
  clusterId(): Promise<string>;
  listTopics(): Promise<readonly string[]>;
  /** Partition count by topic; unknown topics are absent. */
  describeTopics(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** False when it existed already. */
  createTopic(topic: NewTopic): Promise<boolean>;
  /** Null when describing is not allowed or not supported. */
  topicConfig(topic: string, key: string): Promise<string | null>;
  /** Empty when the group does not exist. */
  listGroupOffsets(group: string): Promise<readonly TopicPartitionOffset[]>;
  /** Throws ConnectError `rebalancing` while the group has members. */
  alterGroupOffsets(group: string, offsets: readonly TopicPartitionOffset[]): Promise<void>;
  deleteGroupOffsets(group: string, partitions: readonly TopicPartition[]): Promise<void>;
  /** Deleting an unknown group succeeds. */
  deleteGroup(group: string): Promise<void>;
  close(): Promise<void>;
}
