import type { Cluster } from "./cluster.js";
import { kafkaError } from "./errors.js";

/** Partition count and leaders of one topic, as of the last look-up. */
export interface TopicView {
  /** Node id by partition number; -1 while there is no leader. */
  readonly leaders: readonly number[];
  readonly seenAtMs: number;
}

/** Where the partitions of topics are led, looked up when not known, stale or too old. */
export class TopicPartitions {
  readonly #views = new Map<string, TopicView>();

  constructor(
    private readonly cluster: Cluster,
    private readonly autoCreate: boolean,
  ) {}

  /** Throws ConnectError, `retriable` where the topic may yet appear, and connection errors. */
  async view(topic: string): Promise<TopicView> {
    const known = this.#views.get(topic);
    const maxAgeMs = this.cluster.config.metadataMaxAgeMs;
    if (known !== undefined && Date.now() - known.seenAtMs < maxAgeMs) return known;
    const answer = await this.cluster.metadata([topic], { autoCreate: this.autoCreate });
    const [found] = answer.topics;
    if (found === undefined) throw kafkaError(3, { topic });
    if (found.errorCode !== 0) throw kafkaError(found.errorCode, { topic });
    const leaders: number[] = [];
    for (const { partition, leader } of found.partitions) leaders[partition] = leader;
    const view = { leaders, seenAtMs: Date.now() };
    this.#views.set(topic, view);
    return view;
  }

  /** After an error that says that leaders moved. */
  forget(topic: string): void {
    this.#views.delete(topic);
  }
}
