import { ConnectError, type Logger } from "../api/index.js";
import { Backoff } from "./backoff.js";
import type { Cluster } from "./cluster.js";
import { translateKafkaError } from "./errors.js";
import { ErrorCode, errorName } from "./protocol-errors.js";
import type { TopicMetadata } from "./requests/metadata.js";

/** A topic that existed is given up after this many answers in a row that do not know it: a broker that starts knows none. */
const UNKNOWN_ANSWERS = 3;

/** Null: all topics of the cluster. */
export interface TopicSelection {
  readonly topics: readonly string[] | null;
  /** `allow.auto.create.topics`: asking creates what is missing, if the broker does so at all. */
  readonly autoCreate: boolean;
}

/**
 * What is known of topics and their leaders, renewed in the background: when it is too old, when somebody asks for it, and
 * soon again while something is missing. Works only while its owner calls `maintain`.
 */
export class MetadataView {
  private readonly known = new Map<string, TopicMetadata>();
  private readonly missing = new Map<string, number>();
  private selection: TopicSelection = { topics: [], autoCreate: false };
  private readonly backoff: Backoff;
  private refreshing = false;
  private wanted = true;
  private again = false;
  private notBeforeMs = 0;
  private refreshedAtMs = 0;
  private failing = false;
  private fatal: ConnectError | null = null;
  private answers = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly log: Logger,
    private readonly onChange: () => void,
  ) {
    this.backoff = new Backoff(cluster.config.retryBackoffMs, cluster.config.retryBackoffMaxMs);
  }

  /** Topics that exist, by name. */
  get topics(): ReadonlyMap<string, TopicMetadata> {
    return this.known;
  }

  /** Grows with every answer for the present selection; 0 before the first. */
  get version(): number {
    return this.answers;
  }

  /** Asks for other topics from the next refresh on, which comes at once when there are new ones among them. */
  select(selection: TopicSelection): void {
    const before = this.selection.topics;
    const known = before === null ? null : new Set(before);
    this.selection = selection;
    const unseen =
      selection.topics === null ? known !== null : selection.topics.some((topic) => known?.has(topic) !== true);
    if (unseen) this.askAgain();
  }

  /** Node id of the leader, -1 when there is none at present. */
  leader(topic: string, partition: number): number {
    const found = this.known.get(topic)?.partitions.find((one) => one.partition === partition);
    return found?.leader ?? -1;
  }

  /** Something was found to be out of date. */
  requestUpdate(): void {
    this.wanted = true;
  }

  /** Starts a refresh if one is due. Throws what no refresh can mend, such as failed authentication. */
  maintain(nowMs: number): void {
    if (this.fatal !== null) throw this.fatal;
    if (this.refreshing || nowMs < this.dueMs()) return;
    this.refreshing = true;
    void this.refresh();
  }

  /** When `maintain` will have something to do. */
  dueMs(): number {
    if (this.refreshing) return Infinity;
    return this.wanted ? this.notBeforeMs : this.refreshedAtMs + this.cluster.config.metadataMaxAgeMs;
  }

  /** Throws away a back-off: the question is a new one. */
  private askAgain(): void {
    this.wanted = true;
    this.again = this.refreshing;
    this.notBeforeMs = 0;
  }

  private async refresh(): Promise<void> {
    const { topics, autoCreate } = this.selection;
    this.wanted = false;
    try {
      const answer = await this.cluster.metadata(topics, { autoCreate });
      if (this.failing) this.log.info("Cluster metadata is up to date again");
      this.failing = false;
      this.apply(answer.topics, topics);
    } catch (error) {
      this.failed(error);
    } finally {
      this.settle(Date.now());
    }
  }

  private settle(nowMs: number): void {
    this.refreshing = false;
    this.refreshedAtMs = nowMs;
    if (!this.wanted) this.backoff.reset();
    else if (!this.again) this.notBeforeMs = nowMs + this.backoff.next();
    this.again = false;
    this.onChange();
  }

  private apply(found: readonly TopicMetadata[], asked: readonly string[] | null): void {
    const present = new Set<string>();
    for (const topic of found) {
      if (topic.errorCode === ErrorCode.none) {
        this.known.set(topic.topic, topic);
        this.missing.delete(topic.topic);
        if (topic.partitions.some((partition) => partition.leader < 0)) this.wanted = true;
      } else this.absent(topic);
      if (this.known.has(topic.topic)) present.add(topic.topic);
    }
    for (const topic of this.known.keys()) if (!present.has(topic)) this.known.delete(topic);
    if (asked === this.selection.topics) this.answers++;
  }

  private absent(topic: TopicMetadata): void {
    const times = (this.missing.get(topic.topic) ?? 0) + 1;
    this.missing.set(topic.topic, times);
    if (topic.errorCode === ErrorCode.topicAuthorizationFailed && this.selection.topics !== null) {
      this.fatal = new ConnectError("fatal", `Not authorized to access topics: [${topic.topic}]`, {
        at: { topic: topic.topic },
        javaClass: "org.apache.kafka.common.errors.TopicAuthorizationException",
      });
    }
    if (topic.errorCode !== ErrorCode.leaderNotAvailable && times >= UNKNOWN_ANSWERS) this.known.delete(topic.topic);
    this.wanted = true;
    if (times === 1) {
      this.log.warn("Error while fetching metadata", { topic: topic.topic, error: errorName(topic.errorCode) });
    }
  }

  private failed(error: unknown): void {
    if (this.cluster.isClosed) return;
    this.wanted = true;
    const problem = translateKafkaError(error);
    if (problem.kind !== "retriable") {
      this.fatal = problem;
      return;
    }
    if (!this.failing) this.log.warn("Cluster metadata cannot be fetched at present", { reason: problem.message });
    this.failing = true;
  }
}
