import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorConfig, TargetState } from "../herder.js";
import type { ConfigStore } from "../storage/config-store.js";
import type { StageTracker } from "../worker/stage.js";

/**
 * The leader's writes to the config topic. Another leader may have fenced this one meanwhile: then the write fails, and
 * {@link fenced} has the loop claim the topic again before it goes on.
 */
export class LeaderWrites {
  /** A write failed because this worker may have lost the right to write. */
  fenced = false;

  constructor(
    private readonly configs: ConfigStore,
    private readonly stages: StageTracker,
    private readonly log: Logger,
  ) {}

  /** `description` as in `writing a config for connector X to the config topic`. Throws ConnectError. */
  async write(description: string, action: (configs: ConfigStore) => Promise<void>): Promise<void> {
    try {
      await this.stages.during(description, () => action(this.configs));
    } catch (error) {
      if (!(error instanceof ConnectError) || error.kind !== "retriable") throw error;
      this.log.warn("Failed to write to config topic as leader; will try to reclaim write privileges", { error });
      this.fenced = true;
      throw new ConnectError(
        "fatal",
        "Failed to write to config topic; this may be due to a transient error and the request can be safely retried",
        { cause: error },
      );
    }
  }

  /** Throws ConnectError `bad-request` for tasks of a stopped connector. */
  async taskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    const targetState = this.configs.snapshot().connectors.get(connector)?.targetState;
    if (configs.length > 0 && targetState === "STOPPED")
      throw new ConnectError(
        "bad-request",
        `Cannot submit non-empty set of task configs for stopped connector ${connector}`,
      );
    await this.write(
      `writing ${String(configs.length)} task configs for connector ${connector} to the config topic`,
      (store) => store.putTaskConfigs(connector, configs),
    );
  }

  async targetState(connector: string, state: TargetState): Promise<void> {
    await this.write(`writing the ${state} target stage for connector ${connector} to the config topic`, (store) =>
      store.putTargetState(connector, state),
    );
  }

  async claim(): Promise<void> {
    await this.stages.during("reclaiming write privileges for the config topic", () =>
      this.configs.claimWritePrivileges(),
    );
    this.fenced = false;
  }
}
