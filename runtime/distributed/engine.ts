import { ConnectError, type Logger } from "../api/index.js";
import type { ConfigSnapshot, ConfigUpdate } from "../storage/config-state.js";
import type { ConfigStore } from "../storage/config-store.js";
import type { StatusStore } from "../storage/status-store.js";
import type { Wakeup } from "../kafka/wakeup.js";
import type { LeaderWrites } from "./leader-writes.js";
import type { Membership, MembershipHost } from "./membership.js";
import { PendingUpdates } from "./pending-updates.js";
import { PROTOCOL_VERSIONS } from "./protocol.js";
import type { RequestQueue } from "./requests.js";
import { generateSessionKey, needsNewKey, type SessionKeyConfig } from "./session-key.js";
import type { StageTracker } from "../worker/stage.js";
import type { LeaderView } from "./task-publisher.js";
import { NO_WORK, type Work } from "./work.js";
import type { WorkRunner } from "./work-runner.js";

export interface EngineOptions {
  readonly syncTimeoutMs: number;
  readonly unsyncBackoffMs: number;
  readonly maxRebalanceDelayMs: number;
  readonly sessionKeys: SessionKeyConfig;
  readonly nowMs: () => number;
  /** Prepares what else the cluster needs before this worker joins it. */
  readonly prepare: () => Promise<void>;
  /** Called for every change of the config topic, before the loop deals with it. */
  readonly onUpdate: (update: ConfigUpdate) => void;
  /** Removes the statuses of connectors and tasks that are not configured any more. */
  readonly cleanStatuses: () => void;
}

export interface EngineParts {
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly membership: Membership;
  readonly runner: WorkRunner;
  readonly writes: LeaderWrites;
  readonly requests: RequestQueue;
  readonly stages: StageTracker;
  readonly wakeup: Wakeup;
  readonly log: Logger;
}

/** After so many failures to catch up with the config topic, this worker lets go of its work. */
const CATCH_UP_RETRIES = 5;
/** Offsets that do not meet, again and again, are no reason to keep the whole group busy. */
const MISMATCH_BACKOFF_MAX_MS = 5000;

/**
 * The herder's loop: keeps this worker in the group, and between rebalances does one thing after the other: requests, changes of
 * the config topic, the session key. Nothing else starts or stops work. Source: `DistributedHerder.tick`, Connect 4.1.
 */
export class Engine implements MembershipHost {
  #pending = new PendingUpdates([]);
  /** Work that follows from the last assignment has been started. */
  #resolved = false;
  #scheduledRebalanceMs: number | null = null;
  #canReadConfigs = true;
  #catchUpRetries = CATCH_UP_RETRIES;
  #mismatches = 0;
  #ready = false;
  readonly #stopping = new AbortController();

  constructor(
    private readonly parts: EngineParts,
    private readonly options: EngineOptions,
  ) {}

  /** The internal topics have been read. */
  get ready(): boolean {
    return this.#ready;
  }

  /** A rebalance is due: what this worker knows of owners and leader is about to change. */
  get rebalanceExpected(): boolean {
    return this.#pending.rebalance;
  }

  get leader(): LeaderView {
    const { membership } = this.parts;
    return {
      isLeader: membership.isLeader,
      leaderUrl: membership.assigned?.leaderUrl ?? null,
      signed: membership.protocolVersion === PROTOCOL_VERSIONS.sessioned,
    };
  }

  get assignedWork(): Work {
    return this.parts.membership.assigned?.work ?? NO_WORK;
  }

  /** Settles when the worker has been stopped; rejects when it cannot go on. */
  async run(): Promise<void> {
    const { configs, statuses, stages, requests } = this.parts;
    try {
      await stages.during("initializing and reading to the end of internal topics", async () => {
        await this.options.prepare();
        await statuses.start();
        await configs.start((update) => {
          this.#onUpdate(update);
        });
      });
      this.#pending = new PendingUpdates(configs.snapshot().connectors.keys());
      this.#ready = true;
      this.parts.log.info("Herder started");
      while (!this.#stopped()) await this.#tick();
    } finally {
      await stages.during("shutting down", () => this.#shutDown());
      requests.close(new ConnectError("fatal", "Worker is shutting down"));
    }
  }

  /** Has {@link run} end in good order. */
  stop(): void {
    this.#stopping.abort();
    this.parts.wakeup.notify();
  }

  snapshot(): ConfigSnapshot {
    return this.parts.configs.snapshot();
  }

  async refresh(): Promise<boolean> {
    const { stages, configs, log } = this.parts;
    try {
      await stages.during("reading to the end of the config topic", () => configs.refresh(this.options.syncTimeoutMs));
      this.#catchUpRetries = CATCH_UP_RETRIES;
      return true;
    } catch (error) {
      log.warn("Failed to read to the end of the config topic", { reason: (error as Error).message });
      return false;
    }
  }

  async onRevoked(work: Work): Promise<void> {
    await this.parts.runner.stop(work);
  }

  #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #tick(): Promise<void> {
    const { membership, stages, requests, runner, writes } = this.parts;
    if (!this.#canReadConfigs) {
      this.#canReadConfigs = await this.refresh();
      if (!this.#canReadConfigs) {
        await this.#backOff();
        return;
      }
    }
    membership.away(false);
    const joined = await stages.during("ensuring membership in the cluster", () =>
      membership.ensureActive(this.#stopping.signal),
    );
    membership.away(true);
    if (this.#stopped()) return;
    if (joined) await this.#onAssigned();
    if (!(await this.#resolve())) return;
    if (writes.fenced && membership.isLeader && !(await this.#reclaim())) return;
    if (!(await this.#renewSessionKey())) return;
    for (let run = requests.takeDue(); run !== null && !this.#stopped(); run = requests.takeDue()) await run();
    for (const request of this.#pending.takeRestarts()) await runner.restartRequested(request, this.assignedWork);
    if (await this.#applyUpdates()) return;
    await this.#wait();
  }

  /** A new assignment: the leader claims the config topic and tidies up before anything starts. */
  async #onAssigned(): Promise<void> {
    const { membership } = this.parts;
    this.#resolved = false;
    const delayMs = membership.assigned?.delayMs ?? 0;
    this.#scheduledRebalanceMs = delayMs > 0 ? this.options.nowMs() + delayMs : null;
    if (!membership.isLeader) return;
    if (await this.#reclaim()) this.options.cleanStatuses();
  }

  async #reclaim(): Promise<boolean> {
    try {
      await this.parts.writes.claim();
      return true;
    } catch (error) {
      this.parts.log.warn("Could not claim write privileges for the config topic, will try again", { error });
      this.parts.writes.fenced = true;
      this.#canReadConfigs = false;
      return false;
    }
  }

  /** Starts what was assigned, once this worker has read as far as the leader had. Gives false when the group must meet again. */
  async #resolve(): Promise<boolean> {
    const { membership, log } = this.parts;
    if (this.#scheduledRebalanceMs !== null && this.options.nowMs() >= this.#scheduledRebalanceMs) {
      this.#scheduledRebalanceMs = null;
      membership.requestRejoin("the scheduled rebalance is due");
      return false;
    }
    const assigned = membership.assigned;
    if (this.#resolved || assigned === null) return true;
    if (this.snapshot().offset < assigned.configOffset || (assigned.failed && membership.isLeader)) {
      log.info("Catching up to the assignment's config offset", {
        own: this.snapshot().offset,
        assigned: assigned.configOffset,
      });
      if (!(await this.refresh())) {
        await membership.leave();
        await this.#backOff();
        this.#canReadConfigs = false;
        return false;
      }
    }
    if (assigned.failed) {
      membership.requestRejoin("the last assignment failed");
      return false;
    }
    if (this.snapshot().offset !== assigned.configOffset) {
      log.info("Config offset does not match the group's, forcing a rebalance", {
        own: this.snapshot().offset,
        assigned: assigned.configOffset,
      });
      await this.#sleep(
        Math.min(MISMATCH_BACKOFF_MAX_MS, this.#mismatches === 0 ? 0 : 50 * 2 ** Math.min(this.#mismatches, 10)),
      );
      this.#mismatches++;
      membership.requestRejoin("config offset mismatch");
      return false;
    }
    this.#mismatches = 0;
    await this.#startAssigned(assigned.work);
    this.#resolved = true;
    if (!assigned.revoked) return true;
    membership.requestRejoin("work was revoked and has to be given out");
    return false;
  }

  /**
   * The leader shared the work out knowing all that this worker has read: changes that wait are part of it. What runs already is
   * brought up to date, and no further rebalance is needed for them.
   */
  async #startAssigned(work: Work): Promise<void> {
    const { runner } = this.parts;
    this.#pending.rebalance = false;
    await runner.connectorsChanged(this.#pending.takeConnectors(), runner.running);
    await runner.tasksChanged(this.#pending.takeTasks(), runner.running);
    await runner.start(work);
  }

  /** The topic cannot be read in time: stay out of the group for a while, and in the end let go of the work. */
  async #backOff(): Promise<void> {
    const { membership, log, stages } = this.parts;
    let pauseMs = this.options.unsyncBackoffMs;
    if (membership.protocolVersion !== PROTOCOL_VERSIONS.default && this.#catchUpRetries > 0) {
      // Come back within the time for which the leader keeps this worker's work.
      pauseMs = Math.min(pauseMs, this.options.maxRebalanceDelayMs / 10 / this.#catchUpRetries);
      this.#catchUpRetries--;
    } else {
      log.warn("This worker could not catch up with the config topic and stops its work");
      await this.parts.runner.stopAll();
      this.#catchUpRetries = CATCH_UP_RETRIES;
    }
    await stages.during(`sleeping for a backoff duration of ${String(Math.round(pauseMs))}ms`, () =>
      this.#sleep(pauseMs),
    );
  }

  /** Gives false when the key could not be written: read on before trying again. */
  async #renewSessionKey(): Promise<boolean> {
    const { log, writes } = this.parts;
    const { isLeader, signed } = this.leader;
    if (!isLeader || !signed) return true;
    const nowMs = this.options.nowMs();
    if (!needsNewKey(this.options.sessionKeys, this.snapshot().sessionKey, nowMs)) return true;
    log.info("Distributing a new session key");
    try {
      const key = generateSessionKey(this.options.sessionKeys, nowMs);
      await writes.write("writing a new session key to the config topic", (configs) => configs.putSessionKey(key));
      return true;
    } catch (error) {
      log.info("Failed to write the new session key", { reason: (error as Error).message });
      this.#canReadConfigs = false;
      return false;
    }
  }

  /** Gives true when the group has to meet before anything else happens. */
  async #applyUpdates(): Promise<boolean> {
    const { membership, runner } = this.parts;
    const pending = this.#pending;
    const rebalance = pending.rebalance;
    const eager = membership.protocolVersion === PROTOCOL_VERSIONS.default;
    if (rebalance) {
      pending.rebalance = false;
      membership.requestRejoin("connectors or tasks were added, removed or reconfigured");
      // Everything stops for an eager rebalance and starts with what is configured then.
      if (eager) {
        pending.takeTasks();
        pending.takeConnectors();
        return true;
      }
    }
    const work = this.assignedWork;
    await runner.connectorsChanged(pending.takeConnectors(), work);
    for (const [name, state] of pending.takeTargetStates()) runner.targetStateChanged(name, state);
    await runner.tasksChanged(pending.takeTasks(), work);
    return rebalance;
  }

  async #wait(): Promise<void> {
    const { requests, stages, wakeup } = this.parts;
    const nowMs = this.options.nowMs();
    const times = [requests.nextAtMs, this.#scheduledRebalanceMs, this.#keyExpiryMs()].filter((time) => time !== null);
    const pauseMs = times.length === 0 ? null : Math.max(0, Math.min(...times) - nowMs);
    const limit = pauseMs === null ? "" : `for up to ${String(Math.round(pauseMs))}ms or `;
    // Timers beyond 2^31 ms fire at once.
    this.parts.membership.away(false);
    await stages.during(`polling the group coordinator ${limit}until interrupted`, () =>
      wakeup.wait(Math.min(pauseMs ?? 60000, 60000)),
    );
  }

  #keyExpiryMs(): number | null {
    const { isLeader, signed } = this.leader;
    const key = this.snapshot().sessionKey;
    const { ttlMs } = this.options.sessionKeys;
    return isLeader && signed && key !== null && ttlMs > 0 ? key.creationTimestampMs + ttlMs : null;
  }

  #onUpdate(update: ConfigUpdate): void {
    this.options.onUpdate(update);
    this.#pending.add(update);
    this.parts.wakeup.notify();
  }

  async #shutDown(): Promise<void> {
    const { runner, membership, statuses, configs, log } = this.parts;
    log.info("Stopping connectors and tasks that are still assigned to this worker");
    try {
      await runner.stopAll();
      await membership.leave();
    } finally {
      await Promise.all([statuses.close(), configs.close()]);
    }
    log.info("Herder stopped");
  }

  async #sleep(ms: number): Promise<void> {
    const untilMs = this.options.nowMs() + ms;
    while (!this.#stopped() && this.options.nowMs() < untilMs)
      await this.parts.wakeup.wait(untilMs - this.options.nowMs());
  }
}
