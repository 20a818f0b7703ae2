import { ConnectError, type Logger } from "../api/index.js";
import type { ApiRequest } from "./api-request.js";
import { Backoff, delay } from "./backoff.js";
import { openCluster, type Cluster } from "./cluster.js";
import { connectionConfig } from "./client-config.js";
import { kafkaError, translateKafkaError } from "./errors.js";
import { ErrorCode, errorName, isConnectionFailure } from "./protocol-errors.js";
import { heartbeatRequest, joinGroupRequest, leaveGroupRequest, syncGroupRequest } from "./requests/group.js";
import type { ClientProperties } from "./seam.js";
import { unlessAborted, within } from "./within.js";

/** How long a worker that stops tries to leave its group. */
const LEAVE_MS = 3_000;

/** A group that a worker can be a member of: broker-side membership only, what the bytes mean is the caller's affair. */
export interface WorkerGroupOptions {
  readonly groupId: string;
  readonly protocolType: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Called when {@link WorkerGroup.state} changes by itself. */
  readonly onChange: () => void;
}

export interface OfferedProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface JoinedGroup {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  /** Name of the protocol that the broker chose. */
  readonly protocol: string;
  /** All members, from the leader's view; empty for the others. */
  readonly members: ReadonlyMap<string, Uint8Array>;
}

/**
 * - `out`: not a member, or no longer of this generation: join.
 * - `stable`: a member with an assignment.
 * - `rebalancing`: still a member, but the coordinator wants everybody to join again.
 * - `unreachable`: no coordinator was reached for a session timeout: others have our work by now.
 */
export type GroupState = "out" | "stable" | "rebalancing" | "unreachable";

/**
 * Membership in a classic consumer group with a protocol type of its own. Heartbeats have their own timer, so a busy caller stays
 * a member. Calls to `join`, `sync` and `leave` come one after the other.
 */
export class WorkerGroup {
  #memberId = "";
  #generation = -1;
  #state: GroupState = "out";
  #heartbeats: AbortController | null = null;
  /** Since when the owner has not looked at the group; null: it does. */
  #awaySinceMs: number | null = null;

  private constructor(
    private readonly cluster: Cluster,
    private readonly options: WorkerGroupOptions,
    private readonly log: Logger,
  ) {}

  /** Connects. Throws ConnectError `retriable` when no broker is reached. */
  static async open(properties: ClientProperties, options: WorkerGroupOptions, log: Logger): Promise<WorkerGroup> {
    try {
      return new WorkerGroup(await openCluster(connectionConfig(properties, log), log), options, log);
    } catch (error) {
      throw translateKafkaError(error);
    }
  }

  get state(): GroupState {
    return this.#state;
  }

  /** Empty before the first join. */
  get memberId(): string {
    return this.#memberId;
  }

  /**
   * Joins, waiting for the others up to the rebalance timeout. Throws ConnectError: `retriable` and `rebalancing` mean once more,
   * `fatal` that the group cannot be joined. Gives up waiting, with `retriable`, when `signal` is aborted.
   */
  async join(protocols: readonly OfferedProtocol[], signal: AbortSignal): Promise<JoinedGroup> {
    this.#stopHeartbeats();
    const { groupId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs } = this.options;
    for (;;) {
      const request = joinGroupRequest({
        groupId,
        memberId: this.#memberId,
        groupInstanceId: null,
        protocolType,
        protocols,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
      });
      const answer = await this.#send(request, signal);
      if (answer.errorCode === ErrorCode.memberIdRequired) {
        this.#memberId = answer.memberId;
        continue;
      }
      this.#check(answer.errorCode);
      this.#memberId = answer.memberId;
      this.#generation = answer.generation;
      return {
        generation: answer.generation,
        memberId: answer.memberId,
        leaderId: answer.leaderId,
        protocol: answer.protocolName,
        members: new Map(answer.members.map((member) => [member.memberId, member.metadata])),
      };
    }
  }

  /** Sends (as leader) the assignments by member id and waits for this member's. Throws as {@link join}. */
  async sync(assignments: ReadonlyMap<string, Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
    const { rebalanceTimeoutMs } = this.options;
    const request = syncGroupRequest(this.#identity(), assignments, rebalanceTimeoutMs);
    const answer = await this.#send(request, signal);
    this.#check(answer.errorCode);
    this.#state = "stable";
    this.#startHeartbeats();
    return answer.assignment;
  }

  /** Leaves at once; failing to, or no answer in time, is logged only: the session then ends by itself. */
  async leave(): Promise<void> {
    this.#stopHeartbeats();
    this.#state = "out";
    if (this.#memberId === "") return;
    const identity = this.#identity();
    this.#memberId = "";
    try {
      const left = this.cluster.send({ group: this.options.groupId }, leaveGroupRequest(identity), "control");
      await within(left, LEAVE_MS, () => {
        throw new ConnectError("timeout", "The coordinator does not answer");
      });
    } catch (error) {
      this.log.warn("Could not leave the group", { reason: (error as Error).message });
    }
  }

  /**
   * The owner turns to other work (`true`) or back to the group. One that stays away for longer than the rebalance timeout leaves
   * the group: it could not follow a rebalance, and what it runs is better off elsewhere. `AbstractCoordinator`'s poll timeout.
   */
  away(isAway: boolean): void {
    if (!isAway) this.#awaySinceMs = null;
    else this.#awaySinceMs ??= Date.now();
  }

  close(): void {
    this.#stopHeartbeats();
    this.cluster.close();
  }

  #identity(): Parameters<typeof heartbeatRequest>[0] {
    const { groupId } = this.options;
    return { groupId, generation: this.#generation, memberId: this.#memberId, groupInstanceId: null };
  }

  async #send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    try {
      const answer = this.cluster.send({ group: this.options.groupId }, request, "group");
      return await unlessAborted(answer, signal, () => new ConnectError("retriable", "The worker is being stopped"));
    } catch (error) {
      if (isConnectionFailure(error)) this.cluster.forget({ group: this.options.groupId });
      this.#state = "out";
      throw translateKafkaError(error);
    }
  }

  /** Throws for an error code, after noting what it says about this member. */
  #check(code: number): void {
    if (code === ErrorCode.none) return;
    this.#state = "out";
    this.#note(code);
    throw kafkaError(code);
  }

  #note(code: number): void {
    if (code === ErrorCode.unknownMemberId || code === ErrorCode.fencedInstanceId) this.#memberId = "";
    if (code === ErrorCode.notCoordinator || code === ErrorCode.coordinatorNotAvailable)
      this.cluster.forget({ group: this.options.groupId });
  }

  #stopHeartbeats(): void {
    this.#heartbeats?.abort();
    this.#heartbeats = null;
  }

  #startHeartbeats(): void {
    const controller = new AbortController();
    this.#heartbeats = controller;
    void this.#beat(controller.signal);
  }

  /** Never throws: ends when aborted or when membership is over. */
  async #beat(signal: AbortSignal): Promise<void> {
    const { heartbeatIntervalMs, sessionTimeoutMs } = this.options;
    const backoff = new Backoff(this.cluster.config.retryBackoffMs, this.cluster.config.retryBackoffMaxMs);
    let lastAnswerMs = Date.now();
    let pauseMs = heartbeatIntervalMs;
    while (!signal.aborted) {
      await delay(pauseMs, signal);
      // AbortSignal.aborted changes during the await, which the type checker cannot see.
      if (isAborted(signal)) return;
      const sentMs = Date.now();
      if (this.#awaySinceMs !== null && sentMs - this.#awaySinceMs > this.options.rebalanceTimeoutMs) {
        this.log.warn(
          "worker poll timeout has expired. This means the time between two looks at the group was longer than the configured " +
            "rebalance.timeout.ms. If this happens often, add more workers to the cluster or raise rebalance.timeout.ms",
          { rebalanceTimeoutMs: this.options.rebalanceTimeoutMs },
        );
        await this.leave();
        return;
      }
      // A network that swallows everything is noticed soon after the others notice it. Who slept past its session asks once more: it
      // may have its work still, as `coordinatorDiscoveryTimeoutMs` has it in Java's `WorkerCoordinator`.
      const leftMs = Math.max(heartbeatIntervalMs, lastAnswerMs + sessionTimeoutMs - sentMs);
      const code = await within(this.#beatOnce(leftMs), leftMs, () => null);
      if (isAborted(signal)) return;
      if (code === ErrorCode.none || code === ErrorCode.rebalanceInProgress) {
        lastAnswerMs = sentMs;
        pauseMs = heartbeatIntervalMs;
        backoff.reset();
        if (code === ErrorCode.rebalanceInProgress) this.#change("rebalancing", "the group rebalances");
        continue;
      }
      if (code === ErrorCode.illegalGeneration || code === ErrorCode.unknownMemberId) {
        this.#note(code);
        this.#change("out", errorName(code));
        return;
      }
      if (code !== null) this.#note(code);
      if (Date.now() - lastAnswerMs >= sessionTimeoutMs) {
        this.cluster.forget({ group: this.options.groupId });
        this.#change("unreachable", "no coordinator was reached for a session timeout");
        return;
      }
      pauseMs = backoff.next();
    }
  }

  /** The answer's error code; null when there was no answer. */
  async #beatOnce(timeoutMs: number): Promise<number | null> {
    try {
      const request = heartbeatRequest(this.#identity(), timeoutMs);
      const answer = await this.cluster.send({ group: this.options.groupId }, request);
      return answer.errorCode;
    } catch (error) {
      this.log.debug("Heartbeat failed", { reason: (error as Error).message });
      return null;
    }
  }

  #change(state: GroupState, reason: string): void {
    if (this.#state === state) return;
    this.log.info("Group membership changed", { group: this.options.groupId, state, reason });
    this.#state = state;
    this.options.onChange();
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
