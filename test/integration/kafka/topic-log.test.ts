import assert from "node:assert/strict";
import { openTopicLog } from "../../../runtime/kafka/topic-log.js";
import { createAdmin } from "../../../runtime/kafka/admin.js";
import type { TopicLogRecord } from "../../../runtime/kafka/seam.js";
import { KafkaBroker, uniqueName } from "../../support/kafka-broker.js";
import { silentLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";

const text = (record: TopicLogRecord): string =>
  `${record.partition}/${record.offset} ${record.key ?? "null"}=${record.value === null ? "null" : Buffer.from(record.value).toString()}`;

describe("kafka/topic-log", () => {
  it("start() reads what is there, and readToEnd() what was sent since, in order", async () => {
    const topic = await newTopic("log", 1);
    await (
      await sharedKafka()
    ).produce(topic, [
      { key: "a", value: "1" },
      { key: "b", value: null },
    ]);
    const records: string[] = [];
    const log = openTopicLog(topic, { "bootstrap.servers": await sharedBootstrap() }, silentLogger);
    try {
      await log.start((record) => records.push(text(record)));
      assert.deepEqual(records, ["0/0 a=1", "0/1 b=null"]);
      assert.equal(log.partitionCount(), 1);
      for (let i = 0; i < 20; i++) {
        await log.send(`k${i}`, Buffer.from(String(i)));
        await log.readToEnd();
        assert.equal(records.at(-1), `0/${i + 2} k${i}=${i}`);
      }
      await log.readToEnd();
      assert.equal(records.length, 22);
    } finally {
      await log.close();
    }
  });

  it("start() reads all partitions, and send() puts a key where Java's clients put it", async () => {
    const topic = await newTopic("log", 7);
    const kafka = await sharedKafka();
    const keys = Array.from({ length: 60 }, (_, i) => `status-task-connector-größe-${i}`);
    const log = openTopicLog(topic, { "bootstrap.servers": await sharedBootstrap() }, silentLogger);
    const records: TopicLogRecord[] = [];
    try {
      await log.start((record) => records.push(record));
      await Promise.all(keys.map((key) => log.send(key, Buffer.from("ours"))));
      await log.readToEnd();
    } finally {
      await log.close();
    }
    assert.deepEqual(records.map((r) => r.key).sort(), [...keys].sort());
    // kafkajs's default partitioner is Java's.
    await kafka.produce(
      topic,
      keys.map((key) => ({ key, value: "theirs" })),
    );
    const byKey = Map.groupBy(await kafka.readTopic(topic), (record) => record.key?.toString());
    for (const [key, found] of byKey) assert.equal(new Set(found.map((r) => r.partition)).size, 1, key);
  });

  it("readToEnd() ends where a transaction was aborted, with and without its records", async () => {
    const topic = await newTopic("log", 1);
    const kafka = await sharedKafka();
    const producer = kafka.client.producer({
      transactionalId: uniqueName("tx"),
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    try {
      for (const end of ["abort", "commit", "abort"] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ key: end, value: end }] });
        await transaction[end]();
      }
    } finally {
      await producer.disconnect();
    }
    const read = async (isolation: "read_committed" | "read_uncommitted"): Promise<string[]> => {
      const records: string[] = [];
      const log = openTopicLog(topic, { "bootstrap.servers": await sharedBootstrap() }, silentLogger, { isolation });
      try {
        await log.start((record) => records.push(text(record)));
      } finally {
        await log.close();
      }
      return records;
    };
    assert.deepEqual(await read("read_uncommitted"), ["0/0 abort=abort", "0/2 commit=commit", "0/4 abort=abort"]);
    assert.deepEqual(await read("read_committed"), ["0/2 commit=commit"]);
  });

  it("goes on after the broker was gone, without a gap or a repetition", async () => {
    const broker = await KafkaBroker.start();
    const properties = { "bootstrap.servers": broker.bootstrap(), "reconnect.backoff.max.ms": "200" };
    const admin = createAdmin(properties, silentLogger);
    const topic = uniqueName("log");
    assert.equal(await admin.createTopic({ name: topic, partitions: 2, replicationFactor: 1 }), true);
    const records: string[] = [];
    const log = openTopicLog(topic, properties, silentLogger);
    try {
      await log.start((record) => records.push(record.key ?? ""));
      await log.send("before", Buffer.from("1"));
      await log.readToEnd();
      await broker.kill();
      const during = log.send("during", Buffer.from("2"));
      const reached = log.readToEnd(60_000);
      await assert.rejects(log.readToEnd(300), { kind: "retriable" });
      await broker.restart();
      await during;
      await reached;
      await log.readToEnd();
      assert.deepEqual(records, ["before", "during"]);
      await log.send("after", null);
      await log.readToEnd();
      assert.deepEqual(records, ["before", "during", "after"]);
    } finally {
      await log.close();
      await admin.close();
      await broker.kill();
    }
  });
});
