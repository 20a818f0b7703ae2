import { ConnectError, parseConfig, type Logger } from "../api/index.js";
import { connectionConfig } from "./client-config.js";
import { Cluster } from "./cluster.js";
import { isKafkaError, kafkaError, kafkaErrorNamed, translateKafkaError } from "./errors.js";
import { choosePartition } from "./producer.js";
import { PRODUCER_KEYS } from "./producer-keys.js";
import { writeRecordBatch, type BatchRecord } from "./record-batch-writer.js";
import { produceRequest } from "./requests/produce.js";
import {
  addPartitionsRequest,
  endTransactionRequest,
  initProducerIdRequest,
  type TransactionIdentity,
} from "./requests/transactions.js";
import { retrying } from "./retry.js";
import type { ClientProperties, ProducerRecord } from "./seam.js";
import { TopicPartitions } from "./topic-partitions.js";

/** A producer whose writes are transactions, and whose start ends and fences those of its transactional id. */
export interface TransactionalProducer {
  /** Before the first write. Throws `retriable` when it was not possible in time. */
  initTransactions(timeoutMs: number): Promise<void>;
  /** All of the records or none. After an error the producer is of no more use: it may have been fenced. */
  write(records: readonly ProducerRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens no connection before `initTransactions`. Throws ConnectError `config`. */
export function createTransactionalProducer(
  transactionalId: string,
  properties: ClientProperties,
  log: Logger,
): TransactionalProducer {
  const { "transaction.timeout.ms": timeoutMs } = parseConfig(PRODUCER_KEYS, properties);
  return new FencingProducer(transactionalId, new Cluster(connectionConfig(properties, log), log), timeoutMs);
}

/** How long the steps of one write are tried. */
const WRITE_TIMEOUT_MS = 30_000;

class FencingProducer implements TransactionalProducer {
  readonly #closing = new AbortController();
  readonly #topics: TopicPartitions;
  /** Sequence number of the next record, by partition: the broker takes none twice. */
  readonly #sequences = new Map<string, number>();
  #identity: TransactionIdentity | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly transactionalId: string,
    private readonly cluster: Cluster,
    private readonly transactionTimeoutMs: number,
  ) {
    this.#topics = new TopicPartitions(cluster, true);
  }

  async initTransactions(timeoutMs: number): Promise<void> {
    this.#identity = await this.#atCoordinator(Date.now() + timeoutMs, async (target) => {
      const request = initProducerIdRequest(this.transactionalId, this.transactionTimeoutMs);
      const { errorCode, producerId, producerEpoch } = await this.cluster.send(target, request);
      if (errorCode !== 0) throw kafkaError(errorCode);
      return { transactionalId: this.transactionalId, producerId, producerEpoch };
    });
    this.#sequences.clear();
  }

  write(records: readonly ProducerRecord[]): Promise<void> {
    const done = this.#last.then(() => this.#transaction(records));
    this.#last = done.catch(() => undefined);
    return done;
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.cluster.close();
    return Promise.resolve();
  }

  async #transaction(records: readonly ProducerRecord[]): Promise<void> {
    const identity = this.#identity;
    if (identity === null) throw new ConnectError("fatal", "Transactions were not initialised");
    const deadlineMs = Date.now() + WRITE_TIMEOUT_MS;
    const batches = await this.#batches(records, deadlineMs);
    await this.#atCoordinator(deadlineMs, async (target) => {
      const answer = await this.cluster.send(target, addPartitionsRequest(identity, batches));
      for (const { topic, partition, errorCode } of answer.partitions)
        if (errorCode !== 0) throw kafkaError(errorCode, { topic, partition });
    });
    for (const batch of batches) await this.#produce(identity, batch, deadlineMs);
    await this.#atCoordinator(deadlineMs, async (target) => {
      const { errorCode } = await this.cluster.send(target, endTransactionRequest(identity, true));
      if (errorCode !== 0) throw kafkaError(errorCode);
    });
  }

  async #batches(records: readonly ProducerRecord[], deadlineMs: number): Promise<TransactionBatch[]> {
    const batches = new Map<string, TransactionBatch>();
    for (const { topic, partition, key, value, headers = [], timestampMs = Date.now() } of records) {
      const { leaders } = await this.#retrying(deadlineMs, () => this.#topics.view(topic));
      const chosen = partition ?? choosePartition(key, leaders, 0);
      const name = `${topic}-${String(chosen)}`;
      const batch = batches.get(name) ?? { topic, partition: chosen, name, records: [] };
      batch.records.push({ key, value, headers, timestampMs });
      batches.set(name, batch);
    }
    return [...batches.values()];
  }

  /** Sent again with the same sequence number after a lost answer: the broker knows it as a duplicate. */
  async #produce(identity: TransactionIdentity, batch: TransactionBatch, deadlineMs: number): Promise<void> {
    const { topic, partition, name, records } = batch;
    const sequence = this.#sequences.get(name) ?? 0;
    const bytes = writeRecordBatch(records, "none", { ...identity, sequence });
    await this.#retrying(deadlineMs, async () => {
      try {
        const { leaders } = await this.#topics.view(topic);
        const node = leaders[partition] ?? -1;
        if (node < 0) throw kafkaErrorNamed("LEADER_NOT_AVAILABLE", { topic, partition });
        const { requestTimeoutMs } = this.cluster.config;
        const parts = [{ topic, partition, batch: bytes }];
        const request = produceRequest(parts, -1, requestTimeoutMs, identity.transactionalId);
        const [answer] = (await this.cluster.send({ node }, request)).partitions;
        const errorCode = answer?.errorCode ?? -1;
        if (errorCode === 0) return;
        const error = kafkaError(errorCode, { topic, partition });
        if (!isKafkaError(error, "DUPLICATE_SEQUENCE_NUMBER")) throw error;
      } catch (error) {
        this.#topics.forget(topic);
        throw error;
      }
    });
    this.#sequences.set(name, sequence + records.length);
  }

  #atCoordinator<T>(
    deadlineMs: number,
    attempt: (target: { readonly transactionalId: string }) => Promise<T>,
  ): Promise<T> {
    const target = { transactionalId: this.transactionalId };
    return this.#retrying(deadlineMs, async () => {
      try {
        return await attempt(target);
      } catch (cause) {
        const error = translateKafkaError(cause);
        if (isKafkaError(error, "NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE")) this.cluster.forget(target);
        throw error;
      }
    });
  }

  #retrying<T>(deadlineMs: number, attempt: () => Promise<T>): Promise<T> {
    return retrying(this.cluster.config, { deadlineMs, signal: this.#closing.signal }, attempt);
  }
}

interface TransactionBatch {
  readonly topic: string;
  readonly partition: number;
  /** `topic-partition`. */
  readonly name: string;
  readonly records: BatchRecord[];
}
