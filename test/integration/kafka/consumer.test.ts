import assert from "node:assert/strict";
import kafkajs from "kafkajs";
import { createConsumer } from "../../../runtime/kafka/consumer.js";
import { javaRegexWhole } from "../../../runtime/api/java-regex.js";
import { ConsumingMember, type MemberOptions } from "../../support/consuming-member.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { KeepingLogger, silentLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";
import type { TestKafka } from "../../support/topics.js";
import { waitUntil } from "../../support/wait.js";

const COOPERATIVE = {
  "partition.assignment.strategy": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
};

describe("kafka/consumer", () => {
  let kafka: TestKafka;
  let bootstrap: string;
  const members: ConsumingMember[] = [];

  before(async () => {
    kafka = await sharedKafka();
    bootstrap = await sharedBootstrap();
  });

  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.stop()));
  });

  function start(options: Partial<MemberOptions> & Pick<MemberOptions, "subscription">): ConsumingMember {
    const member = ConsumingMember.start({ bootstrap, group: uniqueName("group"), ...options });
    members.push(member);
    return member;
  }

  async function fill(topic: string, partitions: number, each: number, prefix = ""): Promise<string[]> {
    const records = Array.from({ length: partitions * each }, (_, i) => ({
      value: `${prefix}${i}`,
      partition: i % partitions,
    }));
    await kafka.produce(topic, records);
    return records.map(({ value }) => value);
  }

  it("poll() gives all records of all partitions, each partition in order, also compressed", async () => {
    const topic = await newTopic("consume", 3);
    const written = await fill(topic, 3, 40);
    await kafka.produce(
      topic,
      Array.from({ length: 30 }, (_, i) => ({ value: `gzip-${i}`, partition: 1 })),
      kafkajs.CompressionTypes.GZIP,
    );
    const member = start({ subscription: { topics: [topic] } });
    await member.read(150);
    assert.deepEqual(
      member
        .values()
        .filter((value) => !value!.startsWith("gzip"))
        .sort(),
      written.sort(),
    );
    for (const partition of [0, 1, 2]) {
      const offsets = member.records.filter((record) => record.partition === partition).map(({ offset }) => offset);
      assert.deepEqual(
        offsets,
        Array.from({ length: partition === 1 ? 70 : 40 }, (_, i) => i),
      );
    }
    assert.deepEqual(member.events, [`assigned ${topic}-0,${topic}-1,${topic}-2`]);
  });

  it("commit() keeps next offsets and notes, and the next member goes on from there", async () => {
    const topic = await newTopic("commit", 2);
    await fill(topic, 2, 5);
    const group = uniqueName("group");
    const member = start({ subscription: { topics: [topic] }, group });
    await member.read(10);
    await member.consumer.commit([{ topic, partition: 0, nextOffset: 3, note: "a note" }]);
    const partitions = [0, 1].map((partition) => ({ topic, partition }));
    assert.deepEqual(await member.consumer.committed(partitions), [
      { topic, partition: 0, nextOffset: 3, note: "a note" },
    ]);
    await member.stop();
    const next = start({ subscription: { topics: [topic] }, group });
    await next.read(7);
    assert.deepEqual(
      next.records.filter(({ partition }) => partition === 0).map(({ offset }) => offset),
      [3, 4],
    );
  });

  it("seek(), pause() and resume() decide what the next polls give", async () => {
    const topic = await newTopic("seek", 2);
    await fill(topic, 2, 5);
    const member = start({ subscription: { topics: [topic] } });
    await member.read(10);
    const [zero, one] = [0, 1].map((partition) => ({ topic, partition })) as [
      { topic: string; partition: number },
      { topic: string; partition: number },
    ];
    member.consumer.pause([zero]);
    member.consumer.seek(zero, 2);
    member.consumer.seek(one, 4);
    await member.read(11);
    await fill(topic, 2, 3, "more-");
    await member.read(14);
    assert.deepEqual(
      member.records.slice(10).map(({ partition, offset }) => [partition, offset]),
      [
        [1, 4],
        [1, 5],
        [1, 6],
        [1, 7],
      ],
    );
    assert.deepEqual(member.consumer.paused(), [zero]);
    assert.equal(member.consumer.position(zero), 2);
    member.consumer.resume([zero]);
    await member.read(20);
    assert.deepEqual(
      member.records.slice(14).map(({ partition, offset }) => [partition, offset]),
      [2, 3, 4, 5, 6, 7].map((offset) => [0, offset]),
    );
    assert.throws(() => member.consumer.position({ topic, partition: 9 }), /No current assignment for partition/);
  });

  for (const [name, properties] of Object.entries({ "eager range": {}, "cooperative-sticky": COOPERATIVE })) {
    it(`members share partitions as they come, leave and die, nothing is left out (${name})`, async () => {
      const topic = await newTopic("share", 4);
      const group = uniqueName("group");
      const member = (): ConsumingMember =>
        start({ subscription: { topics: [topic] }, group, properties, commits: true });
      const first = member();
      await first.until("all partitions are assigned", () => first.assignment().length === 4);
      const second = member();
      await first.until(
        "two partitions moved",
        () => first.assignment().length === 2 && second.assignment().length === 2,
      );
      await fill(topic, 4, 10);
      await waitUntil("all is read", () => first.records.length + second.records.length >= 40);
      await second.stop();
      await first.until("the partitions came back", () => first.assignment().length === 4);
      await fill(topic, 4, 5, "later-");
      await waitUntil("all is read", () => first.records.length + second.records.length >= 60);
      const values = [...first.values(), ...second.values()];
      assert.equal(new Set(values).size, 60);
      assert.equal(values.length, 60);
      if (name !== "eager range")
        assert.ok(first.events.every((event) => event.split(",").length <= 4 && !event.startsWith("lost")));
      const revoked = first.events.find((event) => event.startsWith("revoked"));
      assert.equal(revoked?.split(",").length, name === "eager range" ? 4 : 2);
    });
  }

  it("close() in the middle of joining leaves no member behind", async () => {
    const topic = await newTopic("zombie", 2);
    const group = uniqueName("group");
    for (const delayMs of [0, 3, 8, 20, 60]) {
      const consumer = createConsumer(
        { "bootstrap.servers": bootstrap, "group.id": group, "client.id": "z" },
        silentLogger,
      );
      const nothing = (): Promise<void> => Promise.resolve();
      consumer.subscribe({ topics: [topic] }, { onAssigned: nothing, onRevoked: nothing, onLost: nothing });
      const polling = consumer.poll(10_000);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await consumer.close();
      assert.deepEqual(await polling, []);
      await waitUntil(
        "the group is empty",
        async () => {
          const { groups } = await kafka.withAdmin((admin) => admin.describeGroups([group]));
          return groups[0]!.members.length === 0;
        },
        // a member that was left behind would stay for its session, 45 seconds
        { deadlineMs: 30_000 },
      );
    }
  });

  it("a pattern takes in topics as they come and go", async () => {
    const prefix = uniqueName("pattern");
    const topics = [`${prefix}-a`, `${prefix}-b`, `${prefix}-c`];
    await kafka.createTopic(topics[0]!, { partitions: 1 });
    const pattern = javaRegexWhole(`${prefix}-.`);
    const member = start({ subscription: { pattern }, properties: { "metadata.max.age.ms": "300" } });
    await member.until("the first topic is assigned", () => member.assignment().length === 1);
    await kafka.createTopic(topics[1]!, { partitions: 2 });
    await kafka.createTopic(`${topics[1]!}not`, { partitions: 2 });
    await member.until("the second topic is assigned", () => member.assignment().length === 3);
    await fill(topics[1]!, 2, 2);
    await member.read(4);
    await kafka.deleteTopics([topics[0]!]);
    await member.until("the first topic is gone", () => member.assignment().length === 2);
  });

  it("more partitions of a topic are taken in, and a topic that is created later", async () => {
    const topic = await newTopic("grow", 1);
    const later = uniqueName("later");
    const member = start({ subscription: { topics: [topic, later] }, properties: { "metadata.max.age.ms": "300" } });
    await member.until("the topic is assigned", () => member.assignment().length === 1);
    await kafka.withAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }));
    await member.until("all partitions are assigned", () => member.assignment().length === 3);
    await kafka.createTopic(later);
    await member.until("the other topic is assigned", () => member.assignment().length === 4);
    await fill(topic, 3, 1);
    await member.read(3);
  });

  it("auto.offset.reset decides where a group without offsets begins, and what is out of range", async () => {
    const topic = await newTopic("reset", 1);
    await fill(topic, 1, 10);
    const latest = start({ subscription: { topics: [topic] }, properties: { "auto.offset.reset": "latest" } });
    await latest.until("the topic is assigned", () => latest.events.length === 1);
    assert.equal(latest.consumer.position({ topic, partition: 0 }), 10);
    await fill(topic, 1, 1, "new-");
    await latest.read(1);
    assert.deepEqual(latest.values(), ["new-0"]);

    const none = start({ subscription: { topics: [topic] }, properties: { "auto.offset.reset": "none" } });
    await waitUntil("the poll fails", () => none.failure);
    assert.match(String(none.failure), /Undefined offset with no reset policy for partitions/);

    const log = new KeepingLogger();
    const member = start({ subscription: { topics: [topic] }, log });
    await member.read(11);
    await kafka.withAdmin(async (admin) => {
      await admin.fetchTopicOffsets(topic); // kafkajs wants to have seen the topic
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "8" }] });
    });
    member.consumer.seek({ topic, partition: 0 }, 1);
    await member.read(14);
    assert.deepEqual(
      member.records.slice(11).map(({ offset }) => offset),
      [8, 9, 10],
    );
    assert.ok(log.messages("INFO").some((line) => line.includes("out of range")));
  });

  it("isolation.level decides about records of aborted transactions", async () => {
    const topic = await newTopic("transactions", 1);
    const producer = kafka.client.producer({
      transactionalId: uniqueName("tx"),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    for (const [value, commit] of [
      ["a1", false],
      ["c1", true],
      ["a2", false],
      ["c2", true],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await (commit ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    const committed = start({ subscription: { topics: [topic] }, properties: { "isolation.level": "read_committed" } });
    const uncommitted = start({ subscription: { topics: [topic] } });
    await Promise.all([committed.read(2), uncommitted.read(4)]);
    assert.deepEqual(committed.values(), ["c1", "c2"]);
    assert.deepEqual(uncommitted.values(), ["a1", "c1", "a2", "c2"]);
    await committed.until("the end is reached", () => committed.consumer.lag()[0]?.lag === 0);
    assert.equal(committed.consumer.position({ topic, partition: 0 }), 8);
  });

  it("a member that does not poll in time loses its partitions, learns of it, and comes back", async () => {
    const topic = await newTopic("slow", 1);
    const events: string[] = [];
    const properties = {
      "bootstrap.servers": bootstrap,
      "group.id": uniqueName("group"),
      "client.id": "slow",
      "max.poll.interval.ms": "500",
      "heartbeat.interval.ms": "100",
    };
    const consumer = createConsumer(properties, silentLogger);
    const note = (what: string) => (): Promise<void> => {
      events.push(what);
      return Promise.resolve();
    };
    consumer.subscribe(
      { topics: [topic] },
      { onAssigned: note("assigned"), onRevoked: note("revoked"), onLost: note("lost") },
    );
    try {
      while (events.length < 1) await consumer.poll(100);
      await waitUntil("the group is empty", async () => {
        const { groups } = await kafka.withAdmin((admin) => admin.describeGroups([properties["group.id"]]));
        return groups[0]!.members.length === 0;
      });
      await assert.rejects(consumer.commit([{ topic, partition: 0, nextOffset: 0 }]), { kind: "rebalancing" });
      while (events.length < 3) await consumer.poll(100);
      assert.deepEqual(events, ["assigned", "lost", "assigned"]);
    } finally {
      await consumer.close();
    }
    assert.equal(events.at(-1), "revoked");
  });

  it("a static member finds its partitions again without a rebalance", async () => {
    const topic = await newTopic("static", 2);
    const group = uniqueName("group");
    const member = (name: string): ConsumingMember =>
      start({ subscription: { topics: [topic] }, group, properties: { "group.instance.id": name } });
    const [one, two] = [member("one"), member("two")];
    await one.until("partitions are shared", () => one.assignment().length === 1 && two.assignment().length === 1);
    const [had, events] = [one.assignment(), [...two.events]];
    await one.stop();
    const again = member("one");
    await again.until("partitions are back", () => again.assignment().length === 1);
    assert.deepEqual(again.assignment(), had);
    assert.deepEqual(two.events, events);
    const { groups } = await kafka.withAdmin((admin) => admin.describeGroups([group]));
    assert.equal(groups[0]!.members.length, 2);
  });
});
