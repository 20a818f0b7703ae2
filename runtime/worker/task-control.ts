import type { ErrorData, LogLevel } from "../api/index.js";
import type { TaskKey, TaskMetricsSnapshot, TaskSpec, ThreadMetrics } from "../task/protocol.js";

/**
 * The tasks of this worker as the main thread sees them. Implemented by the pool of task threads (`task-host.ts`).
 * Everything that a task does by itself comes as an event.
 */
export interface TaskControl {
  /** At most one task per key at a time: the former one must have ended or been abandoned. Never throws: failures are events. */
  start(task: TaskSpec): void;
  pause(key: TaskKey): void;
  resume(key: TaskKey): void;
  /**
   * Stops these tasks at the same time, with their final commits. Settles when each has ended (`onStopped` or `onFailed` came
   * before) or, `timeoutMs` from now, was abandoned: no event comes from an abandoned task any more. Unknown keys count as ended.
   * Gives the keys of the abandoned ones.
   */
  stop(keys: readonly TaskKey[], timeoutMs: number): Promise<readonly TaskKey[]>;
  setLogLevel(logger: string, level: LogLevel): void;
  metrics(): Promise<{ readonly tasks: readonly TaskMetricsSnapshot[]; readonly threads: readonly ThreadMetrics[] }>;
  /** Ends all threads. Tasks that still run are abandoned. */
  close(): Promise<void>;
}

/** Events of tasks; for each task in the order in which they happened. */
export interface TaskEvents {
  onRunning(key: TaskKey): void;
  onPaused(key: TaskKey): void;
  onResumed(key: TaskKey): void;
  /** The task is gone. `trace` is Java stack text. */
  onFailed(key: TaskKey, error: ErrorData, trace: string): void;
  /** The task is gone because it was asked to stop. */
  onStopped(key: TaskKey): void;
  onActiveTopic(key: TaskKey, topic: string): void;
}
