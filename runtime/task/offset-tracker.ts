import { topicPartitionKey, type NextOffsets, type TopicPartition, type TopicPartitionOffset } from "../api/index.js";

/** What a task's `preCommit` answer comes to. */
export interface Committable {
  /** Next offsets to commit for every partition asked about; null when nothing changed since the last commit. */
  readonly offsets: readonly TopicPartitionOffset[] | null;
  /** Offsets of the task that were not taken, with the reason as Connect logs it. */
  readonly ignored: readonly { readonly offset: TopicPartitionOffset; readonly reason: IgnoredReason }[];
}

export type IgnoredReason = "not yet consumed" | "partition not assigned" | "partition not requested";

/**
 * The next offsets of a sink task, by partition: *consumed* (in the batch at hand), *current* (taken by `put`) and *committed*.
 * Dropped and control records count as taken with the batch they came in. Follows `WorkerSinkTask` (origOffsets, currentOffsets,
 * lastCommittedOffsets), except that partitions taken away are forgotten at once.
 */
export class OffsetTracker {
  readonly #consumed = new Map<string, TopicPartitionOffset>();
  readonly #current = new Map<string, TopicPartitionOffset>();
  readonly #committed = new Map<string, TopicPartitionOffset>();
  /** Records between committed and current, over all partitions; null: to be counted anew. */
  #uncommitted: number | null = null;

  /** A partition was assigned, or is to be read from another place: `nextOffset` is current and committed. */
  reset(tp: TopicPartition, nextOffset: number): void {
    const key = topicPartitionKey(tp);
    const offset = { topic: tp.topic, partition: tp.partition, nextOffset };
    this.#current.set(key, offset);
    this.#committed.set(key, offset);
    this.#uncommitted = null;
  }

  /** The batch at hand reaches up to `nextOffset` of `tp`. */
  consumed(tp: TopicPartition, nextOffset: number): void {
    this.#consumed.set(topicPartitionKey(tp), { topic: tp.topic, partition: tp.partition, nextOffset });
  }

  /** `put` has taken the batch at hand. Partitions taken away meanwhile stay forgotten. */
  delivered(): void {
    for (const [key, offset] of this.#consumed) {
      const before = this.#current.get(key);
      if (before === undefined) continue;
      this.#current.set(key, offset);
      if (this.#uncommitted !== null) this.#uncommitted += offset.nextOffset - before.nextOffset;
    }
    this.#consumed.clear();
  }

  /** The batch at hand holds nothing of these partitions any more. */
  dropConsumed(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) this.#consumed.delete(topicPartitionKey(tp));
  }

  forget(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) {
      const key = topicPartitionKey(tp);
      this.#consumed.delete(key);
      this.#current.delete(key);
      this.#committed.delete(key);
    }
    this.#uncommitted = null;
  }

  partitions(): readonly TopicPartition[] {
    return [...this.#current.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** What `preCommit` is asked about: the current next offsets of `partitions`. */
  current(partitions: readonly TopicPartition[]): Map<string, TopicPartitionOffset> {
    return pick(this.#current, partitions);
  }

  committed(partitions: readonly TopicPartition[]): Map<string, TopicPartitionOffset> {
    return pick(this.#committed, partitions);
  }

  /** Goes back to the committed offsets of `partitions` and gives them: where to read on. */
  rewind(partitions: readonly TopicPartition[]): readonly TopicPartitionOffset[] {
    const offsets = this.committed(partitions);
    for (const [key, offset] of offsets) {
      this.#current.set(key, offset);
      this.#consumed.delete(key);
    }
    this.#uncommitted = null;
    return [...offsets.values()];
  }

  /** Judges what `preCommit` answered to `asked`. */
  committable(asked: NextOffsets, answer: NextOffsets): Committable {
    const offsets = pick(this.#committed, [...asked.values()]);
    const ignored: { offset: TopicPartitionOffset; reason: IgnoredReason }[] = [];
    let changed = false;
    for (const offset of answer.values()) {
      const key = topicPartitionKey(offset);
      const committed = offsets.get(key);
      const current = asked.get(key);
      if (committed === undefined || current === undefined) {
        const reason = this.#current.has(key) ? "partition not requested" : "partition not assigned";
        ignored.push({ offset, reason });
      } else if (offset.nextOffset > current.nextOffset) ignored.push({ offset, reason: "not yet consumed" });
      else {
        changed ||= offset.nextOffset !== committed.nextOffset || (offset.note ?? "") !== (committed.note ?? "");
        offsets.set(key, offset);
      }
    }
    return { offsets: changed ? [...offsets.values()] : null, ignored };
  }

  commitSucceeded(offsets: readonly TopicPartitionOffset[]): void {
    for (const offset of offsets) {
      const key = topicPartitionKey(offset);
      if (this.#current.has(key)) this.#committed.set(key, offset);
    }
    this.#uncommitted = null;
  }

  /** Records that were consumed but are not committed, over all partitions: `sink-record-active-count`. */
  activeCount(): number {
    let active = (this.#uncommitted ??= this.#countUncommitted());
    // Asked after every `put`: only what is at hand is looked at, however many partitions there are.
    for (const [key, { nextOffset }] of this.#consumed) {
      const current = this.#current.get(key);
      if (current !== undefined) active += nextOffset - current.nextOffset;
    }
    return Math.max(0, active);
  }

  #countUncommitted(): number {
    let count = 0;
    for (const [key, { nextOffset }] of this.#current)
      count += Math.max(0, nextOffset - (this.#committed.get(key)?.nextOffset ?? nextOffset));
    return count;
  }
}

function pick(
  offsets: ReadonlyMap<string, TopicPartitionOffset>,
  partitions: readonly TopicPartition[],
): Map<string, TopicPartitionOffset> {
  const picked = new Map<string, TopicPartitionOffset>();
  for (const tp of partitions) {
    const key = topicPartitionKey(tp);
    const offset = offsets.get(key);
    if (offset !== undefined) picked.set(key, offset);
  }
  return picked;
}
