import assert from "node:assert/strict";
import { createProducer } from "../../../runtime/kafka/producer.js";
import { ConsumingMember } from "../../support/consuming-member.js";
import { KafkaBroker, uniqueName } from "../../support/kafka-broker.js";
import { KeepingLogger, silentLogger } from "../../support/loggers.js";
import { proxiedBroker, type ProxiedBroker } from "../../support/shared.js";
import { TestKafka } from "../../support/topics.js";
import { waitUntil } from "../../support/wait.js";

describe("kafka/consumer and faults", () => {
  let proxied: ProxiedBroker;
  /** Past the proxy. */
  let kafka: TestKafka;
  let member: ConsumingMember | null = null;
  const log = new KeepingLogger();

  before(async () => {
    proxied = await proxiedBroker();
    kafka = new TestKafka(proxied.broker.bootstrap());
  });

  afterEach(async () => {
    proxied.proxy.setFault({ kind: "pass" });
    await member?.stop();
    member = null;
    log.lines.length = 0;
  });

  async function start(
    topic: string,
    properties: Record<string, string> = {},
    bootstrap = proxied.bootstrap,
  ): Promise<ConsumingMember> {
    const options = { bootstrap, group: uniqueName("group"), subscription: { topics: [topic] } };
    member = ConsumingMember.start({ ...options, commits: true, properties, log });
    await member.read(10);
    return member;
  }

  async function write(topic: string, prefix: string): Promise<void> {
    await kafka.produce(
      topic,
      Array.from({ length: 10 }, (_, i) => ({ value: `${prefix}${i}`, partition: i % 2 })),
    );
  }

  async function filledTopic(): Promise<string> {
    const topic = uniqueName("faults");
    await kafka.createTopic(topic, { partitions: 2 });
    await write(topic, "a");
    return topic;
  }

  async function allCommitted(reading: ConsumingMember, topic: string, nextOffset: number): Promise<void> {
    await waitUntil("all is committed", async () => {
      return [...(await kafka.committedOffsets(reading.group, topic)).values()].every(
        (offset) => offset === nextOffset,
      );
    });
  }

  it("a restart of the broker is survived without a rebalance, each record read once", async () => {
    const topic = await filledTopic();
    const reading = await start(topic);
    await proxied.broker.stop();
    await proxied.broker.restart();
    await write(topic, "b");
    await reading.read(20);
    assert.equal(new Set(reading.values()).size, 20);
    await allCommitted(reading, topic, 10);
    assert.deepEqual(reading.events, [`assigned ${topic}-0,${topic}-1`]);
    // what is wrong is said once, not with every attempt
    assert.ok(log.messages("WARN").length <= 4, log.messages("WARN").join("\n"));
  });

  it("connections that break are opened again", async () => {
    const topic = await filledTopic();
    const reading = await start(topic);
    for (const prefix of ["b", "c", "d"]) {
      const before = reading.records.length;
      proxied.proxy.resetAll();
      await write(topic, prefix);
      await reading.read(before + 10);
    }
    assert.equal(new Set(reading.values()).size, 40);
    assert.equal(reading.events.length, 1);
  });

  it("a broker that does not answer any more is given up after request.timeout.ms, and used again when it does", async () => {
    const topic = await filledTopic();
    const reading = await start(topic, { "request.timeout.ms": "700", "session.timeout.ms": "30000" });
    proxied.proxy.setFault({ kind: "stall" });
    await waitUntil("the silence is noticed", () => log.messages("WARN").length > 0);
    await write(topic, "b");
    proxied.proxy.setFault({ kind: "pass" });
    await reading.read(20);
    assert.equal(new Set(reading.values()).size, 20);
    assert.equal(reading.events.length, 1);
  });

  it("close() ends although the broker does not answer any more, and says what is not committed", async () => {
    const topic = await filledTopic();
    const reading = await start(topic);
    await allCommitted(reading, topic, 5);
    proxied.proxy.setFault({ kind: "stall" });
    await assert.rejects(reading.stop(), { kind: "retriable", message: /could not be committed within/ });
    member = null;
  });

  it("a partition whose leader moves is read on from its new leader, without a rebalance", async () => {
    const topic = await filledTopic();
    const second = await KafkaBroker.start({ joins: proxied.broker });
    try {
      // the second broker is not behind the proxy
      const reading = await start(topic, {}, proxied.broker.bootstrap());
      await kafka.withAdmin(async (admin) => {
        await admin.alterPartitionReassignments({
          topics: [
            { topic, partitionAssignment: [0, 1].map((partition) => ({ partition, replicas: [second.nodeId] })) },
          ],
        });
        await waitUntil("the leaders have moved", async () => {
          const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
          return topics[0]!.partitions.every(({ leader }) => leader === second.nodeId);
        });
      });
      // kafkajs's own producer loses and repeats records when leaders move
      const producer = createProducer({ "bootstrap.servers": proxied.broker.bootstrap() }, silentLogger);
      const sent = Array.from({ length: 10 }, (_, i) =>
        producer.send({ topic, partition: i % 2, key: null, value: Buffer.from(`b${i}`) }),
      );
      await Promise.all(sent).finally(() => producer.close());
      await reading.read(20);
      assert.equal(new Set(reading.values()).size, 20);
      assert.equal(reading.events.length, 1);
    } finally {
      await member?.stop();
      await kafka.deleteTopics([topic]);
      await second.stop();
    }
  });
});
