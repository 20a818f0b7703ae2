import { compareText, inOrder, noPartitions, type Assignor } from "./assignor.js";

/** Java's RoundRobinAssignor: all partitions, by topic name, dealt out in turn to those who subscribe to them. */
export const roundRobinAssignor: Assignor = {
  name: "roundrobin",
  cooperative: false,
  userData: () => null,
  assign: (members, partitionCounts) => {
    const assignment = noPartitions(members);
    const circle = inOrder(members);
    let turn = 0;
    const topics = [...partitionCounts].sort(([a], [b]) => compareText(a, b));
    for (const [topic, count] of topics) {
      if (!circle.some((member) => member.topics.includes(topic))) continue;
      for (let partition = 0; partition < count; partition++) {
        while (!circle[turn % circle.length]!.topics.includes(topic)) turn++;
        assignment.get(circle[turn++ % circle.length]!.memberId)!.push({ topic, partition });
      }
    }
    return assignment;
  },
};
