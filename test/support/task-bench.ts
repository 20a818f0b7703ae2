import { plugins as converters } from "../../runtime/converters/index.js";
import { createAdmin } from "../../runtime/kafka/admin.js";
import { createConsumer } from "../../runtime/kafka/consumer.js";
import { createProducer } from "../../runtime/kafka/producer.js";
import { Loggers } from "../../runtime/logging/loggers.js";
import { PluginRegistry } from "../../runtime/plugins/registry.js";
import { ThreadMemory } from "../../runtime/task/memory-budget.js";
import type { TaskEvent, TaskSpec } from "../../runtime/task/protocol.js";
import { plugins as transforms } from "../../runtime/transforms/index.js";
import { TaskGroup } from "../../runtime/task/task-group.js";
import { uniqueName } from "./kafka-broker.js";
import type { RecordedTask } from "./scripted-sink.js";
import { SCRIPTED_SINK, scriptedSink, type SinkScript } from "./scripted-sink.js";
import { waitUntil } from "./wait.js";

export interface BenchOptions {
  readonly bootstrap: string;
  /** Name of the connector; default: a unique one. */
  readonly name?: string;
  /** Consumer group; default: the connector's. */
  readonly group?: string;
  readonly script?: SinkScript;
  /** Configuration of the connector beside what every connector here has. */
  readonly config: Readonly<Record<string, string>>;
  readonly worker?: Readonly<Record<string, string>>;
  readonly consumer?: Readonly<Record<string, string>>;
}

/** Runs sink tasks of one scripted connector in this thread, against a real broker. */
export class TaskBench {
  readonly connector: string;
  readonly group: string;
  readonly events: TaskEvent[] = [];
  /** Tasks in the order in which they were made. */
  readonly tasks: RecordedTask[] = [];
  readonly lines: string[] = [];
  readonly memory = new ThreadMemory(1 << 20);
  readonly tasksOfThread: TaskGroup;

  constructor(private readonly options: BenchOptions) {
    this.connector = options.name ?? uniqueName("connector");
    this.group = options.group ?? `connect-${this.connector}`;
    const loggers = new Loggers((line) => this.lines.push(line));
    const registry = new PluginRegistry([
      { location: "test:", plugins: [scriptedSink(options.script ?? {}, this.tasks)] },
      { location: "builtin:", plugins: [...converters, ...transforms] },
    ]);
    this.tasksOfThread = new TaskGroup({
      environment: { registry, createConsumer, createProducer, createAdmin, nowMs: Date.now },
      logger: (name, key) => loggers.get(name, `[${key}] `),
      memory: this.memory,
      onEvent: (event) => this.events.push(event),
    });
  }

  spec(taskId = 0, changes: Partial<TaskSpec> = {}): TaskSpec {
    const { bootstrap, config, worker, consumer } = this.options;
    const clients = { "bootstrap.servers": bootstrap };
    const connectorConfig = { name: this.connector, "connector.class": SCRIPTED_SINK, ...config };
    return {
      key: `${this.connector}-${taskId}`,
      connector: this.connector,
      taskId,
      connectorClass: SCRIPTED_SINK,
      connectorConfig,
      config: connectorConfig,
      worker: {
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "offset.flush.interval.ms": "60000",
        ...worker,
      },
      consumer: {
        ...clients,
        "group.id": this.group,
        "client.id": `connector-consumer-${this.connector}-${taskId}`,
        "enable.auto.commit": "false",
        "auto.offset.reset": "earliest",
        "metadata.max.age.ms": "5000",
        "heartbeat.interval.ms": "200",
        "fetch.max.wait.ms": "100",
        ...consumer,
      },
      deadLetterProducer: clients,
      deadLetterAdmin: clients,
      startPaused: false,
      ...changes,
    };
  }

  /** Starts a task and gives it once it runs. */
  async start(taskId = 0): Promise<RecordedTask> {
    const known = this.tasks.length;
    const seen = this.events.length;
    this.tasksOfThread.start(this.spec(taskId));
    await this.until("the task runs", () => this.events.slice(seen).some(({ type }) => type === "running"));
    return this.tasks[known]!;
  }

  /** Stops a task and waits for its end. */
  async stop(taskId = 0, timeoutMs = 20_000): Promise<void> {
    const key = `${this.connector}-${taskId}`;
    const seen = this.events.length;
    this.tasksOfThread.stop(key, timeoutMs);
    const ends = ["stopped", "failed", "abandoned"];
    await this.until("the task ends", () =>
      this.events.slice(seen).some((event) => event.key === key && ends.includes(event.type)),
    );
  }

  /** The failure of a task, once there is one. */
  async failure(taskId = 0): Promise<Extract<TaskEvent, { type: "failed" }>> {
    const key = `${this.connector}-${taskId}`;
    const isFailure = (event: TaskEvent) => event.type === "failed" && event.key === key;
    await this.until("the task has failed", () => this.events.some(isFailure));
    return this.events.find(isFailure) as Extract<TaskEvent, { type: "failed" }>;
  }

  /** Waits for a condition; on failure shows what the tasks logged. */
  async until(description: string, condition: () => Promise<boolean> | boolean, deadlineMs = 30_000): Promise<void> {
    await waitUntil(description, condition, { deadlineMs, everyMs: 10, context: () => this.lines.slice(-40).join("") });
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** Stops all tasks; for `afterEach`. */
  async close(): Promise<void> {
    const ended = new Set(
      this.events.filter(({ type }) => ["stopped", "failed", "abandoned"].includes(type)).map(({ key }) => key),
    );
    const keys = new Set(this.events.map(({ key }) => key));
    for (const key of keys) if (!ended.has(key)) await this.stop(Number(key.slice(key.lastIndexOf("-") + 1)), 2000);
  }
}
