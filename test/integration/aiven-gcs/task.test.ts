import assert from "node:assert/strict";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { batchOf } from "../../support/batches.js";
import type { PlainRecord } from "../../support/batches.js";
import type { Bucket } from "../../support/bucket.js";
import { newBucket } from "../../support/shared.js";
import { TestMemory } from "../../support/task-driver.js";
import { PARTITION, startTask, TOPIC } from "./aiven-task.js";

const JSONL = { "format.output.type": "jsonl", "format.output.envelope": "false" };

function numbered(from: number, to: number, size = 0): PlainRecord[] {
  return Array.from({ length: to - from }, (_, i) => ({ value: `v${from + i}${"x".repeat(size)}` }));
}

describe("AivenGcsTask", () => {
  let bucket: Bucket;
  beforeEach(async () => {
    bucket = await newBucket("aiven");
  });

  it("preCommit() makes all records visible and says what to commit", async () => {
    const task = await startTask(bucket, JSONL);
    await task.put(batchOf(TOPIC, 0, 5, numbered(5, 8)));
    assert.deepEqual(await bucket.names(), []);
    await task.commit();
    assert.deepEqual(await bucket.names(), ["orders-0-5"]);
    assert.equal((await bucket.read("orders-0-5")).toString(), '"v5"\n"v6"\n"v7"');
    assert.equal(task.group.nextOffset(TOPIC), 8);
    const info = await bucket.info("orders-0-5");
    assert.equal(info?.contentType, "application/octet-stream");
    assert.deepEqual(info.metadata ?? {}, {});
    await task.stop();
    assert.equal(task.memory.usedBytes, 0);
  });

  it("put() starts a new object every file.max.records records", async () => {
    const task = await startTask(bucket, { ...JSONL, "file.max.records": "2", "file.name.prefix": "p/" });
    await task.put(batchOf(TOPIC, 0, 0, numbered(0, 5)));
    await task.commit();
    await task.put(batchOf(TOPIC, 0, 5, numbered(5, 6)));
    await task.commit();
    assert.deepEqual(await bucket.names(), ["p/orders-0-0", "p/orders-0-2", "p/orders-0-4", "p/orders-0-5"]);
    assert.equal((await bucket.read("p/orders-0-2")).toString(), '"v2"\n"v3"');
    await task.stop();
  });

  for (const [kind, more] of [
    ["an object by offset", {}],
    ["an object by key", { "file.name.template": "{{key}}" }],
  ] as const)
    it(`put() asks for a commit when ${kind} has file.max.bytes`, async () => {
      const task = await startTask(bucket, { ...JSONL, ...more, "file.max.bytes": "1000" });
      await task.put(batchOf(TOPIC, 0, 0, numbered(0, 1, 900)));
      assert.equal(task.commitRequests, 0);
      await task.put(batchOf(TOPIC, 0, 1, numbered(1, 2, 1100)));
      assert.equal(task.commitRequests, 1);
      await task.commit();
      await task.put(batchOf(TOPIC, 0, 2, numbered(2, 3, 900)));
      assert.equal(task.commitRequests, 1);
      await task.stop();
    });

  it("put() sends a large object in chunks and keeps little of it", async () => {
    const memory = new TestMemory(4 * 1024 * 1024);
    const task = await startTask(bucket, JSONL, { memory });
    for (let i = 0; i < 20; i++) await task.put(batchOf(TOPIC, 0, i * 100, numbered(i * 100, i * 100 + 100, 10_000)));
    await task.commit();
    const lines = (await bucket.read("orders-0-0")).toString().split("\n");
    assert.equal(lines.length, 2000);
    assert.equal(new Set(lines).size, 2000);
    assert.ok(memory.peakBytes < 4 * 1024 * 1024, `peak ${memory.peakBytes}`);
    await task.stop();
    assert.equal(memory.usedBytes, 0);
  });

  for (const [type, extension, decompress] of [
    ["gzip", ".gz", gunzipSync],
    ["zstd", ".zst", zstdDecompressSync],
  ] as const)
    it(`put() writes ${type} that others can read`, async () => {
      const task = await startTask(bucket, { ...JSONL, "file.compression.type": type });
      for (let i = 0; i < 20; i++) await task.put(batchOf(TOPIC, 0, i * 100, numbered(i * 100, i * 100 + 100, 1000)));
      await task.commit();
      const lines = decompress(await bucket.read(`orders-0-0${extension}`))
        .toString()
        .split("\n");
      assert.equal(lines.length, 2000);
      assert.equal(lines[1999], `"v1999${"x".repeat(1000)}"`);
      await task.stop();
      assert.equal(task.memory.usedBytes, 0);
    });

  it("preCommit() overwrites objects that others wrote", async () => {
    await bucket.write("orders-0-0", "of a JVM");
    const task = await startTask(bucket, JSONL);
    await task.put(batchOf(TOPIC, 0, 0, numbered(0, 2)));
    await task.commit();
    assert.equal((await bucket.read("orders-0-0")).toString(), '"v0"\n"v1"');
    await task.stop();
  });

  it("preCommit() of a spoilt object throws, leaves nothing and allows to read again", async () => {
    const task = await startTask(bucket, { "format.output.type": "csv" });
    await task.put(batchOf(TOPIC, 0, 0, [{ value: Buffer.from("a") }, { value: "text" }]));
    await assert.rejects(task.commit(), { message: "Record value schema type must be BYTES, STRING given" });
    assert.deepEqual(await bucket.names(), []);
    await task.put(batchOf(TOPIC, 0, 0, [{ value: Buffer.from("a") }, { value: Buffer.from("b") }]));
    await task.commit();
    assert.equal((await bucket.read("orders-0-0")).toString(), "YQ==\nYg==");
    await task.stop();
  });

  it("close() drops what is not visible", async () => {
    const task = await startTask(bucket, JSONL);
    await task.put(batchOf(TOPIC, 0, 0, numbered(0, 2)));
    await task.close([PARTITION], "lost");
    await task.flushOnly();
    assert.deepEqual(await bucket.names(), []);
    await task.stop();
    assert.equal(task.memory.usedBytes, 0);
  });

  it("preCommit() goes on uploading after partitions were lost and others, or the same, came", async () => {
    const task = await startTask(bucket, JSONL);
    await task.put(batchOf(TOPIC, 0, 0, numbered(0, 2)));
    await task.lose([PARTITION]);
    await task.put(batchOf(TOPIC, 0, 0, numbered(0, 3)));
    await task.commit();
    assert.deepEqual(await bucket.names(), ["orders-0-0"]);
    assert.equal(task.group.nextOffset(TOPIC), 3);
    await task.stop();
    assert.equal(task.memory.usedBytes, 0);
  });

  it("preCommit() writes the last record of each key where the name is the key", async () => {
    const task = await startTask(bucket, {
      ...JSONL,
      "file.name.template": "k/{{key}}",
      "file.compression.type": "gzip",
    });
    await task.put(
      batchOf(TOPIC, 0, 0, [
        { key: "a", value: "1" },
        { key: "b", value: "2" },
        { key: "a", value: "3" },
      ]),
    );
    await task.commit();
    await task.put(batchOf(TOPIC, 0, 3, [{ key: "b", value: "4" }, { value: "5" }]));
    await task.commit();
    assert.deepEqual(await bucket.names(), ["k/a", "k/b", "k/null"]);
    assert.equal(gunzipSync(await bucket.read("k/a")).toString(), '"3"');
    assert.equal(gunzipSync(await bucket.read("k/b")).toString(), '"4"');
    await task.stop();
    assert.equal(task.memory.usedBytes, 0);
  });

  it("preCommit() names objects by keys of bytes as their text, or as base64url where they are none", async () => {
    const task = await startTask(bucket, { ...JSONL, "file.name.template": "k/{{key}}" });
    await task.put(
      batchOf(TOPIC, 0, 0, [
        { key: Buffer.from("é"), value: "1" },
        { key: Buffer.from([0xff, 0xfe, 0x3e]), value: "2" },
      ]),
    );
    await task.commit();
    assert.deepEqual(await bucket.names(), ["k/__4-", "k/é"]);
    await task.stop();
  });
});
