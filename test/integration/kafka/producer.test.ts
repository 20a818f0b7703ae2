import assert from "node:assert/strict";
import { createProducer } from "../../../runtime/kafka/producer.js";
import type { ProducerRecord } from "../../../runtime/kafka/seam.js";
import { javaConsume, javaProduce } from "../../support/java-client.js";
import { KafkaBroker, uniqueName } from "../../support/kafka-broker.js";
import { silentLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";
import { TestKafka } from "../../support/topics.js";

async function send(records: readonly ProducerRecord[], properties: Record<string, string> = {}): Promise<void> {
  const producer = createProducer({ "bootstrap.servers": await sharedBootstrap(), ...properties }, silentLogger);
  try {
    await Promise.all(records.map((record) => producer.send(record)));
  } finally {
    await producer.close();
  }
}

describe("kafka/producer", () => {
  it("send() keeps order, nulls and timestamps of many records", async () => {
    const topic = await newTopic("producer", 1);
    const records = Array.from({ length: 2_000 }, (_, i) => ({
      topic,
      key: i % 3 === 0 ? null : Buffer.from(`k${i}`),
      value: i % 7 === 0 ? null : Buffer.from(`value-${i}`.repeat(i % 200)),
      timestampMs: 1_700_000_000_000 + (i % 2 === 0 ? i : -i * 1000),
    }));
    await send(records);
    const stored = await (await sharedKafka()).readTopic(topic);
    assert.deepEqual(
      stored.map(({ key, value, timestampMs }) => ({ topic, key, value, timestampMs })),
      records,
    );
  });

  it("send() writes what Java's consumer reads, in every codec, with headers in order and twice of a name", async () => {
    const topic = await newTopic("producer", 1);
    const headers: readonly (readonly [string, Uint8Array | null])[] = [
      ["b", Buffer.from("1")],
      ["a", null],
      ["b", Buffer.from("2")],
      ["größe", Buffer.from("")],
    ];
    const value = "Sluice ".repeat(20_000);
    const codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    for (const codec of codecs) {
      const record = { topic, key: Buffer.from(codec), value: Buffer.from(value), headers, timestampMs: 1_000 };
      await send([record, { topic, key: null, value: null }], { "compression.type": codec });
    }
    const read = await javaConsume(await sharedBootstrap(), topic, 2 * codecs.length);
    const found = read.filter((record) => record.key !== null);
    assert.deepEqual(
      found.map((record) => record.key),
      codecs,
    );
    for (const record of found) {
      assert.equal(record.value, value);
      assert.equal(record.timestampMs, 1_000);
      assert.deepEqual(record.headers, [
        ["b", "1"],
        ["a", null],
        ["b", "2"],
        ["größe", ""],
      ]);
    }
    assert.deepEqual(read.filter((record) => record.key === null && record.value === null).length, codecs.length);
  });

  it("send() puts a key into the partition that Java's producer chooses", async () => {
    const topic = await newTopic("producer", 13);
    const keys = Array.from({ length: 100 }, (_, i) => `connector-${i}-größe`);
    await javaProduce(await sharedBootstrap(), topic, keys);
    await send(keys.map((key) => ({ topic, key: Buffer.from(key), value: null })));
    const byKey = Map.groupBy(await (await sharedKafka()).readTopic(topic), (record) => record.key?.toString());
    assert.equal(byKey.size, keys.length);
    for (const [key, records] of byKey) {
      assert.equal(records.length, 2, key);
      assert.equal(records[0]?.partition, records[1]?.partition, key);
    }
  });

  it("send() refuses what is too large, and writes the rest", async () => {
    const topic = await newTopic("producer", 1, { "max.message.bytes": "2000" });
    const producer = createProducer(
      { "bootstrap.servers": await sharedBootstrap(), "max.request.size": "5000" },
      silentLogger,
    );
    const value = (bytes: number): ProducerRecord => ({ topic, key: null, value: Buffer.alloc(bytes, 1) });
    const results = await Promise.allSettled([3_000, 100, 6_000, 200].map((bytes) => producer.send(value(bytes))));
    await producer.close();
    assert.deepEqual(
      results.map((result) => (result.status === "fulfilled" ? "written" : (result.reason as Error).message)),
      [
        "The request included a message larger than the max message size the server will accept.",
        "written",
        "The message is 6086 bytes when serialized which is larger than 5000, which is the value of the max.request.size configuration.",
        "written",
      ],
    );
    assert.deepEqual(await (await sharedKafka()).endOffsets(topic), new Map([[0, 2]]));
  });

  it("send() waits for a topic no longer than max.block.ms", async () => {
    const topic = uniqueName("missing");
    await assert.rejects(send([{ topic, key: null, value: null }], { "max.block.ms": "500" }), {
      kind: "retriable",
      javaClass: "org.apache.kafka.common.errors.TimeoutException",
      message: `Topic ${topic} not present in metadata after 500 ms.`,
    });
  });

  it("send() outlives its broker, in order, until delivery.timeout.ms", async () => {
    const broker = await KafkaBroker.start({ properties: { "auto.create.topics.enable": true } });
    const topic = uniqueName("producer");
    const properties = { "bootstrap.servers": broker.bootstrap(), "reconnect.backoff.max.ms": "200" };
    const patient = createProducer(properties, silentLogger);
    const hasty = createProducer({ ...properties, "delivery.timeout.ms": "300" }, silentLogger);
    const record = (value: string): ProducerRecord => ({ topic, key: null, partition: 0, value: Buffer.from(value) });
    try {
      await patient.send(record("0"));
      await hasty.send(record("1"));
      await broker.kill();
      const sent = ["2", "3", "4"].map((value) => patient.send(record(value)));
      await assert.rejects(hasty.send(record("never")), {
        kind: "retriable",
        message: `Expiring 1 record(s) for ${topic}-0:300 ms has passed since batch creation`,
      });
      await broker.restart();
      await Promise.all(sent);
      const read = await new TestKafka(broker.bootstrap()).readTopic(topic);
      assert.deepEqual(
        read.map(({ value }) => value?.toString()),
        ["0", "1", "2", "3", "4"],
      );
    } finally {
      await Promise.all([patient.close(), hasty.close()]);
      await broker.kill();
    }
  });
});
