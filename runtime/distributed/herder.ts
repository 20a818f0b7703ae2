import { ConnectError } from "../api/index.js";
import type {
  ConnectorInfo,
  ConnectorStatus,
  ConnectorTaskId,
  Herder,
  InternalRequest,
  PutResult,
  RestartRequest,
  SinkOffset,
  Stage,
  TargetState,
  TaskInfo,
  WorkerHealth,
} from "../herder.js";
import { parseLogLevel } from "../logging/loggers.js";
import type { GivenConfig } from "../plugins/connector-config.js";
import { parseOffsetChanges, type OffsetChange } from "../storage/connector-offsets.js";
import { BaseHerder, notStopped, type HerderParts } from "../worker/base-herder.js";
import { mergeConfig } from "../worker/connector-patch.js";
import { awaitHealth } from "../worker/health.js";
import type { SinkOffsets } from "../worker/sink-offsets.js";
import type { Engine } from "./engine.js";
import type { LeaderWrites } from "./leader-writes.js";
import type { Membership } from "./membership.js";
import { parseTaskConfigs } from "./internal-requests.js";
import type { RequestQueue } from "./requests.js";
import { planRestart } from "../worker/restart-plan.js";
import { verifyRequest, type SessionKeyConfig } from "./session-key.js";
import type { StageTracker } from "../worker/stage.js";
import { sameTask } from "./work.js";
import type { WorkRunner } from "./work-runner.js";

export interface DistributedParts extends HerderParts {
  readonly engine: Engine;
  readonly membership: Membership;
  readonly runner: WorkRunner;
  readonly writes: LeaderWrites;
  readonly requests: RequestQueue;
  readonly stages: StageTracker;
  readonly offsets: SinkOffsets;
  readonly sessionKeys: SessionKeyConfig;
  readonly syncTimeoutMs: number;
}

/**
 * A worker of a cluster, as REST sees it. What changes the cluster's state runs on the engine's loop, on the leader; what concerns an
 * instance, on the worker that has it. Elsewhere it fails with `wrong-node` and the URL to go to.
 * Source: `DistributedHerder`, Connect 4.1; spec connect-rest §4.
 */
export class DistributedHerder extends BaseHerder implements Herder {
  constructor(protected override readonly parts: DistributedParts) {
    super(parts);
  }

  /** Removes the statuses of connectors and tasks that are not configured any more: for the leader. */
  cleanStatuses(): void {
    const { statuses, configs } = this.parts;
    const snapshot = configs.snapshot();
    for (const name of statuses.connectors()) {
      const connector = snapshot.connectors.get(name);
      if (connector === undefined) this.removeStatuses(name);
      else
        this.removeTaskStatuses(
          statuses.tasks(name).flatMap(({ id }) => (id.task < connector.taskConfigs.length ? [] : [id])),
        );
    }
  }

  stage(): Stage | null {
    return this.parts.stages.current;
  }

  health(): Promise<WorkerHealth> {
    const { requests, stages, engine } = this.parts;
    return awaitHealth(
      requests.ask(() => undefined),
      () => engine.ready,
      () => stages.current,
    );
  }

  connectorInfo(name: string): Promise<ConnectorInfo> {
    return this.#ask(() => {
      this.#assertNoRebalance();
      return this.infoOf(name);
    });
  }

  taskInfos(name: string): Promise<readonly TaskInfo[]> {
    return this.#ask(() => {
      this.#assertNoRebalance();
      return this.taskInfosNow(name);
    });
  }

  async createConnector(name: string, config: GivenConfig, initialState: TargetState | null): Promise<ConnectorInfo> {
    const { info } = await this.#put(name, config, initialState, false);
    return info;
  }

  putConnectorConfig(name: string, config: GivenConfig): Promise<PutResult> {
    return this.#put(name, config, null, true);
  }

  async patchConnectorConfig(name: string, patch: GivenConfig): Promise<ConnectorInfo> {
    const merged = await this.#ask(() => {
      this.#assertLeader();
      return mergeConfig(this.infoOf(name).config, patch);
    });
    const { info } = await this.#put(name, merged, null, true);
    return info;
  }

  deleteConnector(name: string): Promise<void> {
    return this.#ask(async () => {
      this.#assertLeader();
      this.infoOf(name);
      await this.parts.writes.write(`removing the config for connector ${name} from the config topic`, (configs) =>
        configs.removeConnectorConfig(name),
      );
    });
  }

  restartConnector(name: string): Promise<void> {
    return this.#ask(async () => {
      this.#assertNoRebalance();
      this.#assertKnown(name);
      const { engine, runner, membership } = this.parts;
      if (!engine.assignedWork.connectors.includes(name))
        throw this.#elsewhere(
          "Cannot restart connector since it is not assigned to this member",
          membership.ownerUrl(name),
        );
      await runner.restartConnector(name);
    });
  }

  restartTask(id: ConnectorTaskId): Promise<void> {
    return this.#ask(async () => {
      this.#assertNoRebalance();
      this.#assertKnown(id.connector);
      const tasks = this.infoOf(id.connector).tasks;
      if (!tasks.some((task) => sameTask(task, id)))
        throw new ConnectError("not-found", `Unknown task: ${id.connector}-${String(id.task)}`);
      const { engine, runner, membership } = this.parts;
      if (!engine.assignedWork.tasks.some((task) => sameTask(task, id)))
        throw this.#elsewhere("Cannot restart task since it is not assigned to this member", membership.ownerUrl(id));
      await runner.restartTask(id);
    });
  }

  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatus> {
    const name = request.connector;
    return this.#ask(async () => {
      this.#assertNoRebalance();
      this.#assertKnown(name);
      this.#assertLeader();
      await this.parts.writes.write(`writing restart request for connector ${name} to the config topic`, (configs) =>
        configs.putRestartRequest(request),
      );
      if (this.parts.statuses.connector(name) === null)
        throw new ConnectError("not-found", `Status for connector ${name} not found`);
      return planRestart(request, this.connectorStatus(name)).status;
    });
  }

  pauseConnector(name: string): Promise<void> {
    return this.#setTargetState(name, "PAUSED");
  }

  resumeConnector(name: string): Promise<void> {
    return this.#setTargetState(name, "STARTED");
  }

  stopConnector(name: string): Promise<void> {
    return this.#ask(async () => {
      this.#assertExists(name);
      this.#assertLeader();
      // Tasks first: a started connector without tasks is healthier than a stopped one with them.
      await this.parts.writes.taskConfigs(name, []);
      await this.parts.writes.targetState(name, "STOPPED");
    });
  }

  async connectorOffsets(name: string): Promise<readonly SinkOffset[]> {
    const { config } = await this.#ask(() => this.infoOf(name));
    return this.parts.offsets.list(name, config);
  }

  alterConnectorOffsets(
    name: string,
    offsets: readonly { readonly partition: unknown; readonly offset: unknown }[],
  ): Promise<string> {
    return this.#modifyOffsets(name, () => parseOffsetChanges(offsets));
  }

  resetConnectorOffsets(name: string): Promise<string> {
    return this.#modifyOffsets(name, null);
  }

  async setClusterLogger(name: string, level: string): Promise<void> {
    const parsed = parseLogLevel(level);
    if (parsed === null) throw new ConnectError("not-found", `invalid log level '${level.trim()}'.`);
    await this.parts.configs.putLoggerLevel(name, parsed);
  }

  async putTaskConfigs(name: string, request: InternalRequest): Promise<void> {
    const configs = parseTaskConfigs(request.body);
    this.#verify(request);
    await this.#ask(async () => {
      this.#assertLeader();
      this.infoOf(name);
      await this.parts.writes.taskConfigs(name, configs);
    });
  }

  async fenceZombies(name: string, request: InternalRequest): Promise<void> {
    this.#verify(request);
    await this.#ask(() => {
      this.#assertLeader();
      this.infoOf(name);
      throw new ConnectError("bad-request", `Connector ${name} is not a source connector`);
    });
  }

  async #put(
    name: string,
    config: GivenConfig,
    initialState: TargetState | null,
    replace: boolean,
  ): Promise<PutResult> {
    const valid = await this.validated(config);
    return this.#ask(async () => {
      this.#assertLeader();
      const before = this.connectorInfoNow(name);
      if (before !== null && !replace) throw new ConnectError("already-exists", `Connector ${name} already exists`);
      await this.parts.writes.write(`writing a config for connector ${name} to the config topic`, (configs) =>
        configs.putConnectorConfig(name, valid, initialState),
      );
      const info = { name, config: valid, tasks: before?.tasks ?? [], type: this.typeOf(valid) };
      return { created: before === null, info };
    });
  }

  async #setTargetState(name: string, state: TargetState): Promise<void> {
    this.#assertExists(name);
    await this.parts.configs.putTargetState(name, state);
  }

  async #modifyOffsets(name: string, changes: (() => readonly OffsetChange[]) | null): Promise<string> {
    // The change itself runs beside the loop: it may take as long as a request may.
    const config = await this.#ask(async () => {
      this.#assertNoRebalance();
      this.#assertLeader();
      await this.parts.configs.refresh(this.parts.syncTimeoutMs);
      const connector = this.parts.configs.snapshot().connectors.get(name);
      if (connector === undefined) throw new ConnectError("not-found", `Connector ${name} not found`);
      if (connector.targetState !== "STOPPED" || (connector.taskCount ?? 0) !== 0) throw notStopped(name);
      return connector.config;
    });
    const { offsets } = this.parts;
    return changes === null ? offsets.reset(name, config) : offsets.alter(name, config, changes());
  }

  #ask<T>(action: () => T | Promise<T>): Promise<T> {
    return this.parts.requests.ask(action);
  }

  #assertNoRebalance(): void {
    if (this.parts.engine.rebalanceExpected)
      throw new ConnectError("rebalancing", "Request cannot be completed because a rebalance is expected");
  }

  #assertLeader(): void {
    const { isLeader, leaderUrl } = this.parts.engine.leader;
    if (!isLeader) throw wrongNode("Only the leader can process this request.", leaderUrl);
  }

  #assertKnown(name: string): void {
    if (this.connectorInfoNow(name) === null) throw new ConnectError("not-found", `Unknown connector: ${name}`);
  }

  #assertExists(name: string): void {
    if (this.connectorInfoNow(name) === null) throw new ConnectError("not-found", `Unknown connector ${name}`);
  }

  /** The leader knows the owner; the others send to the leader. */
  #elsewhere(message: string, ownerUrl: string | null): ConnectError {
    const { isLeader, leaderUrl } = this.parts.engine.leader;
    return wrongNode(message, isLeader ? ownerUrl : leaderUrl);
  }

  #verify(request: InternalRequest): void {
    const { engine, sessionKeys, configs } = this.parts;
    if (engine.leader.signed) verifyRequest(sessionKeys, configs.snapshot().sessionKey, request);
  }
}

function wrongNode(message: string, url: string | null): ConnectError {
  return new ConnectError("wrong-node", message, { at: url === null ? {} : { url } });
}
