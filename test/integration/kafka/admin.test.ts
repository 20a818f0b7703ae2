import assert from "node:assert/strict";
import { createAdmin } from "../../../runtime/kafka/admin.js";
import type { KafkaAdmin } from "../../../runtime/kafka/seam.js";
import {
  alterConnectorOffsets,
  listConnectorOffsets,
  resetConnectorOffsets,
} from "../../../runtime/storage/connector-offsets.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { silentLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";

const noHook = (): Promise<boolean> => Promise.resolve(false);

describe("kafka/admin", () => {
  let admin: KafkaAdmin;
  before(async () => {
    admin = createAdmin({ "bootstrap.servers": await sharedBootstrap() }, silentLogger);
  });
  after(() => admin.close());

  it("createTopic() says whether it made the topic, with settings and the broker's defaults", async () => {
    const name = uniqueName("created");
    const topic = { name, partitions: 3, replicationFactor: -1, configs: { "cleanup.policy": "compact" } };
    assert.equal(await admin.createTopic(topic), true);
    assert.equal(await admin.createTopic(topic), false);
    assert.equal(await admin.topicConfig(name, "cleanup.policy"), "compact");
    assert.deepEqual(await admin.describeTopics([name, uniqueName("missing")]), new Map([[name, 3]]));
    assert.ok((await admin.listTopics()).includes(name));
    assert.match(await admin.clusterId(), /^[\w-]{22}$/);
  });

  it("createTopic() fails with the broker's reason", async () => {
    const name = uniqueName("created");
    await assert.rejects(admin.createTopic({ name, partitions: 1, replicationFactor: 5 }), {
      kind: "fatal",
      javaClass: "org.apache.kafka.common.errors.InvalidReplicationFactorException",
      message: /replication factor/,
    });
    await assert.rejects(admin.createTopic({ name: "a b", partitions: 1, replicationFactor: 1 }), {
      javaClass: "org.apache.kafka.common.errors.InvalidTopicException",
    });
  });

  it("group offsets are altered, listed and forgotten, by partition or with the group", async () => {
    const topic = await newTopic("offsets", 3);
    const group = uniqueName("group");
    assert.deepEqual(await admin.listGroupOffsets(group), []);
    const at = (partition: number, nextOffset: number) => ({ topic, partition, nextOffset, note: "" });
    await admin.alterGroupOffsets(group, [at(0, 5), at(2, 7)]);
    await admin.alterGroupOffsets(group, [at(2, 8)]);
    const listed = [...(await admin.listGroupOffsets(group))].sort((a, b) => a.partition - b.partition);
    assert.deepEqual(listed, [at(0, 5), at(2, 8)]);
    await admin.deleteGroupOffsets(group, [{ topic, partition: 0 }]);
    assert.deepEqual(await admin.listGroupOffsets(group), [at(2, 8)]);
    await admin.deleteGroup(group);
    assert.deepEqual(await admin.listGroupOffsets(group), []);
    await admin.deleteGroup(group);
    await assert.rejects(admin.alterGroupOffsets(group, [at(3, 1)]), { kind: "not-found" });
  });

  it("a group with members keeps its offsets", async () => {
    const topic = await newTopic("offsets", 1);
    const group = uniqueName("group");
    const consumer = (await sharedKafka()).client.consumer({ groupId: group, maxWaitTimeInMs: 100 });
    await consumer.connect();
    try {
      await consumer.subscribe({ topic, fromBeginning: true });
      const joined = new Promise<unknown>((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
      await joined;
      const rebalancing = { kind: "rebalancing" };
      await assert.rejects(admin.alterGroupOffsets(group, [{ topic, partition: 0, nextOffset: 1 }]), rebalancing);
      await assert.rejects(admin.deleteGroupOffsets(group, [{ topic, partition: 0 }]), rebalancing);
      await assert.rejects(admin.deleteGroup(group), rebalancing);
      const zombie = (verb: string): object => ({
        kind: "fatal",
        message: new RegExp(
          `^Failed to ${verb} consumer group offsets for connector c either because its tasks haven't stopped completely yet`,
        ),
      });
      const changes = [{ topic, partition: 0, nextOffset: 1 }];
      await assert.rejects(alterConnectorOffsets(admin, "c", group, changes, noHook), zombie("alter"));
      const forget = [{ topic, partition: 0, nextOffset: null }];
      await assert.rejects(alterConnectorOffsets(admin, "c", group, forget, noHook), zombie("alter"));
      await assert.rejects(resetConnectorOffsets(admin, "c", group, noHook), zombie("reset"));
    } finally {
      await consumer.disconnect();
    }
  });

  it("alterConnectorOffsets() and resetConnectorOffsets() answer as Connect does", async () => {
    const topic = await newTopic("offsets", 2);
    const group = uniqueName("connect");
    const changes = [
      { topic, partition: 0, nextOffset: 2 },
      { topic, partition: 1, nextOffset: 3 },
    ];
    const hooked = (): Promise<boolean> => Promise.resolve(true);
    assert.equal(
      await alterConnectorOffsets(admin, "c", group, changes, hooked),
      "The offsets for this connector have been altered successfully",
    );
    const forget = [{ topic, partition: 1, nextOffset: null }];
    assert.match(
      await alterConnectorOffsets(admin, "c", group, forget, noHook),
      /^The Connect framework-managed offsets for this connector have been altered successfully\. However, /,
    );
    assert.deepEqual(await listConnectorOffsets(admin, "c", group), [
      { partition: { kafka_topic: topic, kafka_partition: 0 }, offset: { kafka_offset: 2 } },
    ]);
    for (const times of [1, 2])
      assert.match(
        await resetConnectorOffsets(admin, "c", group, noHook),
        /have been reset successfully\./,
        `${times}`,
      );
    assert.deepEqual(await listConnectorOffsets(admin, "c", group), []);
    const unknown = [{ topic: uniqueName("missing"), partition: 0, nextOffset: 1 }];
    await assert.rejects(alterConnectorOffsets(admin, "c", group, unknown, noHook), {
      message: "Failed to alter consumer group offsets for connector c",
    });
    const negative = [{ topic, partition: 0, nextOffset: -1 }];
    await assert.rejects(alterConnectorOffsets(admin, "c", group, negative, noHook), {
      message: "Failed to modify offsets for sink connector c",
    });
  });
});
