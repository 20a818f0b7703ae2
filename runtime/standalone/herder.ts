import { ConnectError, type Logger } from "../api/index.js";
import type {
  ConnectorInfo,
  ConnectorStatus,
  ConnectorTaskId,
  Herder,
  PutResult,
  RestartRequest,
  SinkOffset,
  Stage,
  TargetState,
  TaskInfo,
  WorkerHealth,
} from "../herder.js";
import type { GivenConfig } from "../plugins/connector-config.js";
import { parseOffsetChanges } from "../storage/connector-offsets.js";
import { BaseHerder, notStopped, type HerderParts } from "../worker/base-herder.js";
import { mergeConfig } from "../worker/connector-patch.js";
import { awaitHealth } from "../worker/health.js";
import { planRestart } from "../worker/restart-plan.js";
import type { SinkOffsets } from "../worker/sink-offsets.js";
import { StageTracker } from "../worker/stage.js";
import { taskConfigsChanged } from "../worker/task-configs.js";

export interface StandaloneParts extends HerderParts {
  readonly offsets: SinkOffsets;
}

/**
 * A worker on its own: everything runs here, and configurations live in memory. One operation at a time. What differs from a
 * cluster: an answer comes when connector and tasks have been started. Source: `StandaloneHerder`, Connect 4.1.
 */
export class StandaloneHerder extends BaseHerder implements Herder {
  readonly #stages = new StageTracker(Date.now);
  readonly #log: Logger;
  #last: Promise<unknown> = Promise.resolve();
  #ready = false;

  constructor(protected override readonly parts: StandaloneParts) {
    super(parts);
    this.#log = parts.loggers.get("org.apache.kafka.connect.runtime.standalone.StandaloneHerder");
  }

  /** The connectors of the command line have been created: the worker is healthy from now on. */
  ready(): void {
    this.#ready = true;
  }

  /** Stops all connectors and tasks. */
  async stop(): Promise<void> {
    await this.#serially(async () => {
      const { worker, statuses, configs } = this.parts;
      for (const name of worker.connectorNames) worker.stopConnector(name);
      await worker.stopTasks(worker.taskIds);
      await statuses.close();
      await configs.close();
    });
  }

  stage(): Stage | null {
    return this.#stages.current;
  }

  health(): Promise<WorkerHealth> {
    const probe = this.#ready ? this.#serially(() => Promise.resolve()) : new Promise<void>(() => undefined);
    return awaitHealth(
      probe,
      () => this.#ready,
      () => this.#stages.current,
    );
  }

  connectorInfo(name: string): Promise<ConnectorInfo> {
    return this.#serially(() => Promise.resolve(this.infoOf(name)));
  }

  taskInfos(name: string): Promise<readonly TaskInfo[]> {
    return this.#serially(() => Promise.resolve(this.taskInfosNow(name)));
  }

  async createConnector(name: string, config: GivenConfig, initialState: TargetState | null): Promise<ConnectorInfo> {
    const { info } = await this.#put(name, config, initialState, false);
    return info;
  }

  putConnectorConfig(name: string, config: GivenConfig): Promise<PutResult> {
    return this.#put(name, config, null, true);
  }

  async patchConnectorConfig(name: string, patch: GivenConfig): Promise<ConnectorInfo> {
    const { info } = await this.#put(name, mergeConfig(this.infoOf(name).config, patch), null, true);
    return info;
  }

  deleteConnector(name: string): Promise<void> {
    return this.#serially(async () => {
      this.infoOf(name);
      await this.#removeTasks(name);
      this.parts.worker.stopConnector(name);
      await this.parts.configs.removeConnectorConfig(name);
      this.removeStatuses(name);
      this.forgetTopics(name);
    });
  }

  restartConnector(name: string): Promise<void> {
    return this.#serially(async () => {
      this.infoOf(name);
      this.parts.worker.stopConnector(name);
      await this.#start(name);
    });
  }

  restartTask(id: ConnectorTaskId): Promise<void> {
    return this.#serially(async () => {
      const name = `${id.connector}-${String(id.task)}`;
      if (!this.infoOf(id.connector).tasks.some((task) => task.task === id.task))
        throw new ConnectError("not-found", `Task ${name} not found`);
      const { worker, configs } = this.parts;
      await worker.stopTasks([id]);
      if (!(await worker.startTask(id, configs.snapshot())))
        throw new ConnectError("fatal", `Failed to start task: ${name}`);
    });
  }

  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatus> {
    const name = request.connector;
    return this.#serially(async () => {
      if (this.connectorInfoNow(name) === null) throw new ConnectError("not-found", `Unknown connector: ${name}`);
      if (this.parts.statuses.connector(name) === null)
        throw new ConnectError("not-found", `Status for connector ${name} not found`);
      const plan = planRestart(request, this.connectorStatus(name));
      const { worker, configs } = this.parts;
      if (plan.restartConnector) {
        worker.stopConnector(name);
        worker.markConnectorRestarting(name);
      }
      await worker.stopTasks(plan.tasks);
      for (const task of plan.tasks) worker.markTaskRestarting(task);
      if (plan.restartConnector) await this.#start(name);
      for (const task of plan.tasks) await worker.startTask(task, configs.snapshot());
      return plan.status;
    });
  }

  pauseConnector(name: string): Promise<void> {
    return this.#setTargetState(name, "PAUSED");
  }

  resumeConnector(name: string): Promise<void> {
    return this.#setTargetState(name, "STARTED");
  }

  stopConnector(name: string): Promise<void> {
    return this.#setTargetState(name, "STOPPED");
  }

  connectorOffsets(name: string): Promise<readonly SinkOffset[]> {
    return this.#serially(() => this.parts.offsets.list(name, this.infoOf(name).config));
  }

  alterConnectorOffsets(
    name: string,
    offsets: readonly { readonly partition: unknown; readonly offset: unknown }[],
  ): Promise<string> {
    return this.#serially(() => {
      this.#assertStopped(name);
      return this.parts.offsets.alter(name, this.infoOf(name).config, parseOffsetChanges(offsets));
    });
  }

  resetConnectorOffsets(name: string): Promise<string> {
    return this.#serially(() => {
      this.#assertStopped(name);
      return this.parts.offsets.reset(name, this.infoOf(name).config);
    });
  }

  setClusterLogger(name: string, level: string): Promise<void> {
    this.setWorkerLogger(name, level);
    return Promise.resolve();
  }

  putTaskConfigs(): Promise<void> {
    const text = "Kafka Connect in standalone mode does not support externally setting task configurations.";
    return Promise.reject(new ConnectError("fatal", text));
  }

  fenceZombies(): Promise<void> {
    const text = "Kafka Connect in standalone mode does not support exactly-once source connectors.";
    return Promise.reject(new ConnectError("fatal", text));
  }

  async #put(
    name: string,
    config: GivenConfig,
    initialState: TargetState | null,
    replace: boolean,
  ): Promise<PutResult> {
    const valid = await this.validated(config);
    return this.#serially(async () => {
      const exists = this.connectorInfoNow(name) !== null;
      if (exists && !replace) throw new ConnectError("already-exists", `Connector ${name} already exists`);
      if (exists) this.parts.worker.stopConnector(name);
      await this.parts.configs.putConnectorConfig(name, valid, initialState);
      await this.#start(name);
      await this.#updateTasks(name);
      return { created: !exists, info: this.infoOf(name) };
    });
  }

  /** Throws ConnectError when the connector fails to start. */
  async #start(name: string): Promise<void> {
    const connector = this.parts.configs.snapshot().connectors.get(name);
    if (connector === undefined) throw new ConnectError("not-found", `Connector ${name} not found`);
    try {
      await this.#stages.during("starting the connector", () => this.parts.worker.startConnector(name, connector));
    } catch (cause) {
      throw new ConnectError("fatal", `Failed to start connector: ${name}`, { cause });
    }
  }

  async #updateTasks(name: string): Promise<void> {
    const { worker, configs } = this.parts;
    const connector = configs.snapshot().connectors.get(name);
    if (connector === undefined || !worker.isRunning(name)) return;
    const generated = worker.taskConfigs(name, connector.config);
    if (!taskConfigsChanged(connector.taskConfigs, generated, connector.config, connector.appliedConfig)) return;
    await this.#removeTasks(name);
    await configs.putTaskConfigs(name, generated);
    for (const task of this.infoOf(name).tasks) await worker.startTask(task, configs.snapshot());
  }

  async #removeTasks(name: string): Promise<void> {
    const { worker, configs, statuses } = this.parts;
    await worker.stopTasks(this.infoOf(name).tasks);
    this.removeTaskStatuses(statuses.tasks(name).map(({ id }) => id));
    await configs.putTaskConfigs(name, []);
  }

  #setTargetState(name: string, state: TargetState): Promise<void> {
    return this.#serially(async () => {
      if (this.connectorInfoNow(name) === null) throw new ConnectError("not-found", `Unknown connector ${name}`);
      const { worker, configs } = this.parts;
      if (state === "STOPPED") await this.#removeTasks(name);
      await configs.putTargetState(name, state);
      try {
        worker.setTargetState(name, state);
        if (state === "STARTED") await this.#updateTasks(name);
      } catch (error) {
        this.#log.error("Failed to transition connector to target state", { connector: name, state, error });
      }
    });
  }

  #assertStopped(name: string): void {
    const connector = this.parts.configs.snapshot().connectors.get(name);
    if (connector === undefined) throw new ConnectError("not-found", `Connector ${name} not found`);
    if (connector.targetState !== "STOPPED" || (connector.taskCount ?? 0) !== 0) throw notStopped(name);
  }

  #serially<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
