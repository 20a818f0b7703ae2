import { Kafka, logLevel, CompressionTypes, type IHeaders, type Message } from "kafkajs";
import { waitUntil } from "./wait.js";

/** A record as a test writes it. */
export interface TestRecord {
  readonly key?: string | Buffer | null;
  /** Null is a tombstone. */
  readonly value: string | Buffer | null;
  readonly partition?: number;
  readonly timestampMs?: number;
  readonly headers?: IHeaders;
}

/** A record as it stands in the topic. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
}

export interface TopicOptions {
  readonly partitions?: number;
  readonly configs?: Readonly<Record<string, string>>;
}

/** A plain Kafka client for tests, on its own connections: the product's client is what they judge. */
export class TestKafka {
  readonly client: Kafka;

  constructor(readonly bootstrap: string) {
    this.client = new Kafka({
      clientId: "sluice-test",
      brokers: bootstrap.split(","),
      logLevel: logLevel.NOTHING,
      retry: { retries: 10, initialRetryTime: 100 },
    });
  }

  async createTopic(topic: string, { partitions = 1, configs = {} }: TopicOptions = {}): Promise<void> {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    await this.withAdmin(async (admin) => {
      await admin.createTopics({
        // kafkajs gives up waiting where the broker does not know the topic yet.
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
      });
      await waitUntil(`${topic} has leaders`, async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const led = topics[0]?.partitions.filter(({ leader }) => leader >= 0) ?? [];
        if (led.length < partitions) return false;
        // A broker tells of its leadership before it takes it up, and kafkajs then sends a whole request again.
        return (await admin.fetchTopicOffsets(topic)).length === partitions;
      });
    });
  }

  /** Deletes those of the topics that exist. */
  async deleteTopics(topics: readonly string[]): Promise<void> {
    await this.withAdmin(async (admin) => {
      const existing = new Set(await admin.listTopics());
      await admin.deleteTopics({ topics: topics.filter((topic) => existing.has(topic)) });
    });
  }

  /** Writes the records in their order, in one go, each once: kafkajs repeats a request of which one partition failed. */
  async produce(topic: string, records: readonly TestRecord[], compression = CompressionTypes.None): Promise<void> {
    const producer = this.client.producer({ allowAutoTopicCreation: false, idempotent: true });
    await producer.connect();
    try {
      await producer.send({ topic, compression, messages: records.map(toMessage) });
    } finally {
      await producer.disconnect();
    }
  }

  /** Next offsets that a group has committed for a topic; null where it has committed none. */
  async committedOffsets(group: string, topic: string): Promise<Map<number, number | null>> {
    const [answer] = await this.withAdmin((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));
    const committed = (answer?.partitions ?? []).map(
      ({ partition, offset }) => [partition, Number(offset) < 0 ? null : Number(offset)] as const,
    );
    return new Map(committed.sort(([a], [b]) => a - b));
  }

  /** Next offset of each partition, counted from 0: what a group has committed when it has everything. */
  async endOffsets(topic: string): Promise<Map<number, number>> {
    const offsets = await this.withAdmin((admin) => admin.fetchTopicOffsets(topic));
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)] as const).sort(([a], [b]) => a - b));
  }

  /** All records of a topic up to its present end, ordered by partition and offset. */
  async readTopic(topic: string): Promise<StoredRecord[]> {
    const ends = await this.endOffsets(topic);
    const open = new Set([...ends].filter(([, end]) => end > 0).map(([partition]) => partition));
    const records: StoredRecord[] = [];
    if (open.size === 0) return records;
    const consumer = this.client.consumer({ groupId: `sluice-test-read-${crypto.randomUUID()}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      await new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          reject(payload.error);
        });
        consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
          if (Number(payload.lastOffset) + 1 >= (ends.get(payload.partition) ?? 0)) open.delete(payload.partition);
          if (open.size === 0) resolve();
        });
        consumer
          .run({
            autoCommit: false,
            eachMessage: ({ partition, message: { offset, timestamp, key, value, headers = {} } }) => {
              records.push({ partition, offset: Number(offset), timestampMs: Number(timestamp), key, value, headers });
              return Promise.resolve();
            },
          })
          .catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** Runs one admin task on a connection of its own. */
  async withAdmin<T>(work: (admin: ReturnType<Kafka["admin"]>) => Promise<T>): Promise<T> {
    const admin = this.client.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

function toMessage({ key, value, partition, timestampMs, headers }: TestRecord): Message {
  return {
    value,
    ...(key === undefined ? {} : { key }),
    ...(partition === undefined ? {} : { partition }),
    ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
    ...(headers === undefined ? {} : { headers }),
  };
}
