import { ConnectError, topicPartitionKey, type Logger, type TopicPartition } from "../api/index.js";
import { Backoff } from "./backoff.js";
import { fetchBuffers } from "./buffer-pool.js";
import type { Cluster } from "./cluster.js";
import { FetchedRecords, type DecodeOptions } from "./fetched-records.js";
import type { MetadataView } from "./metadata-view.js";
import { lookUpOffsets } from "./offset-lookup.js";
import { translateKafkaError } from "./errors.js";
import { ErrorCode, errorName } from "./protocol-errors.js";
import { fetchRequest, type FetchAnswer, type FetchedPartition, type FetchOptions } from "./requests/fetch.js";
import { EARLIEST, LATEST } from "./requests/list-offsets.js";
import type { PartitionBatch } from "./seam.js";

export interface FetcherConfig extends FetchOptions, DecodeOptions {
  /** `max.partition.fetch.bytes`. */
  readonly maxPartitionBytes: number;
  /** `auto.offset.reset`. */
  readonly offsetReset: "earliest" | "latest" | "none";
  /** Records, decompressed, that one `take` gives at most, about. */
  readonly takeBytes: number;
  /**
   * Use the memory of what was taken again, once a later `take` gives records while no partition is paused: whoever holds records
   * for a second delivery pauses. False: what was taken stays as it is.
   */
  readonly reuseBuffers: boolean;
}

/** A partition being read. `position` null: being looked up, as `reset` says. */
interface ReadPartition extends TopicPartition {
  position: number | null;
  reset: "earliest" | "latest" | null;
  paused: boolean;
  /** Grows with every seek: answers to what was asked before are dropped. */
  epoch: number;
  records: FetchedRecords | null;
  inFlight: boolean;
  notBeforeMs: number;
  maxBytes: number;
  compressionRatio: number | undefined;
  /** Nearer replica to read from (KIP-392), until then. */
  replica: { readonly node: number; readonly untilMs: number } | null;
  /** What can be read at most, as of the last answer. */
  logEnd: number | null;
  /** Offset of a batch that could not be decoded once: it is fetched again, but not a third time. */
  corruptAt: number | null;
}

/** After so many answers without records, one after the other, brokers are let wait longer. */
const IDLE_ANSWERS = 10;
const IDLE_WAIT_FACTOR = 3;

/** Memory of records that were handed out. */
interface HandedOut {
  /** Of fetch answers and columns. */
  readonly pooled: ArrayBufferLike[];
  readonly decompressed: ArrayBuffer[];
}

interface Asked {
  readonly partition: ReadPartition;
  readonly epoch: number;
  readonly offset: number;
}

/**
 * Reads partitions from wherever their leaders are: one fetch at a time for each broker, asked as soon as all it gave before
 * was taken, so that it comes in while that is processed. Works in the background but starts nothing by itself: its owner
 * calls `maintain` and `take` in turn and sleeps until `onChange` or `dueMs`. Retries for ever what may pass.
 */
export class Fetcher {
  private readonly partitions = new Map<string, ReadPartition>();
  private readonly busyNodes = new Set<number>();
  private readonly backoff: Backoff;
  private lookingUp = false;
  private lookUpNotBeforeMs = 0;
  private failure: ConnectError | null = null;
  /** Answers without records since the last one with any, or since it changed what is read. */
  private emptyAnswers = 0;
  /** Partitions that still have records in a fetch answer. */
  private readonly unread = new Map<Buffer, number>();
  /** What was taken last. */
  private handedOut: HandedOut = { pooled: [], decompressed: [] };

  constructor(
    private readonly cluster: Cluster,
    private readonly metadata: MetadataView,
    private readonly config: FetcherConfig,
    private readonly log: Logger,
    private readonly onChange: () => void,
  ) {
    this.backoff = new Backoff(cluster.config.retryBackoffMs, cluster.config.retryBackoffMaxMs);
  }

  /** Reads `tp` too, from `nextOffset`; null: from where `auto.offset.reset` says. Throws ConnectError with reset `none`. */
  add(tp: TopicPartition, nextOffset: number | null): void {
    const partition: ReadPartition = {
      topic: tp.topic,
      partition: tp.partition,
      position: nextOffset,
      reset: null,
      paused: false,
      epoch: 0,
      records: null,
      inFlight: false,
      notBeforeMs: 0,
      maxBytes: this.config.maxPartitionBytes,
      compressionRatio: undefined,
      replica: null,
      logEnd: null,
      corruptAt: null,
    };
    this.emptyAnswers = 0;
    if (nextOffset === null) this.resetPosition(partition, "Undefined offset with no reset policy for partitions");
    this.partitions.set(topicPartitionKey(tp), partition);
  }

  remove(tp: TopicPartition): void {
    const key = topicPartitionKey(tp);
    const partition = this.partitions.get(key);
    if (partition !== undefined) {
      partition.epoch++;
      // records that nobody takes: their answer is left to the garbage collector
      if (partition.records !== null) this.unread.delete(partition.records.buffer);
    }
    this.partitions.delete(key);
  }

  list(): TopicPartition[] {
    return [...this.partitions.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Offset to read next; null while it is looked up. Throws ConnectError `fatal` for a partition that is not read. */
  position(tp: TopicPartition): number | null {
    return this.find(tp).position;
  }

  seek(tp: TopicPartition, nextOffset: number): void {
    const partition = this.find(tp);
    partition.epoch++;
    if (partition.records !== null) this.unread.delete(partition.records.buffer);
    partition.position = nextOffset;
    partition.reset = null;
    partition.records = null;
    partition.notBeforeMs = 0;
    partition.corruptAt = null;
  }

  pause(tp: TopicPartition): void {
    this.find(tp).paused = true;
  }

  resume(tp: TopicPartition): void {
    this.find(tp).paused = false;
  }

  paused(): TopicPartition[] {
    const paused = [...this.partitions.values()].filter((partition) => partition.paused);
    return paused.map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Log end minus position, of the partitions for which both are known. */
  lag(): { topic: string; partition: number; lag: number }[] {
    const known: { topic: string; partition: number; lag: number }[] = [];
    for (const { topic, partition, position, logEnd } of this.partitions.values()) {
      if (position !== null && logEnd !== null) known.push({ topic, partition, lag: Math.max(0, logEnd - position) });
    }
    return known;
  }

  /** Asks for what is missing. Throws ConnectError for what no retry can mend. */
  maintain(nowMs: number): void {
    if (this.failure !== null) {
      const failure = this.failure;
      this.failure = null;
      throw failure;
    }
    const lost = [...this.partitions.values()].filter((partition) => partition.reset !== null);
    if (lost.length > 0 && !this.lookingUp && nowMs >= this.lookUpNotBeforeMs) {
      this.lookingUp = true;
      void this.lookUp(lost);
    }
    for (const [node, partitions] of this.fetchable(nowMs)) {
      this.busyNodes.add(node);
      void this.fetch(node, partitions);
    }
  }

  /** When `maintain` has something to do that no answer announces. */
  dueMs(): number {
    let due = Infinity;
    for (const partition of this.partitions.values()) {
      if (partition.reset !== null && !this.lookingUp) due = Math.min(due, this.lookUpNotBeforeMs);
      else if (isReadable(partition) && !partition.inFlight && partition.notBeforeMs > 0) {
        due = Math.min(due, partition.notBeforeMs);
      }
    }
    return due;
  }

  /** Records that have come, of partitions not paused; none if there are none. Throws ConnectError for those that cannot be read. */
  async take(): Promise<PartitionBatch[]> {
    const taken: PartitionBatch[] = [];
    const before = this.handedOut;
    this.handedOut = { pooled: [], decompressed: [] };
    let bytes = 0;
    for (const [key, partition] of [...this.partitions]) {
      const { records } = partition;
      if (records === null || partition.paused) continue;
      if (bytes >= this.config.takeBytes) break;
      const batches = await this.takeFrom(partition, records, this.config.takeBytes - bytes);
      taken.push(...batches);
      bytes += sizeOf(batches);
      // the others come first the next time
      if (this.partitions.get(key) !== partition) continue;
      this.partitions.delete(key);
      this.partitions.set(key, partition);
    }
    this.reuse(before, taken);
    return taken;
  }

  /** What was handed out `before` is read no more; `taken` is what is handed out now. */
  private reuse(before: HandedOut, taken: readonly PartitionBatch[]): void {
    if (!this.config.reuseBuffers) return;
    if (taken.length === 0) {
      this.handedOut.pooled.push(...before.pooled);
      this.handedOut.decompressed.push(...before.decompressed);
      return;
    }
    for (const { columns } of taken) this.handedOut.pooled.push(columns.offsets.buffer);
    if ([...this.partitions.values()].some(({ paused }) => paused)) return;
    for (const memory of before.pooled) fetchBuffers.give(memory);
    // Freed at once: V8 does not know of most of them, and would leave a hundred megabytes of them lying about.
    for (const memory of before.decompressed) memory.transfer(0);
  }

  /** A partition has taken all that it had in a fetch answer. */
  private finished(buffer: Buffer): void {
    const left = (this.unread.get(buffer) ?? 0) - 1;
    if (left > 0) this.unread.set(buffer, left);
    else if (this.unread.delete(buffer)) this.handedOut.pooled.push(buffer.buffer);
  }

  private async takeFrom(
    partition: ReadPartition,
    records: FetchedRecords,
    limitBytes: number,
  ): Promise<PartitionBatch[]> {
    const { epoch } = partition;
    try {
      const batches = await records.take(limitBytes);
      this.handedOut.decompressed.push(...records.decompressed.splice(0));
      if (partition.epoch !== epoch) return [];
      if (records.drained && batches.length === 0 && records.nextOffset === partition.position) {
        // not even one whole batch came
        partition.maxBytes = Math.min(partition.maxBytes * 2, 0x7fff_ffff);
      }
      partition.position = records.nextOffset;
      partition.compressionRatio = records.compressionRatio;
      if (records.drained) {
        partition.records = null;
        this.finished(records.buffer);
      }
      return batches;
    } catch (error) {
      const { topic } = partition;
      const offset = records.nextOffset;
      partition.records = null;
      this.unread.delete(records.buffer);
      partition.position = offset;
      if (partition.corruptAt !== offset) {
        this.log.warn("Records cannot be read and are fetched once more", {
          topic,
          partition: partition.partition,
          offset,
          error,
        });
        partition.corruptAt = offset;
        return [];
      }
      const tp = topicPartitionKey(partition);
      throw new ConnectError(
        "fatal",
        `Received exception when fetching the next record from ${tp}. If needed, please seek past the record to continue consumption.`,
        {
          cause: error,
          at: { topic, partition: partition.partition, offset },
          javaClass: "org.apache.kafka.common.KafkaException",
        },
      );
    }
  }

  /** Partitions to ask for, by node: nodes that are not busy and have given nothing that still waits to be taken. */
  private fetchable(nowMs: number): Map<number, ReadPartition[]> {
    const byNode = new Map<number, ReadPartition[]>();
    const full = new Set<number>();
    for (const partition of this.partitions.values()) {
      if (!isReadable(partition)) continue;
      const node = this.nodeFor(partition, nowMs);
      if (partition.records !== null) full.add(node);
      if (nowMs >= partition.notBeforeMs) partition.notBeforeMs = 0;
      if (partition.records !== null || partition.inFlight || nowMs < partition.notBeforeMs) continue;
      if (node < 0) this.metadata.requestUpdate();
      else if (!this.busyNodes.has(node)) byNode.set(node, [...(byNode.get(node) ?? []), partition]);
    }
    for (const node of full) byNode.delete(node);
    return byNode;
  }

  private nodeFor(partition: ReadPartition, nowMs: number): number {
    if (partition.replica !== null && nowMs >= partition.replica.untilMs) partition.replica = null;
    return partition.replica?.node ?? this.metadata.leader(partition.topic, partition.partition);
  }

  private async fetch(node: number, partitions: readonly ReadPartition[]): Promise<void> {
    const asked: Asked[] = partitions.map((partition) => {
      partition.inFlight = true;
      partition.notBeforeMs = 0;
      return { partition, epoch: partition.epoch, offset: partition.position! };
    });
    const wanted = asked.map(({ partition: { topic, partition, maxBytes }, offset }) => {
      return { topic, partition, fetchOffset: offset, maxBytes };
    });
    try {
      const options = { ...this.config, maxWaitMs: this.waitMs };
      const request = fetchRequest(wanted, options, this.cluster.config.requestTimeoutMs);
      const answer = await this.cluster.send({ node }, request, "fetch");
      this.emptyAnswers++;
      this.accept(asked, answer);
      this.backoff.reset();
    } catch (error) {
      this.fetchFailed(node, partitions, error);
    } finally {
      for (const partition of partitions) partition.inFlight = false;
      this.busyNodes.delete(node);
      this.onChange();
    }
  }

  /**
   * How long a broker may wait for records. It answers as soon as there is a byte, so a longer wait costs an idle topic less and
   * delays no record; what it delays is the first fetch of a partition that comes in the meantime.
   */
  private get waitMs(): number {
    const { maxWaitMs, minBytes } = this.config;
    return minBytes <= 1 && this.emptyAnswers >= IDLE_ANSWERS ? maxWaitMs * IDLE_WAIT_FACTOR : maxWaitMs;
  }

  private fetchFailed(node: number, partitions: readonly ReadPartition[], error: unknown): void {
    const problem = translateKafkaError(error);
    if (problem.kind !== "retriable") {
      this.failure = problem;
      return;
    }
    this.log.debug("Fetch failed", { node, reason: problem.message });
    const notBeforeMs = Date.now() + this.backoff.next();
    for (const partition of partitions) {
      partition.notBeforeMs = notBeforeMs;
      partition.replica = null;
    }
    this.metadata.requestUpdate();
  }

  private accept(asked: readonly Asked[], answer: FetchAnswer): void {
    if (answer.errorCode !== ErrorCode.none) {
      throw new ConnectError("retriable", `The fetch failed: ${errorName(answer.errorCode)}`);
    }
    const answers = new Map(answer.partitions.map((fetched) => [topicPartitionKey(fetched), fetched]));
    for (const one of asked) {
      const fetched = answers.get(topicPartitionKey(one.partition));
      if (fetched === undefined || one.partition.epoch !== one.epoch) continue;
      if (fetched.errorCode === ErrorCode.none) this.acceptRecords(one, fetched, answer.buffer);
      else this.acceptError(one, fetched.errorCode);
    }
  }

  private acceptRecords({ partition, offset }: Asked, fetched: FetchedPartition, buffer: Buffer): void {
    partition.logEnd = this.config.readCommitted ? fetched.lastStableOffset : fetched.highWatermark;
    if (fetched.end > fetched.start) {
      this.emptyAnswers = 0;
      partition.records = new FetchedRecords(
        partition,
        buffer,
        fetched,
        offset,
        this.config,
        partition.compressionRatio,
      );
      if (this.config.reuseBuffers) this.unread.set(buffer, (this.unread.get(buffer) ?? 0) + 1);
    }
    if (fetched.preferredReplica >= 0) {
      partition.replica = {
        node: fetched.preferredReplica,
        untilMs: Date.now() + this.cluster.config.metadataMaxAgeMs,
      };
    }
  }

  private acceptError({ partition, offset }: Asked, errorCode: number): void {
    const { topic } = partition;
    const at = { topic, partition: partition.partition, offset };
    const fromReplica = partition.replica !== null;
    partition.replica = null;
    switch (errorCode) {
      case ErrorCode.offsetOutOfRange:
        if (fromReplica) return;
        this.resetPosition(
          partition,
          "Fetch position is out of range and no reset policy is configured for partitions",
        );
        this.log.info(
          `Fetch position is out of range for partition, resetting offset to ${partition.reset ?? "?"}`,
          at,
        );
        partition.position = null;
        return;
      case ErrorCode.topicAuthorizationFailed:
        this.failure = new ConnectError("fatal", `Not authorized to access topics: [${topic}]`, {
          at,
          javaClass: "org.apache.kafka.common.errors.TopicAuthorizationException",
        });
        return;
      case ErrorCode.corruptMessage:
        this.failure = new ConnectError(
          "fatal",
          `Encountered corrupt message when fetching offset ${offset} for topic-partition ${topicPartitionKey(partition)}`,
          { at, javaClass: "org.apache.kafka.common.KafkaException" },
        );
        return;
      default:
        // the leader moved or is not ready, the topic is gone or comes back: new metadata will tell
        this.log.debug("Partition cannot be fetched at present", { ...at, error: errorName(errorCode) });
        partition.notBeforeMs = Date.now() + this.cluster.config.retryBackoffMs;
        this.metadata.requestUpdate();
    }
  }

  private resetPosition(partition: ReadPartition, problem: string): void {
    if (this.config.offsetReset === "none") {
      throw new ConnectError("fatal", `${problem}: [${topicPartitionKey(partition)}]`, {
        at: { topic: partition.topic, partition: partition.partition },
        javaClass: "org.apache.kafka.clients.consumer.NoOffsetForPartitionException",
      });
    }
    partition.reset = this.config.offsetReset;
  }

  private async lookUp(partitions: readonly ReadPartition[]): Promise<void> {
    const epochs = new Map(partitions.map((partition) => [partition, partition.epoch]));
    try {
      for (const [reset, group] of Map.groupBy(partitions, (partition) => partition.reset)) {
        const timestampMs = reset === "latest" ? LATEST : EARLIEST;
        const found = await lookUpOffsets(this.cluster, this.metadata, group, timestampMs, this.config.readCommitted);
        for (const partition of group) {
          const offset = found.get(topicPartitionKey(partition));
          if (offset === undefined || partition.epoch !== epochs.get(partition)) continue;
          partition.position = offset;
          partition.reset = null;
          const { topic } = partition;
          this.log.info("Resetting offset for partition", { topic, partition: partition.partition, offset });
        }
      }
    } catch (error) {
      this.failure = translateKafkaError(error);
    } finally {
      this.lookingUp = false;
      const complete = partitions.every((partition) => partition.reset === null);
      if (!complete) this.lookUpNotBeforeMs = Date.now() + this.backoff.next();
      this.onChange();
    }
  }

  private find(tp: TopicPartition): ReadPartition {
    const partition = this.partitions.get(topicPartitionKey(tp));
    if (partition === undefined) {
      throw new ConnectError("fatal", `No current assignment for partition ${topicPartitionKey(tp)}`, {
        at: { topic: tp.topic, partition: tp.partition },
        javaClass: "java.lang.IllegalStateException",
      });
    }
    return partition;
  }
}

function isReadable(partition: ReadPartition): boolean {
  return !partition.paused && partition.position !== null;
}

/** Bytes from the first key to the last header of each batch: what its rows span. */
function sizeOf(batches: readonly PartitionBatch[]): number {
  let bytes = 0;
  for (const { columns } of batches) {
    if (columns.count > 0) bytes += columns.headersStart[columns.count - 1]! - columns.keyStart[0]!;
  }
  return bytes;
}
