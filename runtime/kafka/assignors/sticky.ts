import { topicPartitionKey, type TopicPartition } from "../../api/index.js";
import { readPartitions, writePartitions } from "../consumer-protocol.js";
import { WireReader, WireWriter } from "../wire.js";
import type { Assignor, GroupMemberView } from "./assignor.js";
import { assignSticky, type StickyMember } from "./sticky-assignment.js";

/** Java's StickyAssignor: members give up all before they join, and tell what they had in the assignor's user data. */
export const stickyAssignor: Assignor = {
  name: "sticky",
  cooperative: false,
  userData: (owned, generation) => writePartitions(new WireWriter(), owned).int32(generation).finish(),
  assign: (members, partitionCounts) => assignSticky(members.map(stickyClaims), partitionCounts),
};

/**
 * Java's CooperativeStickyAssignor: a partition that moves is given to nobody until its old owner has let go of it, which
 * takes a second rebalance.
 */
export const cooperativeStickyAssignor: Assignor = {
  name: "cooperative-sticky",
  cooperative: true,
  userData: (_owned, generation) => new WireWriter().int32(generation).finish(),
  assign: (members, partitionCounts) => {
    const claims = members.map(cooperativeClaims);
    const assignment = assignSticky(claims, partitionCounts);
    const claimants = new Map<string, string[]>();
    for (const { memberId, claimed } of claims) {
      for (const tp of claimed) {
        const key = topicPartitionKey(tp);
        claimants.set(key, [...(claimants.get(key) ?? []), memberId]);
      }
    }
    const settled = ([memberId, partitions]: [string, TopicPartition[]]): [string, TopicPartition[]] => [
      memberId,
      partitions.filter((tp) => claimants.get(topicPartitionKey(tp))?.includes(memberId) ?? true),
    ];
    return new Map([...assignment].map(settled));
  },
};

function stickyClaims(member: GroupMemberView): StickyMember {
  if (member.userData === null) return { ...member, claimed: [], claimedIn: -1 };
  const reader = new WireReader(member.userData);
  const claimed = readPartitions(reader);
  // version 0 of the user data has no generation
  return { ...member, claimed, claimedIn: reader.remaining >= 4 ? reader.int32() : -1 };
}

function cooperativeClaims(member: GroupMemberView): StickyMember {
  const told = member.userData !== null && member.userData.length >= 4 ? member.userData.readInt32BE(0) : -1;
  return { ...member, claimed: member.owned, claimedIn: member.generation ?? told };
}
