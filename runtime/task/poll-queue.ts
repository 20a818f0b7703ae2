import { topicPartitionKey, type TopicPartition, type TopicPartitionOffset } from "../api/index.js";
import type { PartitionBatch } from "../kafka/seam.js";
import { sliceColumns } from "./columns.js";

/**
 * What a poll brought and the task has not got yet. One fetch may hold tens of thousands of records; the task gets them in
 * portions of `max.poll.records`, as Connect's would: a record that fails takes only its own portion with it.
 */
export class PollQueue {
  #batches: PartitionBatch[] = [];
  /** Rows of the first batch that were taken. */
  #taken = 0;

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  offer(batches: readonly PartitionBatch[]): void {
    this.#batches.push(...batches);
  }

  /** The next batches or parts of batches with together at most `maxRecords` records. */
  take(maxRecords: number): PartitionBatch[] {
    const portion: PartitionBatch[] = [];
    let room = maxRecords;
    while (room > 0 && this.#batches.length > 0) {
      const part = takeFrom(this.#batches[0]!, this.#taken, room);
      room -= part.columns.count;
      this.#taken += part.columns.count;
      portion.push(part);
      if (this.#taken >= this.#batches[0]!.columns.count) {
        this.#batches.shift();
        this.#taken = 0;
      }
    }
    return portion;
  }

  /**
   * Lets go of what is left of `partitions` (all: null) and gives the first offset of each that was not taken: where to read on,
   * should they be read again.
   */
  drop(partitions: readonly TopicPartition[] | null): TopicPartitionOffset[] {
    const keys = partitions === null ? null : new Set(partitions.map(topicPartitionKey));
    const kept: PartitionBatch[] = [];
    const dropped = new Map<string, TopicPartitionOffset>();
    this.#batches.forEach((batch, index) => {
      const { topic, partition, columns } = batch;
      const from = index === 0 ? this.#taken : 0;
      const key = topicPartitionKey(batch);
      if (keys !== null && !keys.has(key)) kept.push(takeFrom(batch, from, Infinity));
      else if (from < columns.count && !dropped.has(key))
        dropped.set(key, { topic, partition, nextOffset: columns.offsets[from]! });
    });
    this.#batches = kept;
    this.#taken = 0;
    return [...dropped.values()];
  }
}

function takeFrom(batch: PartitionBatch, from: number, maxRecords: number): PartitionBatch {
  const { topic, partition, columns } = batch;
  const to = Math.min(columns.count, from + maxRecords);
  if (from === 0 && to === columns.count) return batch;
  const nextOffset = to === columns.count ? batch.nextOffset : columns.offsets[to - 1]! + 1;
  return { topic, partition, columns: sliceColumns(columns, from, to), nextOffset };
}
