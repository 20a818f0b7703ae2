import { inOrder, noPartitions, type Assignor } from "./assignor.js";

/** Java's RangeAssignor without racks: of each topic, a run of neighbouring partitions for each subscriber. */
export const rangeAssignor: Assignor = {
  name: "range",
  cooperative: false,
  userData: () => null,
  assign: (members, partitionCounts) => {
    const assignment = noPartitions(members);
    for (const [topic, count] of partitionCounts) {
      const subscribers = inOrder(members.filter((member) => member.topics.includes(topic)));
      const each = Math.floor(count / subscribers.length);
      const larger = count % subscribers.length;
      let partition = 0;
      subscribers.forEach(({ memberId }, index) => {
        const end = partition + each + (index < larger ? 1 : 0);
        for (; partition < end; partition++) assignment.get(memberId)!.push({ topic, partition });
      });
    }
    return assignment;
  },
};
