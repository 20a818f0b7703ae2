import { ConnectError, type ConfigDef } from "../api/index.js";
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorStatus,
  ConnectorTaskId,
  ConnectorType,
  InstanceState,
  LoggerLevel,
  PluginInfo,
  TaskInfo,
  TaskState,
} from "../herder.js";
import { parseLogLevel, type Loggers } from "../logging/loggers.js";
import type { GivenConfig } from "../plugins/connector-config.js";
import { pluginConfig, pluginInfos } from "../plugins/plugin-infos.js";
import type { PluginRegistry } from "../plugins/registry.js";
import { assertValid, validateConnectorConfig } from "../plugins/validation.js";
import type { ConfigStore } from "../storage/config-store.js";
import type { Status, StatusStore } from "../storage/status-store.js";
import type { ConfigTransformer } from "./config-providers.js";
import type { TaskHost } from "./task-host.js";
import type { Worker } from "./worker.js";
import type { WorkerConfig } from "./worker-config.js";

/** What both kinds of herder are made of. */
export interface HerderParts {
  readonly clusterId: string;
  readonly config: WorkerConfig;
  /** `host:port`. */
  readonly workerId: string;
  readonly registry: PluginRegistry;
  readonly transformer: ConfigTransformer;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly worker: Worker;
  readonly tasks: Pick<TaskHost, "setLogLevel">;
  readonly loggers: Loggers;
  /** Keys of Kafka's clients by their names in Java, for validation. */
  readonly clientKeys: Readonly<Record<"consumer" | "producer" | "admin", ConfigDef>>;
}

/**
 * The operations of REST that any worker answers by itself: from the snapshot of configs, the statuses, the plug-ins and its own
 * loggers. Source: `AbstractHerder`, Connect 4.1.
 */
export abstract class BaseHerder {
  constructor(protected readonly parts: HerderParts) {}

  get clusterId(): string {
    return this.parts.clusterId;
  }

  connectors(): readonly string[] {
    return [...this.parts.configs.snapshot().connectors.keys()];
  }

  connectorInfoNow(name: string): ConnectorInfo | null {
    const connector = this.parts.configs.snapshot().connectors.get(name);
    if (connector === undefined) return null;
    return {
      name,
      config: connector.config,
      tasks: connector.taskConfigs.map((_, task) => ({ connector: name, task })),
      type: this.typeOf(connector.config),
    };
  }

  connectorStatus(name: string): ConnectorStatus {
    const { statuses, configs } = this.parts;
    const status = statuses.connector(name);
    if (status === null) throw new ConnectError("not-found", `No status found for connector ${name}`);
    return {
      name,
      connector: instanceState(status),
      tasks: statuses.tasks(name).map(({ id, status: task }) => ({ id: id.task, ...instanceState(task) })),
      type: this.typeOf(configs.snapshot().connectors.get(name)?.config ?? null),
    };
  }

  taskStatus(id: ConnectorTaskId): TaskState {
    const status = this.parts.statuses.task(id);
    if (status === null)
      throw new ConnectError("not-found", `No status found for task ${id.connector}-${String(id.task)}`);
    return { id: id.task, ...instanceState(status) };
  }

  /** The task failed on this worker and has not been touched since. */
  isFailedHere(id: ConnectorTaskId): boolean {
    const { statuses, configs, workerId } = this.parts;
    const status = statuses.task(id);
    const connector = configs.snapshot().connectors.get(id.connector);
    return status?.state === "FAILED" && status.workerId === workerId && connector?.targetState === "STARTED";
  }

  activeTopics(name: string): readonly string[] {
    if (!this.parts.config.common["topic.tracking.enable"]) throw forbidden("Topic tracking is disabled.");
    return this.parts.statuses.topics(name).map((status) => status.topic);
  }

  resetActiveTopics(name: string): Promise<void> {
    const { config } = this.parts;
    if (!config.common["topic.tracking.enable"]) throw forbidden("Topic tracking is disabled.");
    if (!config.common["topic.tracking.allow.reset"]) throw forbidden("Topic tracking reset is disabled.");
    this.forgetTopics(name);
    return Promise.resolve();
  }

  plugins(connectorsOnly: boolean): readonly PluginInfo[] {
    return pluginInfos(this.parts.registry, connectorsOnly);
  }

  pluginConfig(plugin: string, version: string | null): readonly ConfigKeyInfo[] {
    return pluginConfig({ registry: this.parts.registry, worker: this.parts.config.properties }, plugin, version);
  }

  async validateConfig(config: GivenConfig): Promise<ConfigInfos> {
    const { registry, transformer, clientKeys, config: worker } = this.parts;
    return validateConnectorConfig(
      { registry, worker: worker.properties, workerGroupId: worker.distributed?.["group.id"] ?? null, clientKeys },
      await transformer.resolve<string | null>(config),
    );
  }

  loggers(): ReadonlyMap<string, LoggerLevel> {
    return this.parts.loggers.list();
  }

  logger(name: string): LoggerLevel | null {
    return this.parts.loggers.state(name);
  }

  setWorkerLogger(name: string, level: string): readonly string[] {
    const parsed = parseLogLevel(level);
    if (parsed === null) throw new ConnectError("not-found", `invalid log level '${level.trim()}'.`);
    this.parts.tasks.setLogLevel(name, parsed);
    return this.parts.loggers.setLevel(name, parsed);
  }

  /** `config` as it may be stored, or ConnectError `bad-request` with all that is wrong. */
  protected async validated(config: GivenConfig): Promise<ConnectorConfig> {
    assertValid(await this.validateConfig(config));
    return config as ConnectorConfig;
  }

  /** Stored task configurations, or ConnectError `not-found`. */
  protected taskInfosNow(name: string): readonly TaskInfo[] {
    const connector = this.parts.configs.snapshot().connectors.get(name);
    if (connector === undefined) throw new ConnectError("not-found", `Connector ${name} not found`);
    return connector.taskConfigs.map((config, task) => ({ id: { connector: name, task }, config }));
  }

  protected infoOf(name: string): ConnectorInfo {
    const info = this.connectorInfoNow(name);
    if (info === null) throw new ConnectError("not-found", `Connector ${name} not found`);
    return info;
  }

  protected typeOf(config: ConnectorConfig | null): ConnectorType {
    const className = config?.["connector.class"];
    if (config === null || className === undefined) return "unknown";
    try {
      this.parts.registry.connector(className.trim(), config);
      return "sink";
    } catch {
      return "unknown";
    }
  }

  /** The connector has used no topic any more. */
  forgetTopics(name: string): void {
    const { statuses, worker } = this.parts;
    for (const { topic } of statuses.topics(name)) statuses.deleteTopic(name, topic);
    worker.forgetTopics(name);
  }

  /** Of a connector and all its tasks. */
  protected removeStatuses(name: string): void {
    this.removeTaskStatuses(this.parts.statuses.tasks(name).map(({ id }) => id));
    this.parts.statuses.putConnector(name, this.#destroyed());
  }

  protected removeTaskStatuses(tasks: readonly ConnectorTaskId[]): void {
    for (const task of tasks) this.parts.statuses.putTask(task, this.#destroyed());
  }

  #destroyed(): Status {
    return { state: "DESTROYED", trace: null, workerId: this.parts.workerId, generation: -1, version: null };
  }
}

function instanceState(status: Status): InstanceState {
  const { state, workerId, version, trace } = status;
  return { state, workerId, version, trace };
}

/** The answer to changing the offsets of a connector that may still move them. */
export function notStopped(name: string): ConnectError {
  return new ConnectError(
    "bad-request",
    "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector " +
      `by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
  );
}

function forbidden(message: string): ConnectError {
  return new ConnectError("bad-request", message, { at: { status: 403 } });
}
