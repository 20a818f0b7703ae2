import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { topicPartitionKey, type TopicPartition } from "../../../../runtime/api/index.js";
import { assignorsOf, type Assignor, type GroupMemberView } from "../../../../runtime/kafka/assignors/index.js";
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "../../../../runtime/kafka/consumer-protocol.js";
import { projectFolder } from "../../../support/folders.js";

interface GoldenGroup {
  readonly counts: Record<string, number>;
  readonly members: {
    memberId: string;
    groupInstanceId: string | null;
    topics: string[];
    owned: string[];
    generation: number;
  }[];
  readonly range: Record<string, string[]>;
  readonly roundrobin: Record<string, string[]>;
  readonly "cooperative-sticky": Record<string, string[]>;
}

/** Of Kafka's own assignors and protocol classes: test/fixtures/kafka/Assignments.java. */
const goldens = JSON.parse(readFileSync(`${projectFolder}/test/fixtures/kafka/assignments.json`, "utf8")) as {
  groups: GoldenGroup[];
  subscriptions: string[];
  assignments: string[];
};

const [range, roundRobin, sticky, cooperative] = assignorsOf([
  "org.apache.kafka.clients.consumer.RangeAssignor",
  "org.apache.kafka.clients.consumer.RoundRobinAssignor",
  "org.apache.kafka.clients.consumer.StickyAssignor",
  "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
]) as [Assignor, Assignor, Assignor, Assignor];

function partitionOf(key: string): TopicPartition {
  const dash = key.lastIndexOf("-");
  return { topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)) };
}

function viewsOf(group: GoldenGroup): GroupMemberView[] {
  return group.members.map((member) => ({ ...member, userData: null, owned: member.owned.map(partitionOf) }));
}

function keysByMember(assignment: ReadonlyMap<string, readonly TopicPartition[]>): Record<string, string[]> {
  return Object.fromEntries([...assignment].map(([id, partitions]) => [id, partitions.map(topicPartitionKey).sort()]));
}

function kept(
  members: readonly { memberId: string; owned: readonly string[] }[],
  got: Record<string, string[]>,
): number {
  return members.reduce(
    (sum, { memberId, owned }) => sum + owned.filter((key) => got[memberId]!.includes(key)).length,
    0,
  );
}

/** Members after they have done what they were told: they own what they got. */
function settle(
  members: readonly GroupMemberView[],
  assignment: ReadonlyMap<string, TopicPartition[]>,
): GroupMemberView[] {
  return members.map((member) => ({ ...member, owned: assignment.get(member.memberId)!, generation: 9 }));
}

describe("assignors", () => {
  it("range and roundrobin divide as Java's", () => {
    for (const group of goldens.groups) {
      const counts = new Map(Object.entries(group.counts));
      assert.deepEqual(keysByMember(range.assign(viewsOf(group), counts)), ordered(group, group.range));
      assert.deepEqual(keysByMember(roundRobin.assign(viewsOf(group), counts)), ordered(group, group.roundrobin));
    }
  });

  it("cooperative-sticky leaves members as much of what they own as Java's", () => {
    for (const group of goldens.groups.filter(sameTopics)) {
      const got = keysByMember(cooperative.assign(viewsOf(group), new Map(Object.entries(group.counts))));
      assert.equal(kept(group.members, got), kept(group.members, group["cooperative-sticky"]), JSON.stringify(group));
    }
  });

  it("cooperative-sticky gives a partition to nobody while another member still has it", () => {
    for (const group of goldens.groups) {
      const owners = new Map(
        group.members.flatMap(({ memberId, owned }) => owned.map((key) => [key, memberId] as const)),
      );
      const got = keysByMember(cooperative.assign(viewsOf(group), new Map(Object.entries(group.counts))));
      for (const [memberId, keys] of Object.entries(got)) {
        for (const key of keys) assert.equal(owners.get(key) ?? memberId, memberId);
      }
    }
  });

  it("cooperative-sticky gives away every partition once, and evenly, by the second rebalance; then nothing moves", () => {
    for (const group of goldens.groups) {
      const counts = new Map(Object.entries(group.counts));
      let members = viewsOf(group);
      members = settle(members, cooperative.assign(members, counts));
      const second = cooperative.assign(members, counts);
      const wanted = Object.keys(group.counts).filter((topic) => members.some(({ topics }) => topics.includes(topic)));
      const all = wanted.flatMap((topic) => Array.from({ length: group.counts[topic]! }, (_, p) => `${topic}-${p}`));
      assert.deepEqual(Object.values(keysByMember(second)).flat().sort(), all.sort());
      for (const { memberId, topics } of members) {
        assert.ok(second.get(memberId)!.every(({ topic }) => topics.includes(topic)));
      }
      if (sameTopics(group)) {
        const sizes = [...second.values()].map(({ length }) => length);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, JSON.stringify(keysByMember(second)));
      }
      assert.deepEqual(keysByMember(cooperative.assign(settle(members, second), counts)), keysByMember(second));
    }
  });

  it("sticky keeps what members had, told in the assignor's user data, when one of them leaves", () => {
    const counts = new Map([["t", 12]]);
    const named = (memberId: string, owned: TopicPartition[], generation: number): GroupMemberView => {
      const userData = Buffer.from(sticky.userData(owned, generation)!);
      return { memberId, groupInstanceId: null, topics: ["t"], owned: [], generation: null, userData };
    };
    const first = sticky.assign(
      ["a", "b", "c"].map((id) => named(id, [], -1)),
      counts,
    );
    const second = sticky.assign(
      ["a", "b"].map((id) => named(id, first.get(id)!, 1)),
      counts,
    );
    for (const id of ["a", "b"]) {
      assert.equal(second.get(id)!.length, 6);
      const keys = second.get(id)!.map(topicPartitionKey);
      assert.ok(first.get(id)!.every((tp) => keys.includes(topicPartitionKey(tp))));
    }
  });

  it("cooperative-sticky believes the claim of the newest generation", () => {
    const owned = [0, 1].map((partition) => ({ topic: "t", partition }));
    const member = (memberId: string, generation: number): GroupMemberView => {
      return { memberId, groupInstanceId: null, topics: ["t"], owned, generation: null, userData: told(generation) };
    };
    const told = (generation: number): Buffer => Buffer.from(cooperative.userData([], generation)!);
    const got = keysByMember(cooperative.assign([member("old", 3), member("new", 4)], new Map([["t", 2]])));
    assert.equal(got["new"]!.length, 1);
    assert.equal(got["old"]!.length, 1);
  });

  it("all assign every partition to a subscriber, whatever the group", () => {
    const topic = fc.constantFrom("a", "b", "c");
    const member = fc.record({
      topics: fc.uniqueArray(topic),
      owned: fc.uniqueArray(fc.nat(5)),
      generation: fc.nat(3),
    });
    const property = fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), fc.nat(6), (drawn, count) => {
      const members = drawn.map(({ topics, owned, generation }, index): GroupMemberView => {
        const claims = topics.flatMap((name) => owned.map((partition) => ({ topic: name, partition })));
        return { memberId: `m${index}`, groupInstanceId: null, topics, owned: claims, generation, userData: null };
      });
      const counts = new Map(["a", "b", "c"].map((name) => [name, count]));
      const wanted = [...counts.keys()].filter((name) => members.some(({ topics }) => topics.includes(name)));
      for (const assignor of [range, roundRobin, sticky]) {
        const keys = Object.values(keysByMember(assignor.assign(members, counts))).flat();
        assert.equal(new Set(keys).size, keys.length, assignor.name);
        assert.equal(keys.length, wanted.length * count, assignor.name);
      }
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("assignorsOf() names the classes that are built in when it does not know one", () => {
    assert.throws(() => assignorsOf(["com.example.Mine"]), {
      kind: "config",
      message: /com\.example\.Mine is not supported/,
    });
  });
});

function sameTopics({ members }: GoldenGroup): boolean {
  return members.every(({ topics }) => topics.join() === members[0]!.topics.join());
}

/** Java's answer in the order of the members. */
function ordered(group: GoldenGroup, assigned: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(group.members.map(({ memberId }) => [memberId, assigned[memberId]!]));
}

describe("consumer-protocol", () => {
  const owned = [0, 2].map((partition) => ({ topic: "ta", partition }));

  it("decodeSubscription() reads all of Java's versions", () => {
    const userData = Buffer.from([0, 0, 0, 9]);
    goldens.subscriptions.forEach((hex, version) => {
      assert.deepEqual(decodeSubscription(Buffer.from(hex, "hex")), {
        topics: ["ta", "té"],
        userData,
        owned: version >= 1 ? owned : [],
        generation: version >= 2 ? 9 : null,
      });
    });
  });

  it("encodeSubscription() writes Java's version 1", () => {
    const bytes = encodeSubscription({ topics: ["ta", "té"], userData: Buffer.from([0, 0, 0, 9]), owned });
    assert.equal(bytes.toString("hex"), goldens.subscriptions[1]);
  });

  it("assignments are written as Java's version 1, and read in all its versions", () => {
    const partitions = [...owned, { topic: "tb", partition: 1 }];
    assert.equal(encodeAssignment(partitions).toString("hex"), goldens.assignments[1]);
    for (const hex of goldens.assignments) assert.deepEqual(decodeAssignment(Buffer.from(hex, "hex")), partitions);
    assert.deepEqual(decodeAssignment(Buffer.alloc(0)), []);
  });
});
