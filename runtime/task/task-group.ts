import { ConnectError, formatTrace, toErrorData, type Logger } from "../api/index.js";
import type { ThreadMemory } from "./memory-budget.js";
import { RunnerMetrics } from "./metrics.js";
import type { TaskEvent, TaskKey, TaskMetricsSnapshot, TaskSpec } from "./protocol.js";
import { TaskRunner } from "./runner.js";
import { createTaskParts, subscriptionOf, type TaskEnvironment } from "./task-parts.js";
import { parseMaxPollRecords, parseTaskSettings } from "./task-settings.js";

export interface TaskGroupOptions {
  readonly environment: Omit<TaskEnvironment, "logger">;
  /** A logger of that name for lines about that task. */
  readonly logger: (name: string, key: TaskKey) => Logger;
  readonly memory: ThreadMemory;
  readonly onEvent: (event: TaskEvent) => void;
}

interface PlacedTask {
  readonly runner: TaskRunner;
  readonly connector: string;
  /** Topics reported as active. */
  readonly topics: Set<string>;
  deadline: NodeJS.Timeout | null;
}

/** The tasks of one thread. Ends of tasks, good or bad, come as events; an abandoned task is forgotten and silent. */
export class TaskGroup {
  readonly #tasks = new Map<TaskKey, PlacedTask>();

  constructor(private readonly options: TaskGroupOptions) {}

  start(spec: TaskSpec): void {
    try {
      if (this.#tasks.has(spec.key)) throw new ConnectError("fatal", `Task already exists in this worker: ${spec.key}`);
      this.#place(spec);
    } catch (error) {
      this.#failed(spec.key, error);
    }
  }

  pause(key: TaskKey): void {
    this.#tasks.get(key)?.runner.pause();
  }

  resume(key: TaskKey): void {
    this.#tasks.get(key)?.runner.resume();
  }

  /** Answered by `stopped`, `failed` or, after `timeoutMs`, `abandoned`. */
  stop(key: TaskKey, timeoutMs: number): void {
    const task = this.#tasks.get(key);
    if (task === undefined) {
      this.options.onEvent({ type: "stopped", key });
      return;
    }
    task.deadline ??= setTimeout(() => {
      this.#tasks.delete(key);
      task.runner.abandon();
      this.options.onEvent({ type: "abandoned", key });
    }, timeoutMs);
    task.runner.stop();
  }

  forgetTopics(connector: string): void {
    for (const task of this.#tasks.values()) if (task.connector === connector) task.topics.clear();
  }

  metrics(): TaskMetricsSnapshot[] {
    return [...this.#tasks.values()].map((task) => task.runner.metrics());
  }

  #place(spec: TaskSpec): void {
    const { key } = spec;
    const settings = parseTaskSettings(spec.worker);
    const { environment, memory, onEvent } = this.options;
    const logger = (name: string): Logger => this.options.logger(name, key);
    const windows = { windowMs: settings["metrics.sample.window.ms"], count: settings["metrics.num.samples"] };
    const metrics = new RunnerMetrics(windows, environment.nowMs);
    const topics = new Set<string>();
    const whilePlaced = (event: TaskEvent): void => {
      if (this.#tasks.get(key) === task) onEvent(event);
    };
    const onTopic = (topic: string): void => {
      if (!settings["topic.tracking.enable"] || topics.has(topic)) return;
      topics.add(topic);
      whilePlaced({ type: "active-topic", key, topic });
    };
    const runner = new TaskRunner({
      key,
      connector: spec.connector,
      taskId: spec.taskId,
      config: spec.config,
      subscription: subscriptionOf(spec.config),
      commitIntervalMs: settings["offset.flush.interval.ms"],
      commitTimeoutMs: settings["offset.flush.timeout.ms"],
      maxPollRecords: parseMaxPollRecords(spec.consumer),
      startPaused: spec.startPaused,
      createParts: (stopping) =>
        createTaskParts({ spec, environment: { ...environment, logger }, metrics, stopping, onTopic }),
      memory: memory.share(),
      metrics,
      log: logger("org.apache.kafka.connect.runtime.WorkerSinkTask"),
      nowMs: environment.nowMs,
      onState: (type) => {
        whilePlaced({ type, key });
      },
    });
    const task: PlacedTask = { runner, connector: spec.connector, topics, deadline: null };
    this.#tasks.set(key, task);
    void this.#runToEnd(key, task);
  }

  async #runToEnd(key: TaskKey, task: PlacedTask): Promise<void> {
    const outcome = await task.runner.run();
    if (task.deadline !== null) clearTimeout(task.deadline);
    if (this.#tasks.get(key) !== task) return;
    this.#tasks.delete(key);
    if (outcome.type === "stopped") this.options.onEvent({ type: "stopped", key });
    else this.#failed(key, outcome.error);
  }

  #failed(key: TaskKey, error: unknown): void {
    this.options.onEvent({ type: "failed", key, error: toErrorData(error), trace: formatTrace(error) });
  }
}
