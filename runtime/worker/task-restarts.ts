import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorTaskId } from "../herder.js";
import { taskKey } from "./worker.js";

export interface RestartPolicy {
  /** Restarts in a row before a task is left FAILED. 0: none, -1: no limit. */
  readonly maxAttempts: number;
  /** Pause before the first restart; doubles with each further one. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

/** What restarting needs of a herder. */
export interface Restartable {
  /** False once somebody restarted, moved, paused or deleted it. */
  isFailedHere(id: ConnectorTaskId): boolean;
  restartTask(id: ConnectorTaskId): Promise<void>;
}

/** Calls `action` after `ms`; the result calls it off. */
export type Schedule = (ms: number, action: () => void) => () => void;

const TIMERS: Schedule = (ms, action) => {
  const timer = setTimeout(action, ms);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
};

/**
 * Restarts failed tasks by itself. Connect never does, so it is off by default: an error that comes back at once would otherwise be
 * retried for ever. A task that has run for longer than the longest pause starts counting anew.
 */
export class TaskRestarts {
  readonly #tasks = new Map<string, { attempts: number; restartedMs: number; cancel: () => void }>();
  #herder: Restartable | null = null;

  constructor(
    private readonly policy: RestartPolicy,
    private readonly log: Logger,
    private readonly nowMs: () => number = Date.now,
    private readonly schedule: Schedule = TIMERS,
  ) {}

  /** The herder comes later than the worker whose tasks fail. */
  bind(herder: Restartable): void {
    this.#herder = herder;
  }

  onFailed(id: ConnectorTaskId): void {
    const { maxAttempts, backoffMs, backoffMaxMs } = this.policy;
    if (maxAttempts === 0) return;
    const key = taskKey(id);
    const known = this.#tasks.get(key);
    known?.cancel();
    const ranMs = known === undefined ? 0 : this.nowMs() - known.restartedMs;
    const attempts = known === undefined || ranMs > backoffMaxMs ? 0 : known.attempts;
    if (maxAttempts > 0 && attempts >= maxAttempts) {
      this.log.error("Task failed again and is not restarted any more", { task: key, attempts });
      return;
    }
    const pauseMs = Math.min(backoffMs * 2 ** Math.min(attempts, 30), backoffMaxMs);
    this.log.info("Task failed and will be restarted", { task: key, attempt: attempts + 1, pauseMs });
    const cancel = this.schedule(pauseMs, () => {
      void this.#restart(id);
    });
    this.#tasks.set(key, { attempts: attempts + 1, restartedMs: this.nowMs() + pauseMs, cancel });
  }

  close(): void {
    for (const { cancel } of this.#tasks.values()) cancel();
    this.#tasks.clear();
  }

  async #restart(id: ConnectorTaskId): Promise<void> {
    if (this.#herder?.isFailedHere(id) !== true) {
      this.#tasks.delete(taskKey(id));
      return;
    }
    try {
      await this.#herder.restartTask(id);
    } catch (error) {
      // During a rebalance, say: the task is looked at again after the next pause.
      if (error instanceof ConnectError && error.kind === "rebalancing") this.onFailed(id);
      else this.log.warn("Could not restart task", { task: taskKey(id), reason: (error as Error).message });
    }
  }
}
