import type { ConnectError } from "./errors.js";
import type { Logger } from "./log.js";
import type { SinkBatch } from "./record-columns.js";
import type { SinkRecord } from "./sink-record.js";
import type { NextOffsets, TopicPartition, TopicPartitionOffset } from "./topic-partition.js";

/** Bytes that may be buffered on a task thread, shared by all its tasks. */
export interface MemoryBudget {
  readonly limitBytes: number;
  readonly usedBytes: number;
  /** Takes `bytes` at once, also beyond the limit: for what must be held. Pair with `release`. */
  take(bytes: number): void;
  /** Takes `bytes` if they fit and says whether they did. */
  tryTake(bytes: number): boolean;
  release(bytes: number): void;
}

/** Counters and gauges that a sink task reports; names as in the metric without the `sluice_` prefix. */
export interface TaskMetrics {
  add(name: string, by: number): void;
  set(name: string, value: number): void;
  /** A gauge that is read whenever metrics are asked for; `read` must be quick. */
  gauge(name: string, read: () => number): void;
}

/** Takes records that a sink could not write (KIP-610). */
export interface ErrantRecordReporter {
  /** Settles when the record is in the dead letter queue; throws ConnectError `fatal` when errors are not tolerated. */
  report(record: SinkRecord, error: ConnectError): Promise<void>;
}

/**
 * The group's committed offsets with their notes. A task that must do something outside Kafka exactly once leaves a note of what
 * it is about to do beside the offsets that stay committed, does it, and then has the next offsets committed.
 */
export interface CommittedOffsets {
  /** What is committed now, read from the broker; partitions without a committed offset are absent. */
  read(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]>;
  /**
   * Commits these offsets and notes now; later rewinds go there. Settles once the broker has accepted them, which it does only
   * for the present owner of the partitions; else throws ConnectError.
   */
  write(offsets: readonly TopicPartitionOffset[]): Promise<void>;
}

/** What a sink task may ask of the runtime. Connect's `SinkTaskContext`, and the runtime's shared resources. */
export interface SinkTaskContext {
  readonly connectorName: string;
  readonly taskId: number;
  readonly log: Logger;
  /**
   * Aborted when the task must let go at once: its stop deadline passed, or its partitions were lost. After a loss the task goes
   * on with others, under a new signal: so read it anew for each piece of work.
   */
  readonly signal: AbortSignal;
  readonly memory: MemoryBudget;
  readonly metrics: TaskMetrics;
  /** Wall clock, milliseconds since the epoch. */
  nowMs(): number;
  assignment(): readonly TopicPartition[];
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Go on reading `tp` at `nextOffset`; it also becomes the partition's current and committed position. */
  offset(tp: TopicPartition, nextOffset: number): void;
  /** Wait at most this long before the next `put`, used once. With a retriable error: the time until the redelivery. */
  timeout(ms: number): void;
  /** Commit soon, without waiting for the interval. */
  requestCommit(): void;
  /** Absent where the runtime that holds the task has no group. */
  readonly committed?: CommittedOffsets;
  /** Null when neither a dead letter queue nor error logging is configured. */
  errantRecordReporter(): ErrantRecordReporter | null;
}

/**
 * Connect's `SinkTask`. All calls come one after the other, never two at a time.
 * Order: start, open, (put | preCommit | open | close)*, stop.
 */
export interface SinkTask {
  /** `config` is the task's configuration with config providers resolved. Throws to fail the task. */
  start(context: SinkTaskContext, config: Readonly<Record<string, string>>): Promise<void>;
  /** Partitions that were newly assigned, before their first record. */
  open?(partitions: readonly TopicPartition[]): Promise<void>;
  /**
   * Takes records; also called with no batch at all when nothing came in. A ConnectError `retriable` has the same batches
   * delivered again after `context.timeout`; any other error fails the task.
   */
  put(batches: readonly SinkBatch[]): Promise<void>;
  /**
   * Makes records durable and says which next offsets are safe to commit: none beyond `current`, which holds the next offsets
   * of all delivered records. Without it, `current` is committed. An error rewinds to the last committed offsets.
   */
  preCommit?(current: NextOffsets): Promise<NextOffsets>;
  /** Partitions that were taken away. `lost` means that another owner may exist already: do not write anything any more. */
  close?(partitions: readonly TopicPartition[], reason: "revoked" | "lost"): Promise<void>;
  /** The end: let go of everything. Nothing may become visible after it that was not committed. */
  stop(): Promise<void>;
}
