import assert from "node:assert/strict";
import { INT32, STRING, Struct, structSchema } from "../../../runtime/api/index.js";
import type { SinkBatch } from "../../../runtime/api/index.js";
import { batchOf, lazily } from "../../support/batches.js";
import type { Bucket } from "../../support/bucket.js";
import { newBucket, sharedFaults } from "../../support/shared.js";
import { TestMemory } from "../../support/task-driver.js";
import type { TaskDriver } from "../../support/task-driver.js";
import { waitUntil } from "../../support/wait.js";
import { FORMATS, orders, PARTITION, startTask, TOPIC } from "./confluent-task.js";

const SCHEDULED = { "rotate.schedule.interval.ms": "3600000", timezone: "UTC", "flush.size": "100000" };
const KEY = `${TOPIC}-0`;

function texts(from: number, to: number, size = 0) {
  return batchOf(
    TOPIC,
    0,
    from,
    Array.from({ length: to - from }, (_, i) => ({ value: `v${from + i}${"x".repeat(size)}` })),
  );
}

function nameOf(offset: number, extension = "json"): string {
  return `topics/${TOPIC}/partition=0/${TOPIC}+0+${String(offset).padStart(10, "0")}.${extension}`;
}

/** What fails on its way is noticed when there is something to send again. */
async function untilPaused(task: TaskDriver, more: SinkBatch): Promise<void> {
  await waitUntil(
    "the task reads again",
    async () => {
      if (!task.paused.has(KEY)) await task.put(more);
      return task.paused.has(KEY);
    },
    { deadlineMs: 5_000 },
  );
}

describe("ConfluentGcsTask", () => {
  let bucket: Bucket;
  beforeEach(async () => {
    bucket = await newBucket("confluent");
  });

  it("preCommit() hands an offset out once, and never one of an open file", async () => {
    const task = await startTask(bucket, {});
    await task.put(texts(0, 5));
    assert.equal((await task.commit()).get(KEY)?.nextOffset, 3);
    assert.equal((await task.commit()).size, 0);
    assert.deepEqual(await bucket.names(), [nameOf(0)]);
    await task.close([PARTITION]);
    await task.stop();
    assert.deepEqual(await bucket.names(), [nameOf(0)]);
    assert.equal(task.memory.usedBytes, 0);
  });

  it("put() goes on uploading after partitions were lost and others, or the same, came", async () => {
    const task = await startTask(bucket, {});
    await task.put(texts(0, 2));
    await task.lose([PARTITION]);
    await task.put(texts(0, 3));
    assert.equal((await task.commit()).get(KEY)?.nextOffset, 3);
    assert.deepEqual(await bucket.names(), [nameOf(0)]);
    await task.stop();
    assert.equal(task.memory.usedBytes, 0);
  });

  it("put() goes back to a failed rotation's first record also when the next file fails meanwhile", async () => {
    const faults = await sharedFaults();
    const task = await startTask(bucket, { "flush.size": "20" }, { endpoint: faults.url });
    // The rotation's failure arrives after that of the next file's first chunk.
    faults.rule = ({ operation }) =>
      operation === "simple-upload" ? { kind: "lose-answer", status: 503 } : { kind: "answer", status: 503 };
    try {
      await task.put(texts(0, 20), texts(20, 30, 300_000));
      await untilPaused(task, texts(30, 40, 300_000));
      assert.equal(task.rewinds.get(KEY), 0);
      assert.ok(task.paused.has(KEY));
      assert.equal((await task.commit()).size, 0);
    } finally {
      faults.clear();
    }
    task.nowMs += 200;
    await task.put();
    assert.ok(!task.paused.has(KEY));
    await task.put(texts(0, 40));
    assert.equal((await task.commit()).get(KEY)?.nextOffset, 40);
    await task.stop();
  });

  it("put() writes all files of a rotation again when one of them failed", async () => {
    const faults = await sharedFaults();
    const config = {
      "flush.size": "10",
      "partitioner.class": "io.confluent.connect.storage.partitioner.FieldPartitioner",
      "partition.field.name": "kind",
    };
    const task = await startTask(bucket, config, { endpoint: faults.url });
    faults.rule = ({ object, operation }) =>
      operation === "simple-upload" && object?.includes("kind=k3") === true
        ? { kind: "answer", status: 503 }
        : undefined;
    try {
      await task.put(orders(0, 10));
      await task.commit();
    } finally {
      faults.clear();
    }
    assert.equal(task.rewinds.get(KEY), 0);
    task.nowMs += 200;
    await task.put(orders(0, 10));
    assert.equal((await task.commit()).get(KEY)?.nextOffset, 10);
    const names = await bucket.names();
    const lines = await Promise.all(names.map(async (name) => (await bucket.read(name)).toString().trim().split("\n")));
    assert.equal(lines.flat().length, 10);
    await task.stop();
  });

  it("put() passes over a record whose name is taken, also when a large file finds that out early", async () => {
    const faults = await sharedFaults();
    const task = await startTask(bucket, SCHEDULED, { endpoint: faults.url });
    faults.rule = ({ operation }) => (operation === "session-start" ? { kind: "answer", status: 412 } : undefined);
    try {
      await task.put(texts(0, 10, 300_000));
      await untilPaused(task, texts(10, 20, 300_000));
    } finally {
      faults.clear();
    }
    assert.equal(task.rewinds.get(KEY), 1);
    await task.stop();
  });

  it("put() does not pass over records that it has not read, whatever names are taken", async () => {
    for (let offset = 0; offset < 8; offset++) await bucket.write(nameOf(offset), "other");
    const task = await startTask(bucket, SCHEDULED);
    await task.put(texts(0, 3));
    task.nowMs += 3_600_000;
    await task.put();
    await task.commit();
    assert.equal(task.rewinds.get(KEY), 3);
    await task.stop();
  });

  it("put() looks again after a pause where it cannot see whether a name is taken", async () => {
    const faults = await sharedFaults();
    await bucket.write(nameOf(0), "other");
    const task = await startTask(bucket, SCHEDULED, { endpoint: faults.url });
    await task.put(texts(0, 3));
    task.nowMs += 3_600_000;
    faults.rule = ({ operation, object }) =>
      operation === "metadata" && object === nameOf(1) ? { kind: "answer", status: 503 } : undefined;
    try {
      await task.put();
      await task.commit();
    } finally {
      faults.clear();
    }
    assert.equal(task.rewinds.get(KEY), 0);
    await task.stop();
  });

  it("close() lets a partition be read that waits after a failure", async () => {
    const faults = await sharedFaults();
    const task = await startTask(bucket, {}, { endpoint: faults.url });
    faults.rule = () => ({ kind: "answer", status: 503 });
    try {
      await task.put(texts(0, 3));
      await task.commit();
    } finally {
      faults.clear();
    }
    assert.ok(task.paused.has(KEY));
    await task.close([PARTITION]);
    assert.ok(!task.paused.has(KEY));
    await task.stop();
  });

  it("put() reports records that the format refuses, and the next good one names the file", async () => {
    const task = await startTask(bucket, { "format.class": FORMATS.bytes, "flush.size": "2" });
    const reported: number[] = [];
    task.reporter = {
      report: (record) => {
        reported.push(record.offset);
        return Promise.resolve();
      },
    };
    await task.put(
      batchOf(TOPIC, 0, 0, [
        { value: { schema: null, value: 1 } },
        { value: { schema: null, value: Buffer.from("a") } },
        { value: { schema: null, value: 2 } },
        { value: { schema: null, value: Buffer.from("b") } },
      ]),
    );
    // Whole batches of bytes that are only looked at as text.
    await task.put(lazily(texts(4, 6), { key: null, value: "utf8" }, (row) => Buffer.from(`v${4 + row}`)));
    assert.equal((await task.commit()).get(KEY)?.nextOffset, 4);
    assert.deepEqual(reported, [0, 2, 4, 5]);
    assert.equal((await bucket.read(nameOf(1, "bin"))).toString(), "a\nb\n");
    await task.stop();
    assert.equal(task.memory.usedBytes, 0);
  });

  it("put() keeps a file of every field value open within the memory budget", async () => {
    const memory = new TestMemory(64 * 1024 * 1024);
    const task = await startTask(
      bucket,
      {
        "flush.size": "10000",
        "partitioner.class": "io.confluent.connect.storage.partitioner.FieldPartitioner",
        "partition.field.name": "id",
      },
      { memory },
    );
    const schema = structSchema({ id: INT32, text: STRING });
    const fill = "x".repeat(3000);
    for (let round = 0; round < 20; round++)
      await task.put(
        batchOf(
          TOPIC,
          0,
          round * 500,
          Array.from({ length: 500 }, (_, id) => ({
            value: { schema, value: new Struct(schema).put("id", id).put("text", fill) },
          })),
        ),
      );
    assert.equal((await task.commit()).get(KEY)?.nextOffset, 10_000);
    assert.equal((await bucket.names()).length, 500);
    assert.ok(memory.peakBytes <= memory.limitBytes, `peak ${memory.peakBytes}`);
    await task.stop();
    assert.equal(memory.usedBytes, 0);
  });
});
