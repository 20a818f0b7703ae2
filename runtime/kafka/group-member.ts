import { ConnectError, type Logger } from "../api/index.js";
import { Backoff, delay } from "./backoff.js";
import type { Cluster } from "./cluster.js";
import { kafkaError, translateKafkaError } from "./errors.js";
import { ErrorCode, errorName } from "./protocol-errors.js";
import {
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  syncGroupRequest,
  type GroupMemberMetadata,
  type GroupProtocol,
  type JoinAnswer,
} from "./requests/group.js";
import type { GroupIdentity } from "./requests/offsets.js";
import { within } from "./within.js";

export interface GroupOptions {
  readonly groupId: string;
  /** Name of a static member (KIP-345): it does not leave when it is closed. */
  readonly groupInstanceId: string | null;
  /** `consumer`, or Connect's `connect`. */
  readonly protocolType: string;
  readonly sessionTimeoutMs: number;
  /** How long the others wait for this member to join again. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Without a `touch` for this long the member leaves; Infinity: never. */
  readonly maxPollIntervalMs: number;
}

/** What the protocol type brings to the group protocol. */
export interface GroupStrategy {
  /** Asked for at each join. In order of preference. */
  protocols(): readonly GroupProtocol[];
  /** Asked of the leader: what each member gets, by member id. A `retriable` error has the group join again. */
  assign(protocolName: string, members: readonly GroupMemberMetadata[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface Membership {
  readonly generation: number;
  readonly memberId: string;
  readonly leaderId: string;
  readonly protocolName: string;
  readonly assignment: Buffer;
}

/**
 * A member is out of its group, on the way in, or in it until something happens:
 *
 *     out ──startJoin()──► joining ──► in ──(rejoinReason, then startJoin())──► joining …
 *      ▲                     │          │
 *      └──── `lost` ─────────┴──────────┘   the coordinator does not know us, or another took our place
 *
 * `closed` ends it all. While `in`, heartbeats go out on a timer of their own. Owners look at the state when `onChange` says so,
 * let go of what they must, and only then call `startJoin`.
 */
export type MemberState =
  | { readonly kind: "out" }
  | { readonly kind: "joining" }
  | { readonly kind: "in"; readonly membership: Membership }
  | { readonly kind: "closed" };

/** One member of a group of Kafka's classic protocol, for any protocol type (`AbstractCoordinator` in Java's client). */
export class GroupMember {
  private current: MemberState = { kind: "out" };
  private memberId = "";
  private generation = -1;
  private rejoin: string | null = "";
  private lostBecause: string | null = null;
  private failure: ConnectError | null = null;
  private heartbeatTimer: NodeJS.Timeout | null = null;
  private touchedAtMs = Date.now();
  private joining: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();
  private readonly backoff: Backoff;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: GroupOptions,
    private readonly strategy: GroupStrategy,
    private readonly log: Logger,
    private readonly onChange: () => void,
  ) {
    this.backoff = new Backoff(cluster.config.retryBackoffMs, cluster.config.retryBackoffMaxMs);
  }

  /** Throws ConnectError for what no other attempt can mend, such as a missing permission or a fenced instance id. */
  get state(): MemberState {
    if (this.failure !== null) throw this.failure;
    return this.current;
  }

  /** Why to join again, or null. */
  get rejoinReason(): string | null {
    return this.rejoin;
  }

  /** Who this member is in its present generation, for commits; null outside a generation. */
  identity(): GroupIdentity | null {
    return this.current.kind === "in" ? this.identityNow() : null;
  }

  requestRejoin(reason: string): void {
    this.rejoin ??= reason;
    this.onChange();
  }

  /** The owner is alive and at work. */
  touch(nowMs: number): void {
    this.touchedAtMs = nowMs;
  }

  /** Why everything that was assigned is lost, once: another may own it already. Null if nothing was lost. */
  takeLoss(): string | null {
    const reason = this.lostBecause;
    this.lostBecause = null;
    return reason;
  }

  /** Joins in the background until it is `in` or lost. Everything that must be given up was given up. */
  startJoin(): void {
    if (this.current.kind === "joining" || this.current.kind === "closed") return;
    this.log.info("(Re-)joining group", { group: this.options.groupId, reason: this.rejoin ?? "" });
    this.current = { kind: "joining" };
    this.rejoin = null;
    this.stopHeartbeats();
    this.joining = this.join().catch((error: unknown) => {
      if (this.current.kind === "closed") return;
      this.failure = translateKafkaError(error);
      this.onChange();
    });
  }

  /** The coordinator answered `code` to something else than a join: what that means for the membership. */
  noteError(code: number, generation: number): void {
    if (generation !== this.generation) return;
    switch (code) {
      case ErrorCode.rebalanceInProgress:
        this.requestRejoin("the group is rebalancing");
        return;
      case ErrorCode.notCoordinator:
      case ErrorCode.coordinatorNotAvailable:
        this.cluster.forget({ group: this.options.groupId });
        return;
      case ErrorCode.illegalGeneration:
      case ErrorCode.unknownMemberId:
        this.lose(errorName(code), code === ErrorCode.unknownMemberId);
        return;
      case ErrorCode.fencedInstanceId:
        this.lose(errorName(code), true);
        this.failure = kafkaError(code);
    }
  }

  /**
   * Leaves at once, also in the middle of a join, so that the others need not wait for a session to time out. A static member
   * stays in the group, to find its partitions again. Never throws.
   */
  async close(): Promise<void> {
    if (this.current.kind === "closed") return;
    const wasJoining = this.current.kind === "joining";
    this.current = { kind: "closed" };
    this.stopHeartbeats();
    this.closing.abort();
    // before its first answer a member has no name to leave by
    if (wasJoining && this.memberId === "") await within(this.joining, FIRST_ANSWER_MS, () => undefined);
    await this.leave("the consumer is being closed", wasJoining);
  }

  private isJoining(): boolean {
    return this.current.kind === "joining";
  }

  private identityNow(): GroupIdentity {
    const { groupId, groupInstanceId } = this.options;
    return { groupId, generation: this.generation, memberId: this.memberId, groupInstanceId };
  }

  private async join(): Promise<void> {
    while (this.isJoining()) {
      try {
        const joined = await this.joinGroup();
        if (joined === null || !this.isJoining()) continue;
        const assignment = await this.syncGroup(joined);
        if (assignment === null) continue;
        this.backoff.reset();
        this.entered({
          generation: joined.generation,
          memberId: joined.memberId,
          leaderId: joined.leaderId,
          protocolName: joined.protocolName,
          assignment,
        });
      } catch (error) {
        const problem = translateKafkaError(error);
        if (problem.kind !== "retriable") throw problem;
        this.log.debug("Joining the group failed and is tried again", { reason: problem.message });
        await delay(this.backoff.next(), this.closing.signal);
      }
    }
  }

  /** Null: to be tried again, or not, as the state says. */
  private async joinGroup(): Promise<JoinAnswer | null> {
    const { sessionTimeoutMs, rebalanceTimeoutMs, groupId, groupInstanceId, protocolType } = this.options;
    const request = joinGroupRequest({
      groupId,
      memberId: this.memberId,
      groupInstanceId,
      protocolType,
      protocols: this.strategy.protocols(),
      sessionTimeoutMs,
      rebalanceTimeoutMs,
    });
    const answer = await this.cluster.send({ group: groupId }, request, "group");
    if (answer.errorCode === ErrorCode.none || answer.errorCode === ErrorCode.memberIdRequired) {
      this.memberId = answer.memberId;
    }
    if (answer.errorCode === ErrorCode.none) {
      this.generation = answer.generation;
      return answer;
    }
    if (answer.errorCode !== ErrorCode.memberIdRequired) this.joinRefused(answer.errorCode);
    return null;
  }

  private async syncGroup(joined: JoinAnswer): Promise<Buffer | null> {
    const leads = joined.leaderId === joined.memberId;
    this.log.info("Joined the group", {
      group: this.options.groupId,
      generation: joined.generation,
      memberId: joined.memberId,
      protocol: joined.protocolName,
      leader: leads,
    });
    const assignments = leads
      ? await this.strategy.assign(joined.protocolName, joined.members)
      : new Map<string, Buffer>();
    const request = syncGroupRequest(this.identityNow(), assignments, this.options.rebalanceTimeoutMs);
    const answer = await this.cluster.send({ group: this.options.groupId }, request, "group");
    if (answer.errorCode === ErrorCode.none) return answer.assignment;
    this.joinRefused(answer.errorCode);
    return null;
  }

  /** Throws to try again later, or to fail for good; returns to try again at once or, when the membership is lost, not at all. */
  private joinRefused(code: number): void {
    switch (code) {
      case ErrorCode.rebalanceInProgress:
        return;
      case ErrorCode.illegalGeneration:
      case ErrorCode.unknownMemberId:
        this.lose(errorName(code), code === ErrorCode.unknownMemberId);
        return;
      case ErrorCode.notCoordinator:
      case ErrorCode.coordinatorNotAvailable:
        this.cluster.forget({ group: this.options.groupId });
    }
    throw kafkaError(code);
  }

  private entered(membership: Membership): void {
    if (this.current.kind !== "joining") return;
    this.current = { kind: "in", membership };
    this.touchedAtMs = Date.now();
    this.scheduleHeartbeat(this.options.heartbeatIntervalMs);
    this.onChange();
  }

  private lose(reason: string, forgetMemberId: boolean): void {
    if (this.current.kind === "closed") return;
    this.log.warn("Lost the membership in the group", { group: this.options.groupId, reason });
    this.stopHeartbeats();
    if (forgetMemberId) this.memberId = "";
    this.generation = -1;
    this.lostBecause = reason;
    this.rejoin = reason;
    this.current = { kind: "out" };
    this.onChange();
  }

  private scheduleHeartbeat(ms: number): void {
    this.heartbeatTimer = setTimeout(() => void this.heartbeat(), ms);
  }

  private stopHeartbeats(): void {
    if (this.heartbeatTimer !== null) clearTimeout(this.heartbeatTimer);
    this.heartbeatTimer = null;
  }

  private async heartbeat(): Promise<void> {
    const { generation } = this;
    const { maxPollIntervalMs, heartbeatIntervalMs, sessionTimeoutMs } = this.options;
    if (Date.now() - this.touchedAtMs > maxPollIntervalMs) return this.pollTimedOut();
    let waitMs = heartbeatIntervalMs;
    try {
      const answer = await this.cluster.send(
        { group: this.options.groupId },
        // As in Java's client, a coordinator that is silent for a session is looked for again.
        heartbeatRequest(this.identityNow(), Math.min(sessionTimeoutMs, this.cluster.config.requestTimeoutMs)),
        "group",
      );
      this.noteError(answer.errorCode, generation);
      if (answer.errorCode === ErrorCode.notCoordinator) waitMs = this.cluster.config.retryBackoffMs;
    } catch (error) {
      const problem = translateKafkaError(error);
      if (problem.kind !== "retriable") this.failure = problem;
      waitMs = Math.min(waitMs, this.backoff.next());
    }
    if (this.current.kind === "in" && generation === this.generation) this.scheduleHeartbeat(waitMs);
  }

  private async pollTimedOut(): Promise<void> {
    this.log.warn(
      "consumer poll timeout has expired. This means the time between subsequent calls to poll() was longer than the configured " +
        "max.poll.interval.ms, which typically implies that the poll loop is spending too much time processing messages.",
      { maxPollIntervalMs: this.options.maxPollIntervalMs },
    );
    const leaving = this.leave("consumer poll timeout has expired", false);
    this.lose("max.poll.interval.ms exceeded", this.options.groupInstanceId === null);
    await leaving;
  }

  private async leave(reason: string, whileJoining: boolean): Promise<void> {
    if (this.memberId === "" || this.options.groupInstanceId !== null) return;
    this.log.info("Leaving the group", { group: this.options.groupId, memberId: this.memberId, reason });
    const request = leaveGroupRequest(this.identityNow());
    try {
      // behind a join on the same connection it would wait for the join's answer
      const purpose = whileJoining ? "control" : "group";
      await within(this.cluster.send({ group: this.options.groupId }, request, purpose), LEAVE_MS, () => {
        throw new ConnectError("timeout", "the coordinator does not answer");
      });
    } catch (error) {
      this.log.debug("Leaving the group failed: the session will time out", {
        reason: translateKafkaError(error).message,
      });
    }
  }
}

/** How long a member being closed waits to learn its own name. */
const FIRST_ANSWER_MS = 3_000;
/** How long it tries to leave. */
const LEAVE_MS = 3_000;
