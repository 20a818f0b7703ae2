import { ConnectError, formatTrace, type Logger, type SinkConnectorPlugin } from "../api/index.js";
import type { ConnectorConfig, ConnectorTaskId, State, TargetState } from "../herder.js";
import type { Loggers } from "../logging/loggers.js";
import type { PluginRegistry } from "../plugins/registry.js";
import type { ConfigSnapshot, ConnectorSnapshot } from "../storage/config-state.js";
import type { StatusStore } from "../storage/status-store.js";
import type { TaskEvent, TaskKey } from "../task/protocol.js";
import {
  checkOverrides,
  connectorAdminProperties,
  consumerProperties,
  deadLetterProducerProperties,
} from "./client-properties.js";
import type { ConfigTransformer } from "./config-providers.js";
import { ConnectorHost, type ConnectorListener } from "./connector-host.js";
import { checkTasksMax, generateTaskConfigs } from "./task-configs.js";
import type { TaskHost } from "./task-host.js";
import type { WorkerConfig } from "./worker-config.js";

/** What the worker needs of the pool of task threads. */
export type TaskPool = Pick<TaskHost, "tasks" | "start" | "pause" | "resume" | "stop" | "forgetTopics">;

export interface WorkerParts {
  readonly config: WorkerConfig;
  /** `host:port`, as statuses show it. */
  readonly workerId: string;
  readonly registry: PluginRegistry;
  readonly transformer: ConfigTransformer;
  readonly statuses: StatusStore;
  readonly loggers: Loggers;
  /** Generation of the group that this worker is in, for statuses. */
  readonly generation: () => number;
  /** Called when a task failed, after its status was put. */
  readonly onTaskFailed?: (id: ConnectorTaskId) => void;
}

/** How often something was started here, and how often that failed. */
export interface StartCounts {
  attempts: number;
  failures: number;
}

interface TaskEntry {
  readonly id: ConnectorTaskId;
  readonly version: string | null;
  /** It ran at least once: a failure after that is no failed start. */
  started: boolean;
}

const LOGGER = "org.apache.kafka.connect.runtime.Worker";

/**
 * The connectors and tasks that run on this worker, and their statuses. Knows nothing of groups: a herder says what runs here.
 * Sources: `Worker` and the status listeners of `AbstractHerder`, Connect 4.1.
 */
export class Worker implements ConnectorListener {
  readonly #connectors = new Map<string, ConnectorHost>();
  readonly #tasks = new Map<TaskKey, TaskEntry>();
  readonly #log: Logger;
  #pool: TaskPool | null = null;
  readonly connectorStarts: StartCounts = { attempts: 0, failures: 0 };
  readonly taskStarts: StartCounts = { attempts: 0, failures: 0 };

  constructor(private readonly parts: WorkerParts) {
    this.#log = parts.loggers.get(LOGGER);
  }

  /** The pool, whose events have to come to {@link onTaskEvent}. */
  attach(pool: TaskPool): void {
    this.#pool = pool;
  }

  get connectorNames(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  /** Tasks that run, are paused, or have failed since they were started here. */
  get taskIds(): readonly ConnectorTaskId[] {
    return [...this.#tasks.values()].map((task) => task.id);
  }

  connectorPlugin(connector: string): SinkConnectorPlugin | null {
    return this.#connectors.get(connector)?.plugin ?? null;
  }

  isRunning(connector: string): boolean {
    return this.#connectors.get(connector)?.running ?? false;
  }

  hasConnector(connector: string): boolean {
    return this.#connectors.has(connector);
  }

  /** Throws ConnectError when it fails to start; its status is FAILED then. */
  async startConnector(name: string, snapshot: ConnectorSnapshot): Promise<void> {
    if (this.#connectors.has(name)) throw new ConnectError("fatal", `Connector with name ${name} already exists`);
    const log = this.parts.loggers.get("org.apache.kafka.connect.runtime.WorkerConnector", `[${name}|worker] `);
    this.connectorStarts.attempts++;
    log.info("Creating connector", { class: snapshot.config["connector.class"] ?? null });
    let host: ConnectorHost;
    try {
      const resolved = await this.parts.transformer.resolve(snapshot.config);
      host = new ConnectorHost(name, this.#plugin(resolved), resolved, this, log);
    } catch (error) {
      log.error("Failed to start connector", { error });
      this.onFailed(name, error);
      throw error;
    }
    this.#connectors.set(name, host);
    host.transitionTo(snapshot.targetState);
  }

  /** Stopping an unknown connector does nothing. */
  stopConnector(name: string): void {
    const host = this.#connectors.get(name);
    if (host === undefined) return;
    this.#connectors.delete(name);
    host.shutDown();
    this.#log.info("Stopped connector", { connector: name });
  }

  /** Applies a target state to the connector, if it is here, and to those of its tasks that are here. */
  setTargetState(name: string, state: TargetState): void {
    for (const [key, { id }] of this.#tasks) {
      if (id.connector !== name) continue;
      if (state === "PAUSED") this.#tasksPool.pause(key);
      if (state === "STARTED") this.#tasksPool.resume(key);
    }
    this.#connectors.get(name)?.transitionTo(state);
  }

  /** Raw task configurations that the connector wants now. Throws ConnectError when it is not running or makes too many. */
  taskConfigs(name: string, raw: ConnectorConfig): readonly ConnectorConfig[] {
    const host = this.#connectors.get(name);
    if (host?.running !== true) throw new ConnectError("fatal", `Connector ${name} not found in this worker.`);
    return generateTaskConfigs(host.plugin, name, raw, host.config, this.#log);
  }

  /** Starts a task; failures become its status. Gives false when it failed at once. */
  async startTask(id: ConnectorTaskId, snapshot: ConfigSnapshot): Promise<boolean> {
    const key = taskKey(id);
    this.taskStarts.attempts++;
    const connector = snapshot.connectors.get(id.connector);
    const raw = connector?.taskConfigs[id.task];
    if (connector === undefined || raw === undefined) {
      this.taskStarts.failures++;
      this.#putTask(id, "FAILED", null, formatTrace(new ConnectError("fatal", `No configuration of task ${key}`)));
      return false;
    }
    let version: string | null = null;
    try {
      const { config, transformer } = this.parts;
      const connectorConfig = await transformer.resolve(connector.config);
      const plugin = this.#taskPlugin(id, connectorConfig);
      version = plugin.version;
      checkOverrides(config, connectorConfig);
      checkTasksMax(id.connector, connector.taskConfigs.length, connectorConfig, this.#log);
      const taskConfig = await transformer.resolve(raw);
      this.#tasks.set(key, { id, version, started: false });
      this.#tasksPool.start({
        key,
        connector: id.connector,
        taskId: id.task,
        connectorClass: connectorConfig["connector.class"] ?? "",
        connectorConfig,
        config: taskConfig,
        worker: config.properties,
        consumer: consumerProperties(config, id.connector, id.task, connectorConfig),
        deadLetterProducer: deadLetterProducerProperties(config, id.connector, id.task, connectorConfig),
        deadLetterAdmin: connectorAdminProperties(config, "connector-dlq-adminclient-", connectorConfig),
        startPaused: connector.targetState !== "STARTED",
      });
      return true;
    } catch (error) {
      this.#tasks.delete(key);
      this.taskStarts.failures++;
      this.#log.error("Failed to start task", { task: key, error });
      this.#putTask(id, "FAILED", version, formatTrace(error));
      return false;
    }
  }

  /** Stops tasks together, within `task.shutdown.graceful.timeout.ms`. Unknown ones count as stopped. */
  async stopTasks(ids: readonly ConnectorTaskId[]): Promise<void> {
    const timeoutMs = this.parts.config.common["task.shutdown.graceful.timeout.ms"];
    await Promise.all(
      ids.map(async (id) => {
        const key = taskKey(id);
        const how = await this.#tasksPool.stop(key, timeoutMs);
        if (how === "abandoned") this.#log.error("Graceful stop of task failed.", { task: key });
        this.#tasks.delete(key);
      }),
    );
  }

  /** Puts the status RESTARTING. */
  markConnectorRestarting(name: string): void {
    this.#putConnector(name, "RESTARTING", null);
  }

  markTaskRestarting(id: ConnectorTaskId): void {
    this.#putTask(id, "RESTARTING", null, null);
  }

  forgetTopics(connector: string): void {
    this.#tasksPool.forgetTopics(connector);
  }

  onTaskEvent(event: TaskEvent): void {
    const task = this.#tasks.get(event.key);
    if (task === undefined) return;
    switch (event.type) {
      case "running":
      case "resumed":
        task.started = true;
        this.#putTask(task.id, "RUNNING", task.version, null);
        return;
      case "paused":
        this.#putTask(task.id, "PAUSED", task.version, null);
        return;
      case "failed":
        this.#log.error("Task threw an uncaught and unrecoverable exception", {
          task: event.key,
          reason: event.error.message,
        });
        if (!task.started) this.taskStarts.failures++;
        this.#putTask(task.id, "FAILED", task.version, event.trace);
        this.parts.onTaskFailed?.(task.id);
        return;
      case "stopped":
        this.#putTask(task.id, "UNASSIGNED", task.version, null);
        return;
      case "abandoned":
        // As in Connect, a cancelled task says nothing any more.
        return;
      case "active-topic":
        this.#noteTopic(task.id, event.topic);
        return;
    }
  }

  onRunning(connector: string): void {
    this.#putConnector(connector, "RUNNING", this.#version(connector));
  }
  onPaused(connector: string): void {
    this.#putConnector(connector, "PAUSED", this.#version(connector));
  }
  onStopped(connector: string): void {
    this.#putConnector(connector, "STOPPED", this.#version(connector));
  }
  onShutdown(connector: string): void {
    this.#putConnector(connector, "UNASSIGNED", null);
  }
  onFailed(connector: string, error: unknown): void {
    this.connectorStarts.failures++;
    this.#putConnector(connector, "FAILED", this.#version(connector), formatTrace(error));
  }

  get #tasksPool(): TaskPool {
    if (this.#pool === null) throw new Error("The worker has no task pool");
    return this.#pool;
  }

  #plugin(resolved: ConnectorConfig): SinkConnectorPlugin {
    const className = resolved["connector.class"]?.trim() ?? "";
    try {
      return this.parts.registry.connector(className, resolved).plugin;
    } catch (error) {
      // REST answers 400 for this; a status shows the exception that the class loader throws.
      if (error instanceof ConnectError && error.kind === "bad-request")
        throw new ConnectError("fatal", error.message, { cause: error.cause });
      throw error;
    }
  }

  #taskPlugin(id: ConnectorTaskId, resolved: ConnectorConfig): SinkConnectorPlugin {
    try {
      return this.#plugin(resolved);
    } catch (cause) {
      throw new ConnectError(
        "fatal",
        `Failed to start task ${taskKey(id)} since it is not a recognizable type (source or sink)`,
        { cause },
      );
    }
  }

  #version(connector: string): string | null {
    return this.#connectors.get(connector)?.plugin.version ?? null;
  }

  #noteTopic(id: ConnectorTaskId, topic: string): void {
    const { config, statuses } = this.parts;
    if (!config.common["topic.tracking.enable"]) return;
    if (statuses.topics(id.connector).some((known) => known.topic === topic)) return;
    statuses.putTopic({ topic, connector: id.connector, task: id.task, discoverTimestampMs: Date.now() });
  }

  #putConnector(connector: string, state: State, version: string | null, trace: string | null = null): void {
    const { statuses, workerId, generation } = this.parts;
    const status = { state, trace, workerId, generation: generation(), version };
    if (state === "UNASSIGNED" || state === "FAILED") statuses.putConnectorSafe(connector, status);
    else statuses.putConnector(connector, status);
  }

  #putTask(id: ConnectorTaskId, state: State, version: string | null, trace: string | null): void {
    const { statuses, workerId, generation } = this.parts;
    const status = { state, trace, workerId, generation: generation(), version };
    if (state === "UNASSIGNED" || state === "FAILED") statuses.putTaskSafe(id, status);
    else statuses.putTask(id, status);
  }
}

/** `connector-n`, as {@link TaskKey}. */
export function taskKey(id: ConnectorTaskId): TaskKey {
  return `${id.connector}-${String(id.task)}`;
}
