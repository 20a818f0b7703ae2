import { asConnectError, ConnectError } from "../api/index.js";
import { RunningTask, type TaskOptions, type TaskParts } from "./running-task.js";
import type { TaskMetricsSnapshot } from "./protocol.js";

export interface RunnerOptions extends TaskOptions {
  readonly startPaused: boolean;
  /** Makes the parts when the task starts, which may be long after a paused one was placed. Throws to fail the task. */
  readonly createParts: (stopping: AbortSignal) => Promise<TaskParts>;
}

export type TaskOutcome = { readonly type: "stopped" } | { readonly type: "failed"; readonly error: ConnectError };

/**
 * One sink task: Connect's `WorkerSinkTask` loop. States of a task in order: waiting (placed while paused), starting, running,
 * closing, gone. While it runs it is *paused* when its connector is, and *redelivering* while a batch that `put` refused with a
 * retriable error waits for its next attempt; both pause all partitions, and a partition flows only when neither holds and the
 * task itself has not paused it.
 */
export class TaskRunner {
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  #wanted: "run" | "pause";
  #wake: (() => void) | null = null;
  #running: RunningTask | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#wanted = options.startPaused ? "pause" : "run";
  }

  /** Runs the task to its end. Never rejects. */
  async run(): Promise<TaskOutcome> {
    const { log, key } = this.#options;
    const name = `WorkerSinkTask{id=${key}}`;
    try {
      await this.#runToEnd(name);
      return { type: "stopped" };
    } catch (error) {
      if (this.#stop.signal.aborted) {
        log.warn(`${name} After being scheduled for shutdown, task threw an uncaught exception.`, { error });
        return { type: "stopped" };
      }
      const text =
        "Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted";
      log.error(`${name} ${text}`, { error });
      return { type: "failed", error: asConnectError(error) };
    } finally {
      this.#options.memory.releaseAll();
    }
  }

  pause(): void {
    this.#wanted = "pause";
    this.#running?.targetChanged(this.#wanted);
  }

  resume(): void {
    this.#wanted = "run";
    this.#running?.targetChanged(this.#wanted);
    this.#wake?.();
  }

  /** Ends the task after what it does at this moment, with a last commit. */
  stop(): void {
    this.#stop.abort(new ConnectError("fatal", "The task is stopping"));
    this.#running?.wakeup();
    this.#wake?.();
  }

  /** The task did not stop in time: it must let go of everything at once and may commit nothing. */
  abandon(): void {
    this.stop();
    this.#running?.abandon();
  }

  metrics(): TaskMetricsSnapshot {
    const state = this.#running?.metricsState() ?? { partitionCount: 0, activeCount: 0, lag: [] };
    return this.#options.metrics.snapshot(this.#options.key, state);
  }

  async #runToEnd(name: string): Promise<void> {
    if (this.#wanted === "pause") {
      this.#options.onState("paused");
      this.#options.metrics.phase("paused");
      await this.#untilWanted();
    }
    if (this.#stop.signal.aborted) return;
    const parts = await this.#options.createParts(this.#stop.signal);
    const running = new RunningTask(name, this.#options, parts, this.#stop.signal);
    this.#running = running;
    try {
      await running.start();
      this.#options.onState("running");
      running.targetChanged(this.#wanted);
      await running.loop();
    } finally {
      await running.close();
    }
  }

  /** Settles when the task is to run, or to stop. */
  async #untilWanted(): Promise<void> {
    while (this.#wanted === "pause" && !this.#stop.signal.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#wake = null;
  }
}
