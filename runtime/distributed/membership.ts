import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorTaskId } from "../herder.js";
import type { JoinedGroup, OfferedProtocol, WorkerGroup } from "../kafka/worker-group.js";
import type { ConfigSnapshot } from "../storage/config-state.js";
import type { RebalanceMetrics } from "../worker/worker-metrics.js";
import { assignEagerly, IncrementalAssignor, type Decision } from "./assignor.js";
import {
  CONFIG_MISMATCH,
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  PROTOCOL_VERSIONS,
  type Assignment,
  type MemberMetadata,
  type ProtocolName,
} from "./protocol.js";
import { isEmpty, minus, NO_WORK, plus, sameTask, type Work } from "./work.js";

/** What membership needs of the herder. */
export interface MembershipHost {
  /** What this worker has read of the config topic. */
  snapshot(): ConfigSnapshot;
  /** Reads the config topic to its end; false when that took too long. */
  refresh(): Promise<boolean>;
  /** Stop this work: it goes to other workers. */
  onRevoked(work: Work): Promise<void>;
}

export interface MembershipOptions {
  /** REST URL of this worker, with a trailing slash. */
  readonly url: string;
  readonly protocol: ProtocolName;
  readonly maxDelayMs: number;
  readonly retryBackoffMs: number;
  readonly nowMs: () => number;
}

/** Names of the protocol versions in metrics. */
const PROTOCOL_LABELS = ["EAGER", "COMPATIBLE", "SESSIONED"];

/** What the group has told this worker. */
export interface Assigned {
  readonly generation: number;
  /** CONFIG_MISMATCH: nobody can start anything, the leader has to read on. */
  readonly failed: boolean;
  readonly leader: string;
  readonly leaderUrl: string;
  readonly configOffset: number;
  /** All that this worker runs. */
  readonly work: Work;
  /** The group has to meet again at once, as there is work that somebody let go of. */
  readonly revoked: boolean;
  /** 0: none. */
  readonly delayMs: number;
}

/** What a leader knows of the others. */
interface LeaderState {
  readonly urls: ReadonlyMap<string, string>;
  readonly allocations: ReadonlyMap<string, Work>;
}

/**
 * This worker's part in the group: joins, says what it runs, obeys, and when it leads decides for all.
 *
 *     out ──join, sync──► member ──requestRejoin, coordinator──► out …
 *
 * Incremental protocols keep work running through a rebalance; the eager one stops all of it first.
 * Sources: `WorkerCoordinator`, `WorkerGroupMember`, Connect 4.1; KIP-415.
 */
export class Membership {
  #assigned: Assigned | null = null;
  #leaderState: LeaderState | null = null;
  #version: number | null = null;
  #rejoinReason: string | null = "joining for the first time";
  #lastCompletedGeneration = -1;
  #generation = -1;
  readonly #assignor: IncrementalAssignor;
  #warnedOfDowngrade = false;
  readonly #rebalances = {
    count: 0,
    totalMs: 0,
    maxMs: 0,
    startedMs: null as number | null,
    lastMs: null as number | null,
  };

  constructor(
    private readonly group: WorkerGroup,
    private readonly host: MembershipHost,
    private readonly options: MembershipOptions,
    private readonly log: Logger,
  ) {
    this.#assignor = new IncrementalAssignor(options.maxDelayMs);
  }

  /** Null before the first assignment and after the work was given up. */
  get assigned(): Assigned | null {
    return this.#assigned;
  }

  get generation(): number {
    return this.#generation;
  }

  get isLeader(): boolean {
    return this.#assigned !== null && this.#assigned.leader === this.group.memberId;
  }

  /** Version that the group speaks; null before the first join. */
  get protocolVersion(): number | null {
    return this.#version;
  }

  /** For the metrics of rebalances. */
  get metrics(): RebalanceMetrics {
    const { count, totalMs } = this.#rebalances;
    return {
      leaderUrl: this.#assigned?.leaderUrl ?? null,
      generation: this.#generation,
      protocol: PROTOCOL_LABELS[this.#version ?? PROTOCOL_VERSIONS[this.options.protocol]] ?? "EAGER",
      completed: count,
      rebalancing: this.#rebalances.startedMs !== null,
      lastCompletedMs: this.#rebalances.lastMs,
      maxTimeMs: this.#rebalances.maxMs,
      averageTimeMs: count === 0 ? 0 : totalMs / count,
    };
  }

  get mustJoin(): boolean {
    return this.#rejoinReason !== null || this.group.state !== "stable";
  }

  requestRejoin(reason: string): void {
    this.#rejoinReason ??= reason;
  }

  /** REST URL of the worker that runs a connector or task, as far as this leader knows. */
  ownerUrl(item: string | ConnectorTaskId): string | null {
    for (const [id, work] of this.#leaderState?.allocations ?? []) {
      const owns =
        typeof item === "string" ? work.connectors.includes(item) : work.tasks.some((task) => sameTask(task, item));
      if (owns) return this.#leaderState?.urls.get(id) ?? null;
    }
    return null;
  }

  /** The caller turns to other work, or back: see {@link WorkerGroup.away}. */
  away(isAway: boolean): void {
    this.group.away(isAway);
  }

  /** Joins if need be, as often as it takes. Gives true when there is a new assignment. Ends early when `signal` is aborted. */
  async ensureActive(signal: AbortSignal): Promise<boolean> {
    let joined = false;
    while (this.mustJoin && !signal.aborted) {
      if (this.group.state === "unreachable") await this.#giveUpWork();
      try {
        await this.#rejoin(signal);
        joined = true;
      } catch (error) {
        if (isAborted(signal)) return false;
        if (!(error instanceof ConnectError) || (error.kind !== "retriable" && error.kind !== "rebalancing"))
          throw error;
        this.log.info("Could not join the group, trying again", { reason: error.message });
        await sleep(error.kind === "rebalancing" ? 0 : this.options.retryBackoffMs, undefined, { signal }).catch(
          () => undefined,
        );
      }
    }
    return joined;
  }

  /** Leaves the group; the caller has stopped all work. */
  async leave(): Promise<void> {
    this.#assigned = null;
    this.#leaderState = null;
    this.#rejoinReason = "left the group";
    await this.group.leave();
  }

  async #giveUpWork(): Promise<void> {
    const work = this.#assigned?.work ?? NO_WORK;
    if (!isEmpty(work)) {
      this.log.warn("No group coordinator was reached, stopping all connectors and tasks");
      await this.host.onRevoked(work);
    }
    this.#assigned = null;
  }

  async #rejoin(signal: AbortSignal): Promise<void> {
    this.log.info("Rebalance started", { reason: this.#rejoinReason ?? this.group.state });
    this.#leaderState = null;
    this.#rebalances.startedMs ??= this.options.nowMs();
    if (this.#version === PROTOCOL_VERSIONS.default) await this.#stopAll();
    this.#rejoinReason = null;
    try {
      const joined = await this.group.join(this.#offers(), signal);
      this.#generation = joined.generation;
      const leads = joined.leaderId === joined.memberId;
      const bytes = await this.group.sync(leads ? await this.#decide(joined) : new Map(), signal);
      await this.#obey(joined, decodeAssignment(bytes));
    } catch (error) {
      this.#rejoinReason = "the last attempt failed";
      throw error;
    }
  }

  /** Eager: nothing may run while others may be given it. */
  async #stopAll(): Promise<void> {
    if (this.#assigned === null) return;
    await this.host.onRevoked(this.#assigned.work);
    this.#assigned = { ...this.#assigned, work: NO_WORK };
  }

  #offers(): OfferedProtocol[] {
    const names: ProtocolName[] = ["sessioned", "compatible", "default"];
    return names.slice(names.indexOf(this.options.protocol)).map((name) => {
      const version = PROTOCOL_VERSIONS[name];
      const metadata: MemberMetadata = {
        version,
        url: this.options.url,
        configOffset: this.host.snapshot().offset,
        allocation: this.#assigned === null ? null : this.#allocation(this.#assigned, version),
      };
      return { name, metadata: encodeMetadata(metadata) };
    });
  }

  #allocation(assigned: Assigned, version: number): Assignment {
    return {
      version,
      error: assigned.failed ? CONFIG_MISMATCH : 0,
      leader: assigned.leader,
      leaderUrl: assigned.leaderUrl,
      configOffset: assigned.configOffset,
      assigned: assigned.work,
      revoked: NO_WORK,
      delayMs: assigned.delayMs,
    };
  }

  /** As leader: everybody's assignment, as bytes by member id. */
  async #decide(joined: JoinedGroup): Promise<ReadonlyMap<string, Uint8Array>> {
    const version = PROTOCOL_VERSIONS[joined.protocol as ProtocolName];
    const members = new Map([...joined.members].map(([id, bytes]) => [id, decodeMetadata(bytes)]));
    const maxOffset = Math.max(...[...members.values()].map((member) => member.configOffset));
    if (this.host.snapshot().offset < maxOffset) await this.host.refresh();
    const snapshot = this.host.snapshot();
    const failed = snapshot.offset < maxOffset;
    const decision = failed ? null : this.#assign(snapshot, version, members, joined.generation);
    if (decision !== null)
      this.#leaderState = {
        urls: new Map([...members].map(([id, member]) => [id, member.url])),
        allocations: decision.allocations,
      };
    return new Map(
      [...members.keys()].map((id) => [
        id,
        encodeAssignment({
          version,
          error: failed ? CONFIG_MISMATCH : 0,
          leader: joined.leaderId,
          leaderUrl: this.options.url,
          configOffset: Math.max(maxOffset, snapshot.offset),
          assigned: decision?.orders.get(id)?.assigned ?? NO_WORK,
          revoked: decision?.orders.get(id)?.revoked ?? NO_WORK,
          delayMs: decision?.delayMs ?? 0,
        }),
      ]),
    );
  }

  #assign(
    snapshot: ConfigSnapshot,
    version: number,
    members: ReadonlyMap<string, MemberMetadata>,
    generation: number,
  ): Decision {
    const configured = configuredWork(snapshot);
    if (version === PROTOCOL_VERSIONS.default) return assignEagerly(configured, members.keys());
    return this.#assignor.assign({
      configured,
      members: new Map([...members].map(([id, member]) => [id, member.allocation?.assigned ?? NO_WORK])),
      lastCompletedGeneration: this.#lastCompletedGeneration,
      generation,
      nowMs: this.options.nowMs(),
    });
  }

  async #obey(joined: JoinedGroup, answer: Assignment): Promise<void> {
    const version = PROTOCOL_VERSIONS[joined.protocol as ProtocolName];
    this.#noteVersion(version);
    let work = answer.assigned;
    const revoked = !isEmpty(answer.revoked);
    if (version > PROTOCOL_VERSIONS.default) {
      if (revoked) await this.host.onRevoked(answer.revoked);
      work = plus(minus(this.#assigned?.work ?? NO_WORK, answer.revoked), answer.assigned);
    }
    this.#lastCompletedGeneration = joined.generation;
    this.#noteRebalance();
    this.#assigned = {
      generation: joined.generation,
      failed: answer.error !== 0,
      leader: answer.leader,
      leaderUrl: answer.leaderUrl,
      configOffset: answer.configOffset,
      work,
      revoked,
      delayMs: answer.delayMs,
    };
    this.log.info("Joined group", {
      generation: joined.generation,
      protocolVersion: version,
      memberId: joined.memberId,
      leaderUrl: answer.leaderUrl,
      configOffset: answer.configOffset,
      error: answer.error,
      connectors: work.connectors,
      tasks: work.tasks.map(({ connector, task }) => `${connector}-${String(task)}`),
      revoked: answer.revoked.connectors.length + answer.revoked.tasks.length,
      delayMs: answer.delayMs,
    });
  }

  #noteRebalance(): void {
    const now = this.options.nowMs();
    const took = now - (this.#rebalances.startedMs ?? now);
    this.#rebalances.count++;
    this.#rebalances.totalMs += took;
    this.#rebalances.maxMs = Math.max(this.#rebalances.maxMs, took);
    this.#rebalances.startedMs = null;
    this.#rebalances.lastMs = now;
  }

  #noteVersion(version: number): void {
    const wanted = PROTOCOL_VERSIONS[this.options.protocol];
    if (version < wanted && !this.#warnedOfDowngrade)
      this.log.warn(
        "The protocol used by this Connect cluster has been downgraded: another worker does not speak a newer one. " +
          "Internal request validation needs 'sessioned' on all workers",
        { wanted, version },
      );
    this.#warnedOfDowngrade = version < wanted;
    this.#version = version;
  }
}

/** Not narrowed by the type checker, for it changes during an await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Everything that has to run somewhere. */
function configuredWork(snapshot: ConfigSnapshot): Work {
  const connectors = [...snapshot.connectors.keys()];
  return {
    connectors,
    tasks: connectors.flatMap((connector) =>
      snapshot.connectors.get(connector)!.taskConfigs.map((_, task) => ({ connector, task })),
    ),
  };
}
