import type { ErrorData, LogLevel } from "../api/index.js";
import type { ClientProperties } from "../kafka/seam.js";
import type { PluginSources } from "../plugins/load.js";

/**
 * The whole boundary between the main thread and the task threads: two tagged unions of plain data. Records never cross it.
 */

/** `connector-n`. */
export type TaskKey = string;

/** All that a task needs, with config providers resolved. Holds secrets: never logged. */
export interface TaskSpec {
  readonly key: TaskKey;
  readonly connector: string;
  readonly taskId: number;
  /** Class name of the connector; decides the task implementation (never `task.class`). */
  readonly connectorClass: string;
  /** The connector's own configuration: converters, transformations and error handling come from here, as in Connect. */
  readonly connectorConfig: Readonly<Record<string, string>>;
  /** The task's configuration, given to `SinkTask.start`. */
  readonly config: Readonly<Record<string, string>>;
  /** Worker properties that the task needs (converters, prefixes removed nowhere). */
  readonly worker: Readonly<Record<string, string>>;
  readonly consumer: ClientProperties;
  readonly deadLetterProducer: ClientProperties;
  readonly deadLetterAdmin: ClientProperties;
  readonly startPaused: boolean;
}

/** What a thread is started with (`workerData`). */
export interface ThreadOptions {
  readonly plugins: PluginSources;
  /** Bytes that the tasks of the thread may buffer together. */
  readonly budgetBytes: number;
  /** Levels that were set, in that order, each for all loggers whose names start so; `root` is every logger. */
  readonly logLevels: readonly (readonly [logger: string, level: LogLevel])[];
}

export type ToThread =
  | { readonly type: "start"; readonly task: TaskSpec }
  | { readonly type: "pause"; readonly key: TaskKey }
  | { readonly type: "resume"; readonly key: TaskKey }
  /** Stop within `timeoutMs` of now, else be abandoned. */
  | { readonly type: "stop"; readonly key: TaskKey; readonly timeoutMs: number }
  /** The connector's active topics were reset: report each topic again when it is next read. */
  | { readonly type: "forget-topics"; readonly connector: string }
  | { readonly type: "log-level"; readonly logger: string; readonly level: LogLevel }
  | { readonly type: "metrics"; readonly request: number };

/** Exactly one of `failed`, `stopped` and `abandoned` ends a task, and nothing follows it. */
export type TaskEvent =
  | { readonly type: "running"; readonly key: TaskKey }
  | { readonly type: "paused"; readonly key: TaskKey }
  | { readonly type: "resumed"; readonly key: TaskKey }
  /** The task is gone after a failure. */
  | { readonly type: "failed"; readonly key: TaskKey; readonly error: ErrorData; readonly trace: string }
  /** The task is gone because it was asked to stop. */
  | { readonly type: "stopped"; readonly key: TaskKey }
  /** The task did not stop in time. What is left of it can commit nothing and says nothing any more. */
  | { readonly type: "abandoned"; readonly key: TaskKey }
  /** A topic that the task read for the first time. */
  | { readonly type: "active-topic"; readonly key: TaskKey; readonly topic: string };

export type FromThread =
  | { readonly type: "ready" }
  | TaskEvent
  | {
      readonly type: "metrics";
      readonly request: number;
      readonly tasks: readonly TaskMetricsSnapshot[];
      readonly thread: ThreadMetrics;
    };

/**
 * Values as of now. Connect's metrics are named `group/name` (`sink-task-metrics/put-batch-max-time-ms`), the sink's own have
 * plain names. Lag and similar by partition are in `partitions`. A metric without a value yet is absent.
 */
export interface TaskMetricsSnapshot {
  readonly key: TaskKey;
  readonly values: Readonly<Record<string, number>>;
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly values: Readonly<Record<string, number>>;
  }[];
}

export interface ThreadMetrics {
  readonly bufferedBytes: number;
  readonly budgetBytes: number;
  readonly eventLoopDelayP99Ms: number;
}
