import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorConfig } from "../herder.js";
import type { ConfigStore } from "../storage/config-store.js";
import { taskConfigsChanged } from "../worker/task-configs.js";
import type { Worker } from "../worker/worker.js";
import type { LeaderWrites } from "./leader-writes.js";
import type { PeerClient } from "./peer-client.js";
import type { RequestQueue } from "./requests.js";
import { signRequest, type SessionKeyConfig } from "./session-key.js";
import type { StageTracker } from "../worker/stage.js";

/** Who leads, as the publisher needs to know it. */
export interface LeaderView {
  readonly isLeader: boolean;
  /** With a trailing slash; null: not known. */
  readonly leaderUrl: string | null;
  /** Requests between workers are signed. */
  readonly signed: boolean;
}

export interface PublisherParts {
  readonly worker: Worker;
  readonly configs: ConfigStore;
  readonly writes: LeaderWrites;
  readonly requests: RequestQueue;
  readonly stages: StageTracker;
  readonly peer: PeerClient;
  readonly sessionKeys: SessionKeyConfig;
  readonly leader: () => LeaderView;
  readonly log: Logger;
}

const RETRY_INITIAL_MS = 250;
const RETRY_MAX_MS = 60000;
/** For so long a refusal is likely to be about a session key that is just being renewed. */
const KEY_ROTATION_MS = 60000;

/**
 * Has the connectors of this worker generate their task configurations and brings them, if they changed, into the config topic:
 * directly as leader, else through the leader. Goes on trying: a connector without tasks would do nothing for ever.
 * Source: `DistributedHerder.reconfigureConnector`, Connect 4.1.
 */
export class TaskPublisher {
  constructor(private readonly parts: PublisherParts) {}

  /** On the herder's loop, soon. */
  request(connector: string): void {
    this.#schedule({ connector, attempt: 0, sinceMs: Date.now() }, 0);
  }

  #schedule(job: Job, delayMs: number): void {
    this.parts.requests.schedule(delayMs, () => this.#run(job));
  }

  async #run(job: Job): Promise<void> {
    const { worker, configs, stages, log } = this.parts;
    const connector = configs.snapshot().connectors.get(job.connector);
    if (connector === undefined || !worker.isRunning(job.connector)) {
      log.info("Skipping reconfiguration of connector since it is not running", { connector: job.connector });
      return;
    }
    try {
      const generated = await stages.during(`generating task configs for connector ${job.connector}`, () =>
        Promise.resolve(worker.taskConfigs(job.connector, connector.config)),
      );
      if (!taskConfigsChanged(connector.taskConfigs, generated, connector.config, connector.appliedConfig)) return;
      await this.#publish(job, generated);
    } catch (error) {
      if (isTooManyTasks(error)) worker.onFailed(job.connector, error);
      else this.#retry(job, error);
    }
  }

  async #publish(job: Job, configs: readonly ConnectorConfig[]): Promise<void> {
    const leader = this.parts.leader();
    if (leader.isLeader) {
      await this.parts.writes.taskConfigs(job.connector, configs);
      return;
    }
    // Not awaited: the leader may need this worker in a rebalance before it answers.
    void this.#post(job.connector, configs, leader).catch((error: unknown) => {
      this.#retry(job, error);
    });
  }

  async #post(connector: string, configs: readonly ConnectorConfig[], leader: LeaderView): Promise<void> {
    if (leader.leaderUrl === null || leader.leaderUrl.trim() === "")
      throw new ConnectError(
        "retriable",
        "Request to leader to reconfigure connector tasks failed because the URL of the leader's REST interface is empty!",
      );
    const body = Buffer.from(JSON.stringify(configs));
    const key = this.parts.configs.snapshot().sessionKey;
    if (leader.signed && key === null) throw new ConnectError("retriable", "No session key has been read yet");
    const headers = leader.signed && key !== null ? signRequest(this.parts.sessionKeys, key, body) : {};
    const url = `${leader.leaderUrl.replace(/\/$/, "")}/connectors/${encodeURIComponent(connector)}/tasks`;
    const answer = await this.parts.peer.post(url, body, headers);
    if (answer.status < 200 || answer.status >= 300)
      throw new ConnectError("retriable", `The leader answered ${String(answer.status)}: ${answer.body}`, {
        at: { status: answer.status },
      });
  }

  #retry(job: Job, error: unknown): void {
    const status = error instanceof ConnectError ? error.at.status : undefined;
    const { log } = this.parts;
    if (status === 403 && Date.now() - job.sinceMs < KEY_ROTATION_MS)
      log.debug(
        "Failed to reconfigure connector's tasks, possibly due to expired session key. Retrying after backoff",
        {
          connector: job.connector,
        },
      );
    else
      log.error("Failed to reconfigure connector's tasks, retrying after backoff.", {
        connector: job.connector,
        error,
      });
    const delayMs = Math.min(RETRY_INITIAL_MS * 2 ** Math.min(job.attempt, 20), RETRY_MAX_MS);
    this.#schedule({ ...job, attempt: job.attempt + 1 }, delayMs);
  }
}

interface Job {
  readonly connector: string;
  readonly attempt: number;
  readonly sinceMs: number;
}

function isTooManyTasks(error: unknown): boolean {
  return error instanceof ConnectError && error.javaClass.endsWith(".TooManyTasksException");
}
