import { topicPartitionKey, type TopicPartition } from "../../api/index.js";
import { compareText, inOrder, type GroupMemberView } from "./assignor.js";

/** A member with what it says it owns, and in which generation it was given that (-1: unknown, an old claim). */
export interface StickyMember extends GroupMemberView {
  readonly claimed: readonly TopicPartition[];
  readonly claimedIn: number;
}

interface Holder {
  readonly member: StickyMember;
  readonly partitions: Map<string, TopicPartition>;
}

/**
 * Balanced, and as near to what members own as that allows: the aims of Java's `AbstractStickyAssignor`. Members may subscribe to
 * different topics. Claims count in the newest generation only where two members claim one partition.
 */
export function assignSticky(
  members: readonly StickyMember[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const ordered = inOrder(members) as StickyMember[];
  const holders = ordered.map((member): Holder => ({ member, partitions: new Map() }));
  const owners = acceptedClaims(holders, partitionCounts);
  for (const [key, { holder, tp }] of owners) holder.partitions.set(key, tp);
  const free = allPartitions(partitionCounts).filter((tp) => !owners.has(topicPartitionKey(tp)));
  for (const tp of free) {
    const holder = lightest(holders, tp.topic);
    holder?.partitions.set(topicPartitionKey(tp), tp);
  }
  balance(holders);
  return new Map(
    holders.map(({ member, partitions }) => [member.memberId, [...partitions.values()].sort(byPartition)]),
  );
}

function allPartitions(partitionCounts: ReadonlyMap<string, number>): TopicPartition[] {
  const topics = [...partitionCounts].sort(([a], [b]) => compareText(a, b));
  return topics.flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
}

/** Who keeps what: a partition that exists, whose topic the claimant still wants, claimed last and by one member only. */
function acceptedClaims(
  holders: readonly Holder[],
  partitionCounts: ReadonlyMap<string, number>,
): Map<string, { holder: Holder; tp: TopicPartition }> {
  const claims = new Map<string, { holder: Holder; tp: TopicPartition; generation: number; disputed: boolean }>();
  for (const holder of holders) {
    const { topics, claimed, claimedIn: generation } = holder.member;
    for (const tp of claimed) {
      const key = topicPartitionKey(tp);
      const rival = claims.get(key);
      if (!topics.includes(tp.topic) || tp.partition >= (partitionCounts.get(tp.topic) ?? 0)) continue;
      if (rival === undefined || generation > rival.generation)
        claims.set(key, { holder, tp, generation, disputed: false });
      else if (generation === rival.generation) rival.disputed = true;
    }
  }
  return new Map([...claims].filter(([, claim]) => !claim.disputed));
}

function lightest(holders: readonly Holder[], topic: string): Holder | null {
  let found: Holder | null = null;
  for (const holder of holders) {
    if (!holder.member.topics.includes(topic)) continue;
    if (found === null || holder.partitions.size < found.partitions.size) found = holder;
  }
  return found;
}

/** Moves single partitions from those with most to those with least, until no move makes two members more equal. */
function balance(holders: readonly Holder[]): void {
  for (let moved = true; moved;) {
    moved = false;
    const heaviest = [...holders].sort((a, b) => b.partitions.size - a.partitions.size);
    for (const from of heaviest) {
      const move = bestMove(from, holders);
      if (move === null) continue;
      const [key, tp, to] = move;
      from.partitions.delete(key);
      to.partitions.set(key, tp);
      moved = true;
      break;
    }
  }
}

/** The last partitions go first, so that what a member has longest stays. */
function bestMove(from: Holder, holders: readonly Holder[]): [string, TopicPartition, Holder] | null {
  const least = Math.min(...holders.map(({ partitions }) => partitions.size));
  let best: [string, TopicPartition, Holder] | null = null;
  for (const [key, tp] of [...from.partitions].reverse()) {
    if (best?.[2].partitions.size === least) break;
    const to = lightest(holders, tp.topic);
    if (to === null || from.partitions.size - to.partitions.size < 2) continue;
    if (best === null || to.partitions.size < best[2].partitions.size) best = [key, tp, to];
  }
  return best;
}

function byPartition(a: TopicPartition, b: TopicPartition): number {
  return compareText(a.topic, b.topic) || a.partition - b.partition;
}
