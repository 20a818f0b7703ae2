import { availableParallelism } from "node:os";
import type { Logger, LogLevel } from "../api/index.js";
import type {
  FromThread,
  TaskEvent,
  TaskKey,
  TaskMetricsSnapshot,
  TaskSpec,
  ThreadMetrics,
  ThreadOptions,
} from "../task/protocol.js";
import { TaskThread } from "./task-thread.js";

export interface TaskHostOptions extends Omit<ThreadOptions, "logLevels"> {
  /** Levels by logger name; `root` is the root logger. */
  readonly logLevels: Readonly<Record<string, LogLevel>>;
  /** `task.threads`; default: one less than there are cores, and at least one. */
  readonly threads?: number;
  /** Gets every event of every task, in order by task. Must not throw. */
  readonly onEvent: (event: TaskEvent) => void;
  readonly log: Logger;
  /** Module that a thread runs. */
  readonly threadModule?: URL;
}

export interface HostMetrics {
  readonly tasks: readonly TaskMetricsSnapshot[];
  readonly threads: readonly ThreadMetrics[];
}

/** How long a thread may owe an answer after its own deadline before it is taken for hung. */
const UNRESPONSIVE_MS = 5000;
const METRICS_TIMEOUT_MS = 2000;

/**
 * The main thread's side of the tasks: a fixed pool of worker threads, started when first needed. A new task goes to the thread
 * with the fewest tasks. When a thread dies its tasks are reported FAILED with the trace, and the next start replaces it.
 */
export class TaskHost {
  readonly #slots: (TaskThread | null)[];
  readonly #placement = new Map<TaskKey, TaskThread>();
  readonly #stops = new Map<TaskKey, PendingStop>();
  readonly #levels = new Map<string, LogLevel>();
  readonly #metrics = new Map<number, (answer: Extract<FromThread, { type: "metrics" }> | null) => void>();
  #requests = 0;
  #closed = false;

  constructor(private readonly options: TaskHostOptions) {
    this.#slots = Array.from({ length: Math.max(1, options.threads ?? availableParallelism() - 1) }, () => null);
    const { root, ...others } = options.logLevels;
    if (root !== undefined) this.#levels.set("root", root);
    for (const [logger, level] of Object.entries(others)) this.#levels.set(logger, level);
  }

  /** Keys of the tasks that were started and have not ended. */
  tasks(): readonly TaskKey[] {
    return [...this.#placement.keys()];
  }

  /** Starts a task; what becomes of it is told by events. Throws when it is there already. */
  start(task: TaskSpec): void {
    if (this.#closed) throw new Error("The task host is closed");
    if (this.#placement.has(task.key)) throw new Error(`Task already exists in this worker: ${task.key}`);
    const thread = this.#leastLoaded();
    this.#placement.set(task.key, thread);
    thread.tasks.add(task.key);
    thread.send({ type: "start", task });
  }

  pause(key: TaskKey): void {
    this.#placement.get(key)?.send({ type: "pause", key });
  }

  resume(key: TaskKey): void {
    this.#placement.get(key)?.send({ type: "resume", key });
  }

  /**
   * Settles when the task has ended, at the latest about `timeoutMs` from now: a task that takes longer is abandoned. Gives how it
   * ended. Stopping an unknown task gives `stopped`.
   */
  stop(key: TaskKey, timeoutMs: number): Promise<"stopped" | "failed" | "abandoned"> {
    const thread = this.#placement.get(key);
    if (thread === undefined) return Promise.resolve("stopped");
    let pending = this.#stops.get(key);
    if (pending === undefined) {
      pending = new PendingStop(timeoutMs + UNRESPONSIVE_MS, () => {
        this.#slots.forEach((slot, index) => {
          if (slot === thread) this.#slots[index] = null;
        });
        thread.kill("The task thread does not respond");
      });
      this.#stops.set(key, pending);
      thread.send({ type: "stop", key, timeoutMs });
    }
    return pending.ended;
  }

  /** The connector's active topics were reset. */
  forgetTopics(connector: string): void {
    this.#broadcast((thread) => {
      thread.send({ type: "forget-topics", connector });
    });
  }

  setLogLevel(logger: string, level: LogLevel): void {
    // Threads to come get the levels in the order in which they were set last.
    this.#levels.delete(logger);
    this.#levels.set(logger, level);
    this.#broadcast((thread) => {
      thread.send({ type: "log-level", logger, level });
    });
  }

  /** Snapshots of all tasks. A thread that does not answer within two seconds is left out. */
  async metrics(): Promise<HostMetrics> {
    const threads = this.#slots.filter((slot) => slot !== null);
    const answers = (await Promise.all(threads.map((thread) => this.#askMetrics(thread)))).filter((a) => a !== null);
    return { tasks: answers.flatMap((a) => a.tasks), threads: answers.map((a) => a.thread) };
  }

  /** Ends the threads. Tasks that still run are cut off without a commit: stop them before. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#slots.filter((slot) => slot !== null).map((thread) => thread.terminate()));
  }

  #askMetrics(thread: TaskThread): Promise<Extract<FromThread, { type: "metrics" }> | null> {
    const request = ++this.#requests;
    return new Promise((resolve) => {
      const settle = (answer: Extract<FromThread, { type: "metrics" }> | null): void => {
        clearTimeout(timer);
        this.#metrics.delete(request);
        resolve(answer);
      };
      const timer = setTimeout(settle, METRICS_TIMEOUT_MS, null);
      this.#metrics.set(request, settle);
      thread.send({ type: "metrics", request });
    });
  }

  #broadcast(send: (thread: TaskThread) => void): void {
    for (const slot of this.#slots) if (slot !== null) send(slot);
  }

  /** The thread with the fewest tasks; an empty slot counts as none and is filled. */
  #leastLoaded(): TaskThread {
    let best = 0;
    this.#slots.forEach((slot, index) => {
      if ((slot?.tasks.size ?? 0) < (this.#slots[best]?.tasks.size ?? 0)) best = index;
    });
    // A running thread with nothing to do is cheaper than a new one.
    const idle = this.#slots.find((slot) => slot?.tasks.size === 0);
    return idle ?? this.#slots[best] ?? this.#startThread(best);
  }

  #startThread(index: number): TaskThread {
    const { plugins, budgetBytes } = this.options;
    const thread = new TaskThread(
      this.options.threadModule ?? new URL("../task/thread.js", import.meta.url),
      { plugins, budgetBytes, logLevels: [...this.#levels] },
      (message) => {
        this.#receive(message);
      },
      (error) => {
        this.#threadDied(index, thread, error);
      },
    );
    this.#slots[index] = thread;
    return thread;
  }

  #threadDied(index: number, thread: TaskThread, error: TaskThread["death"]): void {
    if (this.#slots[index] === thread) this.#slots[index] = null;
    if (this.#closed || error === null) return;
    this.options.log.error("A task thread died; its tasks fail and may be restarted", {
      tasks: [...thread.tasks],
      reason: error.message,
    });
    for (const key of [...thread.tasks]) this.#receive({ type: "failed", key, error: error.data, trace: error.trace });
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case "ready":
        return;
      case "metrics":
        this.#metrics.get(message.request)?.(message);
        return;
      case "running":
      case "paused":
      case "resumed":
      case "active-topic":
        if (this.#placement.has(message.key)) this.options.onEvent(message);
        return;
      case "stopped":
      case "failed":
      case "abandoned":
        this.#ended(message);
        return;
    }
  }

  #ended(event: Extract<TaskEvent, { type: "stopped" | "failed" | "abandoned" }>): void {
    const thread = this.#placement.get(event.key);
    if (thread === undefined) return;
    this.#placement.delete(event.key);
    thread.tasks.delete(event.key);
    this.options.onEvent(event);
    this.#stops.get(event.key)?.end(event.type);
    this.#stops.delete(event.key);
  }
}

/** A stop that was asked for and has not been answered. */
class PendingStop {
  readonly ended: Promise<"stopped" | "failed" | "abandoned">;
  readonly #resolve: (how: "stopped" | "failed" | "abandoned") => void;
  readonly #timer: NodeJS.Timeout;

  constructor(deadlineMs: number, onSilence: () => void) {
    const { promise, resolve } = Promise.withResolvers<"stopped" | "failed" | "abandoned">();
    this.ended = promise;
    this.#resolve = resolve;
    this.#timer = setTimeout(onSilence, deadlineMs);
  }

  end(how: "stopped" | "failed" | "abandoned"): void {
    clearTimeout(this.#timer);
    this.#resolve(how);
  }
}
