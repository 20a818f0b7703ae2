import { topicPartitionKey, type Logger, type TopicPartition } from "../../runtime/api/index.js";
import { createConsumer } from "../../runtime/kafka/consumer.js";
import type { PartitionBatch, SinkConsumer, Subscription } from "../../runtime/kafka/seam.js";
import { silentLogger } from "./loggers.js";
import { waitUntil, type WaitOptions } from "./wait.js";

export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value: string | null;
}

export interface MemberOptions {
  readonly bootstrap: string;
  readonly group: string;
  readonly subscription: Subscription;
  /** More properties of the consumer, and other values than those here. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Commit what was read, after each poll and when partitions are revoked. */
  readonly commits?: boolean;
  readonly log?: Logger;
}

/** The product's consumer, polled all the time; keeps what it read and what it was told. */
export class ConsumingMember {
  readonly consumer: SinkConsumer;
  readonly records: ReadRecord[] = [];
  /** `assigned t-0,t-1`, `revoked …`, `lost …`, in order. */
  readonly events: string[] = [];
  /** Thrown by a poll; ends the loop. */
  failure: unknown = null;
  private readonly loop: Promise<void>;
  private stopping = false;

  get group(): string {
    return this.options.group;
  }

  private constructor(private readonly options: MemberOptions) {
    const { bootstrap, group, subscription, properties = {}, log = silentLogger } = options;
    this.consumer = createConsumer(
      {
        "bootstrap.servers": bootstrap,
        "group.id": group,
        "client.id": "member",
        "auto.offset.reset": "earliest",
        "heartbeat.interval.ms": "300",
        "session.timeout.ms": "6000",
        "fetch.max.wait.ms": "100",
        ...properties,
      },
      log,
    );
    this.consumer.subscribe(subscription, {
      onAssigned: (partitions) => {
        this.note("assigned", partitions);
        return Promise.resolve();
      },
      onRevoked: async (partitions) => {
        this.note("revoked", partitions);
        await this.commit(partitions);
      },
      onLost: (partitions) => {
        this.note("lost", partitions);
        return Promise.resolve();
      },
    });
    this.loop = this.run();
  }

  static start(options: MemberOptions): ConsumingMember {
    return new ConsumingMember(options);
  }

  values(): (string | null)[] {
    return this.records.map(({ value }) => value);
  }

  assignment(): string[] {
    return this.consumer.assignment().map(topicPartitionKey).sort();
  }

  async until(description: string, condition: () => boolean, options?: WaitOptions): Promise<void> {
    await waitUntil(
      description,
      () => {
        if (this.failure !== null) throw this.failure as Error;
        return condition();
      },
      { context: () => `events: ${this.events.join("; ")}, records: ${this.records.length}`, ...options },
    );
  }

  /** Waits for this many records. */
  async read(count: number): Promise<void> {
    await this.until(`${count} records are read`, () => this.records.length >= count);
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.consumer.wakeup();
    await this.loop;
    await this.consumer.close();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const batches = await this.consumer.poll(500);
        for (const batch of batches) this.keep(batch);
        if (batches.length > 0) await this.commit(this.consumer.assignment());
      } catch (error) {
        if ((error as { kind?: string }).kind === "rebalancing") continue;
        this.failure = error;
        return;
      }
    }
  }

  private async commit(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.options.commits !== true) return;
    await this.consumer.commit(partitions.map((tp) => ({ ...tp, nextOffset: this.consumer.position(tp) })));
  }

  private keep({ topic, partition, columns }: PartitionBatch): void {
    const { buffer, count, offsets, valueStart, valueLength } = columns;
    for (let row = 0; row < count; row++) {
      const length = valueLength[row]!;
      const start = valueStart[row]!;
      const value = length < 0 ? null : buffer.toString("utf8", start, start + length);
      this.records.push({ topic, partition, offset: offsets[row]!, value });
    }
  }

  private note(what: string, partitions: readonly TopicPartition[]): void {
    this.events.push(`${what} ${partitions.map(topicPartitionKey).sort().join(",")}`);
  }
}
