import { ConnectError, type ConfigDef } from "../../runtime/api/index.js";
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorStatus,
  ConnectorTaskId,
  Herder,
  InstanceState,
  LoggerLevel,
  PluginInfo,
  PutResult,
  RestartRequest,
  SinkOffset,
  TargetState,
  TaskInfo,
  TaskState,
  WorkerHealth,
} from "../../runtime/herder.js";
import { pluginConfig, pluginInfos } from "../../runtime/plugins/plugin-infos.js";
import type { PluginRegistry } from "../../runtime/plugins/registry.js";
import { assertValid, validateConnectorConfig, type ValidationContext } from "../../runtime/plugins/validation.js";

type GivenConfig = Readonly<Record<string, string | null>>;

interface Held {
  config: ConnectorConfig;
  target: TargetState;
  taskCount: number;
}

export interface MemoryHerderOptions {
  readonly registry: PluginRegistry;
  readonly worker: Readonly<Record<string, string>>;
  readonly workerGroupId?: string | null;
  readonly clientKeys?: ValidationContext["clientKeys"];
}

const NO_KEYS: ConfigDef = {};

/**
 * A herder whose connectors do nothing: everything is RUNNING at once. For tests of the REST layer, which see requests, not Kafka.
 * Texts are those of the Connect 4.1 REST API. A test may set `failNext` to have the next operation fail.
 */
export class MemoryHerder implements Herder {
  readonly clusterId = "memory-cluster";
  readonly workerId = "127.0.0.1:8083";
  failNext: Error | null = null;
  /** Settles before any operation that may wait. */
  gate: Promise<void> = Promise.resolve();
  readonly calls: string[] = [];
  readonly #held = new Map<string, Held>();
  readonly #loggers = new Map<string, LoggerLevel>([["root", { level: "INFO", lastModifiedMs: null }]]);
  readonly #context: ValidationContext;

  constructor({ registry, worker, workerGroupId = null, clientKeys }: MemoryHerderOptions) {
    const keys = clientKeys ?? { consumer: NO_KEYS, producer: NO_KEYS, admin: NO_KEYS };
    this.#context = { registry, worker, workerGroupId, clientKeys: keys };
  }

  async #enter(call: string): Promise<void> {
    this.calls.push(call);
    const error = this.failNext;
    this.failNext = null;
    await this.gate;
    if (error !== null) throw error;
  }

  #get(name: string, text = `Connector ${name} not found`): Held {
    const held = this.#held.get(name);
    if (held === undefined) throw new ConnectError("not-found", text);
    return held;
  }

  async health(): Promise<WorkerHealth> {
    await this.#enter("health");
    return { status: "healthy", message: "Worker has completed startup and is ready to handle requests." };
  }

  connectors(): readonly string[] {
    return [...this.#held.keys()];
  }

  async connectorInfo(name: string): Promise<ConnectorInfo> {
    await this.#enter("connectorInfo");
    this.#get(name);
    return this.connectorInfoNow(name)!;
  }

  connectorInfoNow(name: string): ConnectorInfo | null {
    const held = this.#held.get(name);
    if (held === undefined) return null;
    return { name, config: held.config, tasks: this.#taskIds(name, held), type: "sink" };
  }

  #taskIds(connector: string, { taskCount }: Held): ConnectorTaskId[] {
    return Array.from({ length: taskCount }, (_, task) => ({ connector, task }));
  }

  async createConnector(name: string, config: GivenConfig, initial: TargetState | null): Promise<ConnectorInfo> {
    await this.#enter("createConnector");
    assertValid(validateConnectorConfig(this.#context, config));
    if (this.#held.has(name)) throw new ConnectError("already-exists", `Connector ${name} already exists`);
    this.#put(name, config as ConnectorConfig, initial ?? "STARTED");
    return { ...this.connectorInfoNow(name)!, tasks: [] };
  }

  #put(name: string, config: ConnectorConfig, target: TargetState): void {
    const taskCount = target === "STARTED" ? Number(config["tasks.max"] ?? 1) : 0;
    this.#held.set(name, { config, target, taskCount });
  }

  async putConnectorConfig(name: string, config: GivenConfig): Promise<PutResult> {
    await this.#enter("putConnectorConfig");
    assertValid(validateConnectorConfig(this.#context, config));
    const before = this.#held.get(name);
    this.#put(name, config as ConnectorConfig, before?.target ?? "STARTED");
    return { created: before === undefined, info: this.connectorInfoNow(name)! };
  }

  async patchConnectorConfig(name: string, patch: GivenConfig): Promise<ConnectorInfo> {
    await this.#enter("patchConnectorConfig");
    const { config, target } = this.#get(name);
    const merged = Object.fromEntries(Object.entries({ ...config, ...patch }).filter(([, value]) => value !== null));
    assertValid(validateConnectorConfig(this.#context, merged));
    this.#put(name, merged as ConnectorConfig, target);
    return this.connectorInfoNow(name)!;
  }

  async deleteConnector(name: string): Promise<void> {
    await this.#enter("deleteConnector");
    this.#get(name);
    this.#held.delete(name);
  }

  #state({ target }: Held): InstanceState {
    const state = target === "STARTED" ? "RUNNING" : target;
    return { state, workerId: this.workerId, version: "1.0", trace: null };
  }

  connectorStatus(name: string): ConnectorStatus {
    const held = this.#get(name, `No status found for connector ${name}`);
    const connector = this.#state(held);
    const tasks = this.#taskIds(name, held).map(({ task }) => ({ id: task, ...connector }));
    return { name, connector, tasks, type: "sink" };
  }

  taskStatus({ connector, task }: ConnectorTaskId): TaskState {
    const text = `No status found for task ${connector}-${task}`;
    const held = this.#get(connector, text);
    if (task < 0 || task >= held.taskCount) throw new ConnectError("not-found", text);
    return { id: task, ...this.#state(held) };
  }

  async taskInfos(name: string): Promise<readonly TaskInfo[]> {
    await this.#enter("taskInfos");
    const held = this.#get(name);
    return this.#taskIds(name, held).map((id) => ({ id, config: { ...held.config, "task.class": "x.Task" } }));
  }

  async restartConnector(name: string): Promise<void> {
    await this.#enter("restartConnector");
    this.#get(name, `Unknown connector: ${name}`);
  }

  async restartConnectorAndTasks({ connector, includeTasks, onlyFailed }: RestartRequest): Promise<ConnectorStatus> {
    await this.#enter(`restartConnectorAndTasks includeTasks=${includeTasks} onlyFailed=${onlyFailed}`);
    this.#get(connector, `Unknown connector: ${connector}`);
    return this.connectorStatus(connector);
  }

  async restartTask({ connector, task }: ConnectorTaskId): Promise<void> {
    await this.#enter("restartTask");
    const held = this.#get(connector, `Unknown connector: ${connector}`);
    if (task < 0 || task >= held.taskCount) throw new ConnectError("not-found", `Unknown task: ${connector}-${task}`);
  }

  pauseConnector(name: string): Promise<void> {
    return this.#setTarget(name, "PAUSED");
  }

  resumeConnector(name: string): Promise<void> {
    return this.#setTarget(name, "STARTED");
  }

  stopConnector(name: string): Promise<void> {
    return this.#setTarget(name, "STOPPED");
  }

  async #setTarget(name: string, target: TargetState): Promise<void> {
    await this.#enter(`target ${target}`);
    const held = this.#get(name, `Unknown connector ${name}`);
    if (target === "PAUSED" && held.target !== "STOPPED") held.target = target;
    else this.#put(name, held.config, target);
  }

  activeTopics(name: string): readonly string[] {
    return this.#held.get(name)?.config["topics"]?.split(",") ?? [];
  }

  async resetActiveTopics(): Promise<void> {
    await this.#enter("resetActiveTopics");
  }

  async connectorOffsets(name: string): Promise<readonly SinkOffset[]> {
    await this.#enter("connectorOffsets");
    this.#get(name);
    return [{ partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: 5 } }];
  }

  async alterConnectorOffsets(name: string, offsets: readonly unknown[]): Promise<string> {
    await this.#enter(`alterConnectorOffsets ${JSON.stringify(offsets)}`);
    this.#get(name);
    return "The offsets for this connector have been altered successfully";
  }

  async resetConnectorOffsets(name: string): Promise<string> {
    await this.#enter("resetConnectorOffsets");
    this.#get(name);
    return "The offsets for this connector have been reset successfully";
  }

  plugins(connectorsOnly: boolean): readonly PluginInfo[] {
    return pluginInfos(this.#context.registry, connectorsOnly);
  }

  pluginConfig(plugin: string, version: string | null): readonly ConfigKeyInfo[] {
    return pluginConfig(this.#context, plugin, version);
  }

  async validateConfig(config: GivenConfig): Promise<ConfigInfos> {
    await this.#enter("validateConfig");
    return validateConnectorConfig(this.#context, config);
  }

  loggers(): ReadonlyMap<string, LoggerLevel> {
    return this.#loggers;
  }

  logger(name: string): LoggerLevel | null {
    return this.#loggers.get(name) ?? null;
  }

  setWorkerLogger(name: string, level: string): readonly string[] {
    const known = [...new Set([...this.#loggers.keys(), name])];
    const changed = known.filter(
      (logger) => (name === "root" || logger.startsWith(name)) && this.#loggers.get(logger)?.level !== level,
    );
    for (const logger of changed) this.#loggers.set(logger, { level, lastModifiedMs: Date.now() });
    return changed.sort();
  }

  async setClusterLogger(name: string, level: string): Promise<void> {
    await this.#enter("setClusterLogger");
    this.setWorkerLogger(name, level);
  }

  async putTaskConfigs(name: string): Promise<void> {
    await this.#enter("putTaskConfigs");
    this.#get(name);
  }

  async fenceZombies(name: string): Promise<void> {
    await this.#enter("fenceZombies");
    throw new ConnectError("bad-request", `Connector ${name} is not a source connector`);
  }
}
