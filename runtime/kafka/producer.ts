import { ConnectError, parseConfig, type ConfigValues, type Logger } from "../api/index.js";
import { Backoff, delay } from "./backoff.js";
import { connectionConfig } from "./client-config.js";
import { Cluster } from "./cluster.js";
import type { Codec } from "./compress.js";
import { kafkaError, kafkaErrorNamed, isKafkaError, translateKafkaError } from "./errors.js";
import { partitionOf } from "./murmur2.js";
import { PRODUCER_KEYS } from "./producer-keys.js";
import { recordSizeBytes, writeRecordBatch, type BatchRecord } from "./record-batch-writer.js";
import { produceRequest, type ProducePartition } from "./requests/produce.js";
import type { ClientProperties, Producer, ProducerRecord } from "./seam.js";
import { TopicPartitions } from "./topic-partitions.js";

/** Opens no connection before the first record. Throws ConnectError `config`. */
export function createProducer(properties: ClientProperties, log: Logger): Producer {
  const config = connectionConfig(properties, log);
  return new KafkaProducer(new Cluster(config, log), parseConfig(PRODUCER_KEYS, properties));
}

/** Of the records of one request; more would only wait in the broker. */
const ROUND_BYTES = 1 << 20;
const CLOSE_TIMEOUT_MS = 10_000;

/** A record on its way. */
interface Pending {
  readonly topic: string;
  readonly record: BatchRecord;
  readonly sizeBytes: number;
  readonly sentAtMs: number;
  /** Null: not chosen yet. Kept over attempts. */
  partition: number | null;
  /** Its batch was refused: sent alone, to find the record at fault. */
  alone: boolean;
  /** Why the last attempt failed. */
  error: ConnectError | null;
  readonly resolve: () => void;
  readonly reject: (error: ConnectError) => void;
}

/**
 * A producer for what is rare and must be in order: Connect's topics and dead letters. Requests go out in rounds, and a round
 * begins when the one before is answered, so that a retry overtakes nothing. Not idempotent: a record whose answer was lost is
 * written again, as by Connect's own producers.
 */
export class KafkaProducer implements Producer {
  #pending: Pending[] = [];
  #running: Promise<void> | null = null;
  readonly #closing = new AbortController();
  readonly #topics: TopicPartitions;
  readonly #backoff: Backoff;

  constructor(
    private readonly cluster: Cluster,
    private readonly values: ConfigValues<typeof PRODUCER_KEYS>,
  ) {
    this.#topics = new TopicPartitions(cluster, true);
    this.#backoff = new Backoff(cluster.config.retryBackoffMs, cluster.config.retryBackoffMaxMs);
  }

  send({ topic, partition, key, value, headers, timestampMs }: ProducerRecord): Promise<void> {
    const record = { key, value, headers: headers ?? [], timestampMs: timestampMs ?? Date.now() };
    const sizeBytes = recordSizeBytes(record);
    const limit = this.values["max.request.size"];
    if (sizeBytes > limit) {
      const text = `The message is ${String(sizeBytes)} bytes when serialized which is larger than ${String(limit)}, which is the value of the max.request.size configuration.`;
      return Promise.reject(kafkaErrorNamed("MESSAGE_TOO_LARGE", { topic }, undefined, text));
    }
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const state = { partition: partition ?? null, alone: false, error: null, sentAtMs: Date.now() };
      this.#pending.push({ topic, record, sizeBytes, resolve, reject, ...state });
      this.#running ??= this.#run();
    });
  }

  /** Waits for what was sent, but not for long: a worker that stops has a deadline. */
  async close(): Promise<void> {
    const late = setTimeout(() => {
      this.#closing.abort();
      this.cluster.close();
    }, CLOSE_TIMEOUT_MS);
    while (this.#running !== null) await this.#running;
    clearTimeout(late);
    this.#closing.abort();
    this.cluster.close();
  }

  async #run(): Promise<void> {
    // What is sent in the same turn goes out together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const round = this.#take();
      const failed = await this.#sendRound(round);
      const again = failed.filter((entry) => this.#mayRetry(entry));
      this.#pending.unshift(...again);
      if (again.length === 0) this.#backoff.reset();
      else if (!again.every((entry) => entry.alone)) await delay(this.#backoff.next(), this.#closing.signal);
    }
    this.#running = null;
  }

  #take(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#pending) {
      bytes += entry.sizeBytes;
      if (count > 0 && (bytes > ROUND_BYTES || entry.alone)) break;
      count++;
      if (entry.alone) break;
    }
    return this.#pending.splice(0, count);
  }

  #mayRetry(entry: Pending): boolean {
    const error = entry.error ?? closed();
    const waited = Date.now() - entry.sentAtMs;
    const limit = entry.partition === null ? this.values["max.block.ms"] : this.values["delivery.timeout.ms"];
    if (this.#closing.signal.aborted) entry.reject(closed());
    else if (error.kind !== "retriable" && !entry.alone) entry.reject(error);
    else if (waited >= limit) entry.reject(expired(entry, limit, error));
    else return true;
    return false;
  }

  /** Settles what was written; gives back, in order, what was not, with its error. */
  async #sendRound(round: readonly Pending[]): Promise<Pending[]> {
    const failed = new Set<Pending>();
    const fail = (entries: readonly Pending[], cause: unknown): void => {
      for (const entry of entries) {
        entry.error = translateKafkaError(cause, { topic: entry.topic });
        failed.add(entry);
      }
    };
    const byLeader = await this.#route(round, fail);
    const sends = [...byLeader].map(async ([node, batches]) => {
      try {
        await this.#sendTo(node, batches, fail);
      } catch (error) {
        fail([...batches.values()].flat(), error);
        for (const [entry] of batches.values()) if (entry !== undefined) this.#topics.forget(entry.topic);
      }
    });
    await Promise.all(sends);
    for (const entry of round) if (!failed.has(entry)) entry.resolve();
    return round.filter((entry) => failed.has(entry));
  }

  /** Batches by partition, by the node that leads it. */
  async #route(
    round: readonly Pending[],
    fail: (entries: readonly Pending[], cause: unknown) => void,
  ): Promise<Map<number, Map<string, Pending[]>>> {
    const byLeader = new Map<number, Map<string, Pending[]>>();
    const random = Math.random();
    // One look-up for all records of a topic: were a later one to succeed, later records would overtake earlier ones.
    for (const [topic, entries] of Map.groupBy(round, (entry) => entry.topic)) {
      try {
        const { leaders } = await this.#topics.view(topic);
        for (const entry of entries) this.#assign(entry, leaders, random, byLeader, fail);
      } catch (error) {
        fail(entries, error);
      }
    }
    return byLeader;
  }

  #assign(
    entry: Pending,
    leaders: readonly number[],
    random: number,
    byLeader: Map<number, Map<string, Pending[]>>,
    fail: (entries: readonly Pending[], cause: unknown) => void,
  ): void {
    const { topic } = entry;
    const partition = entry.partition ?? choosePartition(entry.record.key, leaders, random);
    const leader = leaders[partition];
    if (leader === undefined || leader < 0) {
      this.#topics.forget(topic);
      const unled = (): ConnectError => kafkaErrorNamed("LEADER_NOT_AVAILABLE", { topic, partition });
      fail([entry], leader === undefined ? noSuchPartition(topic, partition, leaders.length) : unled());
      return;
    }
    entry.partition = partition;
    const batches = byLeader.get(leader) ?? new Map<string, Pending[]>();
    const name = `${topic}-${String(partition)}`;
    const batch = batches.get(name) ?? [];
    batch.push(entry);
    batches.set(name, batch);
    byLeader.set(leader, batches);
  }

  async #sendTo(
    node: number,
    batches: ReadonlyMap<string, readonly Pending[]>,
    fail: (entries: readonly Pending[], cause: unknown) => void,
  ): Promise<void> {
    const codec = this.values["compression.type"] as Codec;
    const partitions: ProducePartition[] = [];
    for (const [first, ...rest] of batches.values()) {
      if (first === undefined) continue;
      const records = [first, ...rest].map((entry) => entry.record);
      const batch = writeRecordBatch(records, codec, null);
      partitions.push({ topic: first.topic, partition: first.partition ?? 0, batch });
    }
    // With acks=0 nobody would notice a failure; waiting for the leader costs little here.
    const acks = this.values.acks === "0" || this.values.acks === "1" ? 1 : -1;
    const request = produceRequest(partitions, acks, this.cluster.config.requestTimeoutMs);
    const answer = await this.cluster.send({ node }, request);
    for (const { topic, partition, errorCode } of answer.partitions) {
      const entries = batches.get(`${topic}-${String(partition)}`) ?? [];
      if (errorCode === 0) continue;
      const error = kafkaError(errorCode, { topic, partition });
      const refused = isKafkaError(error, "MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE", "INVALID_RECORD");
      for (const entry of entries) entry.alone = refused && entries.length > 1;
      this.#topics.forget(topic);
      fail(entries, error);
    }
  }
}

/** Java's: by key, else any partition that has a leader, one for a whole round. `random` from 0 up to 1. */
export function choosePartition(key: Uint8Array | null, leaders: readonly number[], random: number): number {
  if (key !== null) return partitionOf(key, leaders.length);
  const led = leaders.flatMap((leader, partition) => (leader >= 0 ? [partition] : []));
  return led[Math.floor(random * led.length)] ?? 0;
}

function noSuchPartition(topic: string, partition: number, count: number): ConnectError {
  const text = `Partition ${String(partition)} of topic ${topic} with partition count ${String(count)} is not present in metadata`;
  return new ConnectError("retriable", text, {
    at: { topic, partition },
    javaClass: "org.apache.kafka.common.errors.TimeoutException",
  });
}

function expired(entry: Pending, limitMs: number, cause: ConnectError): ConnectError {
  const { topic, partition } = entry;
  const text =
    partition === null
      ? `Topic ${topic} not present in metadata after ${String(limitMs)} ms.`
      : `Expiring 1 record(s) for ${topic}-${String(partition)}:${String(limitMs)} ms has passed since batch creation`;
  return kafkaErrorNamed("REQUEST_TIMED_OUT", { topic }, cause, text);
}

function closed(): ConnectError {
  return new ConnectError("fatal", "Producer is closed forcefully.", {
    javaClass: "org.apache.kafka.common.KafkaException",
  });
}
