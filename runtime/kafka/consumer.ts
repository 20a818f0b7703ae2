import { setImmediate } from "node:timers/promises";
import {
  ConnectError,
  topicPartitionKey,
  type Logger,
  type TopicPartition,
  type TopicPartitionOffset,
} from "../api/index.js";
import { Backoff, delay } from "./backoff.js";
import { connectionConfig } from "./client-config.js";
import { Cluster } from "./cluster.js";
import { consumerConfig, type ConsumerConfig } from "./consumer-config.js";
import { decodeAssignment } from "./consumer-protocol.js";
import { ConsumerStrategy } from "./consumer-strategy.js";
import { isKafkaError, kafkaError, translateKafkaError } from "./errors.js";
import { Fetcher } from "./fetcher.js";
import { GroupMember, type Membership } from "./group-member.js";
import { commitOnce, fetchCommitted } from "./group-offsets.js";
import { MetadataView } from "./metadata-view.js";
import { ErrorCode } from "./protocol-errors.js";
import type { AssignmentListener, ClientProperties, PartitionBatch, SinkConsumer, Subscription } from "./seam.js";
import { Wakeup } from "./wakeup.js";
import { within } from "./within.js";

/** A consumer that is being closed does not hold up a shutdown for a broker that is silent. */
const CLOSING_COMMIT_MS = 5_000;
/** How long a commit for a topic that the broker does not know is tried: it may be starting, or the topic is gone. */
const UNKNOWN_TOPIC_COMMIT_MS = 3_000;
/** Longest sleep of a poll, so that a long one counts as being alive. */
const LONGEST_SLEEP_MS = 1_000;

/**
 * A consumer with Java's properties. Opens no connection before the first poll. Throws ConnectError `config` for properties that
 * Java's consumer would refuse.
 */
export function createConsumer(properties: ClientProperties, log: Logger): SinkConsumer {
  const connection = connectionConfig(properties, log);
  return new GroupConsumer(new Cluster(connection, log), consumerConfig(properties), log);
}

/** A partition that was assigned. `opened`: the listener was told. */
interface OwnedPartition {
  readonly tp: TopicPartition;
  opened: boolean;
}

/**
 * Joins what works in the background (membership, metadata, fetches, each telling through one {@link Wakeup}) into `poll`, which
 * alone runs listener callbacks and decides what to do next. Order of things in Java's `ConsumerCoordinator` and KIP-429.
 */
class GroupConsumer implements SinkConsumer {
  private readonly changed = new Wakeup();
  private readonly notify = (): void => {
    this.changed.notify();
  };
  private readonly metadata: MetadataView;
  private readonly fetcher: Fetcher;
  private readonly strategy: ConsumerStrategy;
  private readonly member: GroupMember;
  private readonly owned = new Map<string, OwnedPartition>();
  /** What eager assignors made us give up; the sticky one tells it to the leader. */
  private had: readonly TopicPartition[] = [];
  private hadIn = -1;
  private subscription: Subscription = { topics: [] };
  private listener: AssignmentListener | null = null;
  private topics: readonly string[] = [];
  private applied: Membership | null = null;
  private matchedVersion = 0;
  private loading = new AbortController();
  private loadFailure: ConnectError | null = null;
  private woken = false;
  private closing: Promise<void> | null = null;
  private polling: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly cluster: Cluster,
    private readonly config: ConsumerConfig,
    private readonly log: Logger,
  ) {
    this.metadata = new MetadataView(cluster, log, this.notify);
    this.fetcher = new Fetcher(cluster, this.metadata, config, log, this.notify);
    const joining = {
      topics: () => this.topics,
      owned: () => (this.strategy.cooperative ? this.assignment() : this.had),
      generation: () => this.hadIn,
    };
    this.strategy = new ConsumerStrategy(cluster, this.metadata, config.assignors, joining, config.autoCreate, log);
    const options = { ...config, protocolType: "consumer", rebalanceTimeoutMs: config.maxPollIntervalMs };
    this.member = new GroupMember(cluster, options, this.strategy, log, this.notify);
  }

  subscribe(subscription: Subscription, listener: AssignmentListener): void {
    this.subscription = subscription;
    this.listener = listener;
    this.topics = "topics" in subscription ? [...new Set(subscription.topics)] : [];
    this.selectTopics();
    if (this.applied !== null) this.member.requestRejoin("the subscription changed");
  }

  poll(timeoutMs: number): Promise<readonly PartitionBatch[]> {
    const polled = this.pollUntil(Date.now() + timeoutMs);
    this.polling = polled.catch(() => undefined);
    return polled;
  }

  wakeup(): void {
    this.woken = true;
    this.notify();
  }

  assignment(): readonly TopicPartition[] {
    return [...this.owned.values()].map(({ tp }) => tp);
  }

  position(tp: TopicPartition): number {
    const position = this.fetcher.position(tp);
    if (position !== null) return position;
    throw new ConnectError("retriable", `The position of ${topicPartitionKey(tp)} is being looked up`, { at: tp });
  }

  seek(tp: TopicPartition, nextOffset: number): void {
    this.fetcher.seek(tp, nextOffset);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) this.fetcher.pause(tp);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) this.fetcher.resume(tp);
    this.notify();
  }

  paused(): readonly TopicPartition[] {
    return this.fetcher.paused();
  }

  lag(): readonly { readonly topic: string; readonly partition: number; readonly lag: number }[] {
    return this.fetcher.lag();
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    const deadlineMs = Date.now() + this.config.apiTimeoutMs;
    return fetchCommitted(this.cluster, this.config.groupId, partitions, new AbortController().signal, deadlineMs);
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const limitMs = this.closing === null ? this.config.apiTimeoutMs : CLOSING_COMMIT_MS;
    await within(this.commitUntil(Date.now() + limitMs, offsets), limitMs, () => {
      throw new ConnectError("retriable", `The offsets could not be committed within ${limitMs} ms`);
    });
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async commitUntil(deadlineMs: number, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.cluster.config;
    const backoff = new Backoff(retryBackoffMs, retryBackoffMaxMs);
    const startedMs = Date.now();
    for (;;) {
      const problem = await this.commitAttempt(offsets);
      if (problem === null) return;
      const waitMs = backoff.next();
      // Java waits out the whole time for a topic that was deleted
      const unknownTopic = isKafkaError(problem, "UNKNOWN_TOPIC_OR_PARTITION");
      const lastMs = unknownTopic ? Math.min(deadlineMs, startedMs + UNKNOWN_TOPIC_COMMIT_MS) : deadlineMs;
      if (problem.kind !== "retriable" || Date.now() + waitMs > lastMs) throw problem;
      await delay(waitMs, new AbortController().signal);
    }
  }

  private async commitAttempt(offsets: readonly TopicPartitionOffset[]): Promise<ConnectError | null> {
    const identity = this.member.identity();
    if (identity === null) return notCommittable(this.member.rejoinReason === null);
    try {
      const refused = await commitOnce(this.cluster, identity, offsets);
      if (refused === null) return null;
      const { errorCode, topic, partition } = refused;
      this.member.noteError(errorCode, identity.generation);
      if (errorCode === ErrorCode.rebalanceInProgress) return notCommittable(true);
      if (errorCode === ErrorCode.illegalGeneration || errorCode === ErrorCode.unknownMemberId)
        return notCommittable(false);
      return kafkaError(errorCode, { topic, partition });
    } catch (error) {
      return translateKafkaError(error);
    }
  }

  private async pollUntil(deadlineMs: number): Promise<readonly PartitionBatch[]> {
    if (this.listener === null) throw new ConnectError("fatal", "Consumer is not subscribed to any topics");
    for (let slept = false; ; slept = true) {
      if (this.closing !== null || this.woken) break;
      await this.advance();
      const nowMs = Date.now();
      this.metadata.maintain(nowMs);
      const opening = [...this.owned.values()].some(({ opened }) => !opened);
      const batches = opening ? [] : await this.fetcher.take();
      // what comes next is fetched while the caller works on this
      this.fetcher.maintain(nowMs);
      if (batches.length > 0) return batches;
      if (nowMs >= deadlineMs) {
        if (!slept) await setImmediate(); // answers come in even if the caller polls without any timeout
        break;
      }
      const untilMs = Math.min(deadlineMs, nowMs + LONGEST_SLEEP_MS, this.metadata.dueMs(), this.fetcher.dueMs());
      await this.changed.wait(Math.max(0, untilMs - nowMs));
    }
    this.woken = false;
    return [];
  }

  /** One step of the membership, with the callbacks that belong to it. */
  private async advance(): Promise<void> {
    this.member.touch(Date.now());
    if (this.loadFailure !== null) throw this.loadFailure;
    const lost = this.member.takeLoss();
    if (lost !== null) await this.letGo(this.list(), "lost");
    this.followMetadata();
    const { state } = this.member;
    switch (state.kind) {
      case "out":
        if ("topics" in this.subscription || this.metadata.version > 0) await this.rejoin();
        return;
      case "in":
        if (state.membership !== this.applied) await this.apply(state.membership);
        if (this.member.rejoinReason !== null) await this.rejoin();
        else await this.openReady();
        return;
      case "joining":
      case "closed":
    }
  }

  /** Gives up what has to be given up before a join, then joins. */
  private async rejoin(): Promise<void> {
    if (this.strategy.cooperative) {
      const topics = new Set(this.topics);
      await this.letGo(
        this.list().filter(({ tp }) => !topics.has(tp.topic)),
        "revoked",
      );
    } else {
      if (this.owned.size > 0) this.had = this.assignment();
      await this.letGo(this.list(), "revoked");
    }
    // lost in the meantime: that comes first
    if (this.member.state.kind !== "closed") this.member.startJoin();
  }

  private async apply(membership: Membership): Promise<void> {
    this.applied = membership;
    this.hadIn = membership.generation;
    const assigned = new Map(decodeAssignment(membership.assignment).map((tp) => [topicPartitionKey(tp), tp]));
    this.selectTopics();
    const taken = this.list().filter(({ tp }) => !assigned.has(topicPartitionKey(tp)));
    const added = [...assigned].filter(([key]) => !this.owned.has(key)).map(([, tp]) => tp);
    this.log.info("Assigned partitions", {
      count: assigned.size,
      added: names(added),
      generation: membership.generation,
    });
    try {
      if (taken.length > 0) {
        this.member.requestRejoin("partitions were revoked");
        await this.letGo(taken, "revoked");
      }
    } finally {
      for (const tp of added) this.owned.set(topicPartitionKey(tp), { tp, opened: false });
      void this.load(added);
    }
  }

  /** Finds where to begin. What is not found when the next load or the end comes is not needed any more. */
  private async load(partitions: readonly TopicPartition[]): Promise<void> {
    const { signal } = this.loading;
    try {
      const committed = await fetchCommitted(this.cluster, this.config.groupId, partitions, signal);
      const offsets = new Map(committed.map((one) => [topicPartitionKey(one), one.nextOffset]));
      for (const tp of partitions) {
        const key = topicPartitionKey(tp);
        if (!signal.aborted && this.owned.has(key)) this.fetcher.add(tp, offsets.get(key) ?? null);
      }
    } catch (error) {
      if (!signal.aborted) this.loadFailure = translateKafkaError(error);
    }
    this.notify();
  }

  /** Tells the listener of new partitions once all of them have positions. */
  private async openReady(): Promise<void> {
    const waiting = this.list().filter(({ opened }) => !opened);
    if (waiting.length === 0) return;
    const known = new Set(this.fetcher.list().map(topicPartitionKey));
    for (const { tp } of waiting) {
      if (!known.has(topicPartitionKey(tp)) || this.fetcher.position(tp) === null) return;
    }
    for (const partition of waiting) partition.opened = true;
    await this.listener?.onAssigned(waiting.map(({ tp }) => tp));
  }

  private async letGo(partitions: readonly OwnedPartition[], how: "revoked" | "lost"): Promise<void> {
    if (partitions.length === 0) return;
    const told = partitions.filter(({ opened }) => opened).map(({ tp }) => tp);
    if (partitions.length === this.owned.size) {
      this.loading.abort();
      this.loading = new AbortController();
    }
    this.log.info(how === "lost" ? "Lost partitions" : "Revoking partitions", {
      partitions: names(partitions.map(({ tp }) => tp)),
    });
    try {
      if (told.length > 0) await (how === "lost" ? this.listener?.onLost(told) : this.listener?.onRevoked(told));
    } finally {
      for (const { tp } of partitions) {
        this.owned.delete(topicPartitionKey(tp));
        this.fetcher.remove(tp);
      }
    }
  }

  /** New metadata: more topics that match, or other partitions of those that this member has divided. */
  private followMetadata(): void {
    if (this.metadata.version === this.matchedVersion) return;
    this.matchedVersion = this.metadata.version;
    if ("pattern" in this.subscription) {
      const topics = this.matching(this.subscription.pattern);
      if (topics.join("\n") !== this.topics.join("\n")) {
        this.topics = topics;
        this.member.requestRejoin("topics that match the pattern came or went");
      }
    }
    if (this.strategy.outdated()) this.member.requestRejoin("the partitions of subscribed topics changed");
  }

  private matching(pattern: RegExp): string[] {
    const topics = [...this.metadata.topics.values()].filter(({ topic, internal }) => {
      pattern.lastIndex = 0;
      return !(internal && this.config.excludeInternalTopics) && pattern.test(topic);
    });
    return topics.map(({ topic }) => topic).sort();
  }

  private selectTopics(): void {
    if ("pattern" in this.subscription) this.metadata.select({ topics: null, autoCreate: false });
    else {
      const topics = [...new Set([...this.topics, ...(this.strategy.watched() ?? [])])];
      this.metadata.select({ topics, autoCreate: this.config.autoCreate });
    }
  }

  private list(): OwnedPartition[] {
    return [...this.owned.values()];
  }

  private async shutDown(): Promise<void> {
    this.notify();
    await this.polling;
    this.loading.abort();
    try {
      const lost = this.member.takeLoss();
      await this.letGo(this.list(), lost === null ? "revoked" : "lost");
    } finally {
      await this.member.close();
      this.cluster.close();
    }
  }
}

function names(partitions: readonly TopicPartition[]): string {
  return partitions.map(topicPartitionKey).join(",");
}

/** Java's texts for commits outside a stable generation. */
function notCommittable(rebalancing: boolean): ConnectError {
  return rebalancing
    ? new ConnectError(
        "rebalancing",
        "Offset commit cannot be completed since the consumer is undergoing a rebalance for auto partition assignment. " +
          "You can try completing the rebalance by calling poll() and then retry the operation.",
        { javaClass: "org.apache.kafka.common.errors.RebalanceInProgressException" },
      )
    : new ConnectError(
        "rebalancing",
        "Offset commit cannot be completed since the consumer is not part of an active group for auto partition assignment; " +
          "it is likely that the consumer was kicked out of the group.",
        { javaClass: "org.apache.kafka.clients.consumer.CommitFailedException" },
      );
}
