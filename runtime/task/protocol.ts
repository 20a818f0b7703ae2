import type { ErrorData, LogLevel } from "../api/index.js";
import type { ClientProperties } from "../kafka/seam.js";

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
  /** The task's own configuration: what `SinkTask.start` gets, and `topics` or `topics.regex`. */
  readonly config: Readonly<Record<string, string>>;
  /** The connector's configuration: decides converters, transformations and error handling, as in Connect. */
  readonly connectorConfig: Readonly<Record<string, string>>;
  /** Worker properties that the task needs (converters, prefixes removed nowhere). */
  readonly worker: Readonly<Record<string, string>>;
  readonly consumer: ClientProperties;
  readonly deadLetterProducer: ClientProperties;
  readonly deadLetterAdmin: ClientProperties;
  readonly startPaused: boolean;
}

export type ToThread =
  | { readonly type: "start"; readonly task: TaskSpec }
  | { readonly type: "pause"; readonly key: TaskKey }
  | { readonly type: "resume"; readonly key: TaskKey }
  /** Stop within `timeoutMs` of now, else be abandoned. */
  | { readonly type: "stop"; readonly key: TaskKey; readonly timeoutMs: number }
  | { readonly type: "log-level"; readonly logger: string; readonly level: LogLevel }
  | { readonly type: "metrics"; readonly request: number }
  | { readonly type: "shutdown" };

export type FromThread =
  | { readonly type: "ready" }
  | { readonly type: "running"; readonly key: TaskKey }
  | { readonly type: "paused"; readonly key: TaskKey }
  | { readonly type: "resumed"; readonly key: TaskKey }
  /** The task is gone after a failure. */
  | { readonly type: "failed"; readonly key: TaskKey; readonly error: ErrorData; readonly trace: string }
  /** The task is gone because it was asked to stop. */
  | { readonly type: "stopped"; readonly key: TaskKey }
  /** A topic that the task read for the first time. */
  | { readonly type: "active-topic"; readonly key: TaskKey; readonly topic: string }
  | {
      readonly type: "metrics";
      readonly request: number;
      readonly tasks: readonly TaskMetricsSnapshot[];
      readonly thread: ThreadMetrics;
    };

/** Values by metric name, as of now. Lag and similar by partition carry labels in `partitions`. */
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
