import type { TopicPartition } from "../../api/index.js";
import type { MemberSubscription } from "../consumer-protocol.js";

export interface GroupMemberView extends MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** How the leader of a group divides partitions, under the name that all members agree on. */
export interface Assignor {
  readonly name: string;
  /** Members keep what they own while they rebalance, and give up only what they are told to (KIP-429). */
  readonly cooperative: boolean;
  /** What to add to our subscription: `owned` was assigned in `generation` (-1: never). */
  userData(owned: readonly TopicPartition[], generation: number): Uint8Array | null;
  /** `partitionCounts` by topic, of the topics that exist. Every member has an entry in the answer. */
  assign(
    members: readonly GroupMemberView[],
    partitionCounts: ReadonlyMap<string, number>,
  ): Map<string, TopicPartition[]>;
}

/**
 * Java's `MemberInfo` order: members with an instance id first, by it; the others by member id. Same order on both sides
 * gives the same partitions after a restart.
 */
export function inOrder(members: readonly GroupMemberView[]): GroupMemberView[] {
  return [...members].sort((a, b) => {
    if (a.groupInstanceId !== null && b.groupInstanceId !== null)
      return compareText(a.groupInstanceId, b.groupInstanceId);
    if (a.groupInstanceId !== null) return -1;
    if (b.groupInstanceId !== null) return 1;
    return compareText(a.memberId, b.memberId);
  });
}

/** By UTF-16 code units, as Java's `String.compareTo`. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function noPartitions(members: readonly GroupMemberView[]): Map<string, TopicPartition[]> {
  return new Map(members.map(({ memberId }) => [memberId, []]));
}
