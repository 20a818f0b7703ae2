import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorStatus, ConnectorTaskId, RestartRequest, TargetState } from "../herder.js";
import { within } from "../kafka/within.js";
import type { ConfigStore } from "../storage/config-store.js";
import type { StatusStore } from "../storage/status-store.js";
import type { Worker } from "../worker/worker.js";
import { planRestart } from "../worker/restart-plan.js";
import type { StageTracker } from "../worker/stage.js";
import type { TaskPublisher } from "./task-publisher.js";
import { isEmpty, minus, NO_WORK, sameTask, type Work } from "./work.js";

export interface WorkRunnerParts {
  readonly worker: Worker;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly stages: StageTracker;
  readonly publisher: TaskPublisher;
  /** Null without a status. */
  readonly statusOf: (connector: string) => ConnectorStatus | null;
  readonly forgetTopics: (connector: string) => void;
  readonly log: Logger;
}

/** How long a stop waits for the status topic. */
const FLUSH_MS = 5_000;

/** Starts and stops what the group gives to this worker, and carries changes to it. All calls come from the herder's loop. */
export class WorkRunner {
  /** Started here and not stopped since. */
  #running: Work = NO_WORK;

  constructor(private readonly parts: WorkRunnerParts) {}

  get running(): Work {
    return this.#running;
  }

  /**
   * Starts what of `work` does not run yet; what fails to start has its status for it. Stops what runs beyond `work`: an eager
   * leader that takes over from an incremental one gives out everything without revoking anything.
   */
  async start(work: Work): Promise<void> {
    const excess = minus(this.#running, work);
    if (!isEmpty(excess)) await this.stop(excess);
    const missing = minus(work, this.#running);
    const count = missing.connectors.length + missing.tasks.length;
    if (count > 0)
      await this.parts.stages.during(`starting ${String(count)} connector(s) and task(s) after a rebalance`, () =>
        Promise.all([
          ...missing.connectors.map((name) => this.#startOrLog(name)),
          ...missing.tasks.map((task) => this.#startTask(task)),
        ]),
      );
    this.#running = work;
  }

  /**
   * Stops `work`, for other workers may get it. Its statuses are in the topic when this settles, unless Kafka does not take them:
   * that holds up neither a rebalance nor the end of the worker.
   */
  async stop(work: Work): Promise<void> {
    const { worker, stages, statuses, configs, log } = this.parts;
    const { connectors, tasks } = work;
    await stages.during(`stopping ${String(connectors.length)} and ${String(tasks.length)} tasks`, async () => {
      for (const name of connectors) worker.stopConnector(name);
      await worker.stopTasks(tasks);
    });
    this.#running = minus(this.#running, work);
    const snapshot = configs.snapshot();
    const deleted = new Set([...connectors, ...tasks.map((task) => task.connector)]);
    for (const name of deleted) if (!snapshot.connectors.has(name)) this.parts.forgetTopics(name);
    await stages.during("flushing updates to the status topic", () =>
      within(statuses.flush(), FLUSH_MS, () => {
        log.warn("Not all statuses could be written in time; they are tried again in the background");
      }),
    );
  }

  async stopAll(): Promise<void> {
    const { worker } = this.parts;
    await this.stop({ connectors: worker.connectorNames, tasks: worker.taskIds });
    this.#running = NO_WORK;
  }

  /** Throws ConnectError when it fails to start. */
  async restartConnector(name: string): Promise<void> {
    await this.parts.stages.during(`stopping restarted connector ${name}`, () => {
      this.parts.worker.stopConnector(name);
      return Promise.resolve();
    });
    try {
      await this.parts.stages.during("starting the connector", () => this.#startConnector(name));
    } catch (cause) {
      throw new ConnectError("fatal", `Failed to start connector: ${name}`, { cause });
    }
  }

  /** Throws ConnectError when it fails to start. */
  async restartTask(id: ConnectorTaskId): Promise<void> {
    const name = `${id.connector}-${String(id.task)}`;
    const started = await this.parts.stages.during(`restarting task ${name}`, async () => {
      await this.parts.worker.stopTasks([id]);
      return this.#startTask(id);
    });
    if (!started) throw new ConnectError("fatal", `Failed to start task: ${name}`);
  }

  /** Configurations changed or went: of those that are `assigned` here, the instance is made anew. */
  async connectorsChanged(names: ReadonlySet<string>, assigned: Work): Promise<void> {
    const local = assigned.connectors.filter((name) => names.has(name));
    if (local.length === 0) return;
    const { worker, configs, stages, log } = this.parts;
    await stages.during(`restarting ${String(local.length)} reconfigured connectors`, () =>
      Promise.all(
        local.map(async (name) => {
          const remains = configs.snapshot().connectors.has(name);
          log.info("Handling connector-only config update", { connector: name, action: remains ? "restart" : "stop" });
          worker.stopConnector(name);
          if (remains) await this.#startOrLog(name);
        }),
      ),
    );
  }

  /** Stops tasks whose connector committed a new set; the rebalance that follows starts those that are still ours. */
  async tasksChanged(connectors: ReadonlySet<string>, assigned: Work): Promise<void> {
    const tasks = assigned.tasks.filter((task) => connectors.has(task.connector));
    if (tasks.length === 0) return;
    this.parts.log.info("Handling task config update by stopping tasks, to be restarted after the rebalance", {
      tasks: tasks.map((task) => `${task.connector}-${String(task.task)}`),
    });
    await this.parts.stages.during(`stopping ${String(tasks.length)} reconfigured tasks`, () =>
      this.parts.worker.stopTasks(tasks),
    );
    this.#running = minus(this.#running, { connectors: [], tasks });
  }

  targetStateChanged(name: string, state: TargetState): void {
    const { worker, configs, publisher, log } = this.parts;
    if (!configs.snapshot().connectors.has(name)) return;
    try {
      worker.setTargetState(name, state);
    } catch (error) {
      log.error("Failed to transition connector to target state", { connector: name, state, error });
      return;
    }
    // What was configured while it was paused takes effect now.
    if (state === "STARTED" && worker.hasConnector(name)) publisher.request(name);
  }

  /** KIP-745. */
  async restartRequested(request: RestartRequest, assigned: Work): Promise<void> {
    const { worker, stages, log, statusOf } = this.parts;
    const { connector: name } = request;
    const status = statusOf(name);
    if (status === null) {
      log.debug("Skipping restart of connector since no status is available", { connector: name });
      return;
    }
    const plan = planRestart(request, status);
    const restartConnector = plan.restartConnector && assigned.connectors.includes(name);
    const tasks = plan.tasks.filter((task) => assigned.tasks.some((other) => sameTask(task, other)));
    log.info("Executing restart request", { ...request, restartConnector, tasks: tasks.map((task) => task.task) });
    if (restartConnector) {
      worker.stopConnector(name);
      worker.markConnectorRestarting(name);
    }
    if (tasks.length > 0) {
      await stages.during(`stopping ${String(tasks.length)} to-be-restarted tasks for connector ${name}`, () =>
        worker.stopTasks(tasks),
      );
      for (const task of tasks) worker.markTaskRestarting(task);
    }
    if (restartConnector) await this.#startOrLog(name);
    for (const task of tasks) await this.#startTask(task);
  }

  async #startOrLog(name: string): Promise<void> {
    try {
      await this.#startConnector(name);
    } catch (error) {
      this.parts.log.error("Failed to start connector", { connector: name, error });
    }
  }

  async #startConnector(name: string): Promise<void> {
    const { worker, configs, publisher } = this.parts;
    const connector = configs.snapshot().connectors.get(name);
    if (connector === undefined) throw new ConnectError("not-found", `Connector ${name} not found`);
    await worker.startConnector(name, connector);
    if (connector.targetState === "STARTED") publisher.request(name);
  }

  #startTask(id: ConnectorTaskId): Promise<boolean> {
    return this.parts.worker.startTask(id, this.parts.configs.snapshot());
  }
}
