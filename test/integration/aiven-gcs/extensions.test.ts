import assert from "node:assert/strict";
import { STRING } from "../../../runtime/api/index.js";
import { batchOf } from "../../support/batches.js";
import type { PlainRecord } from "../../support/batches.js";
import type { Bucket } from "../../support/bucket.js";
import { newBucket } from "../../support/shared.js";
import type { TaskDriver } from "../../support/task-driver.js";
import { PARTITION, startTask, TOPIC } from "./aiven-task.js";

const JSONL = { "format.output.type": "jsonl", "format.output.envelope": "false" };

function numbered(from: number, to: number): PlainRecord[] {
  return Array.from({ length: to - from }, (_, i) => ({ key: `k${from + i}`, value: `v${from + i}` }));
}

/** What the task reports now. */
function gauges(task: TaskDriver): Record<string, number> {
  return Object.fromEntries([...task.gauges].map(([name, read]) => [name, read()]));
}

describe("AivenGcsTask beyond the original", () => {
  let bucket: Bucket;
  beforeEach(async () => {
    bucket = await newBucket("aiven");
  });

  for (const [kind, template] of [
    ["named by offset", "{{topic}}-{{partition}}-{{key}}-{{start_offset}}"],
    ["named by key", "{{key}}"],
  ] as const)
    it(`reports the number and age of open objects ${kind}`, async () => {
      const task = await startTask(bucket, { ...JSONL, "file.name.template": template });
      assert.deepEqual(gauges(task), { open_objects: 0, oldest_unfinished_record_age_ms: 0 });
      await task.put(batchOf(TOPIC, 0, 0, [{ key: "a", value: "1" }]));
      task.nowMs += 2000;
      await task.put(batchOf(TOPIC, 0, 1, [{ key: "b", value: "2" }]));
      task.nowMs += 500;
      assert.deepEqual(gauges(task), { open_objects: 2, oldest_unfinished_record_age_ms: 2500 });
      await task.commit();
      assert.deepEqual(gauges(task), { open_objects: 0, oldest_unfinished_record_age_ms: 0 });
      await task.put(batchOf(TOPIC, 0, 2, [{ key: "a", value: "3" }]));
      await task.close([PARTITION]);
      assert.deepEqual(gauges(task), { open_objects: 0, oldest_unfinished_record_age_ms: 0 });
      await task.stop();
    });

  const text = (value: string | null) => ({ key: "k", value: { schema: value === null ? null : STRING, value } });

  for (const format of ["avro", "parquet"] as const) {
    it(`preCommit() leaves records without a value out of ${format} and commits past them, where it is told so`, async () => {
      const config = { "format.output.type": format, "file.name.template": "{{topic}}-{{partition}}-{{start_offset}}" };
      const task = await startTask(bucket, { ...config, "behavior.on.null.values": "ignore" });
      await task.put(batchOf(TOPIC, 0, 0, [null, "a", null, null, "b", null].map(text)));
      await task.commit();
      assert.equal(task.group.nextOffset(TOPIC), 6);
      await task.put(batchOf(TOPIC, 0, 6, [text(null)]));
      await task.commit();
      assert.equal(task.group.nextOffset(TOPIC), 7);
      assert.deepEqual(await bucket.names(), ["orders-0-1"]);
      await task.stop();

      const plain = await newBucket("aiven");
      const other = await startTask(plain, config);
      await other.put(batchOf(TOPIC, 0, 1, ["a", "b"].map(text)));
      await other.commit();
      await other.stop();
      assert.deepEqual(withoutMarker(await bucket.read("orders-0-1")), withoutMarker(await plain.read("orders-0-1")));
    });

    it(`put() refuses a record without a value in ${format} as the original does`, async () => {
      const task = await startTask(bucket, { "format.output.type": format });
      const refused = { message: "Record must have schemas for key and value" };
      await assert.rejects(task.put(batchOf(TOPIC, 0, 0, [text("a"), text(null)])), refused);
      await task.stop();
    });
  }

  it("put() begins an object for each second where names tell seconds", async () => {
    const template =
      "{{topic}}-{{partition}}-{{start_offset}}-{{timestamp:unit=HH}}{{timestamp:unit=mm}}{{timestamp:unit=ss}}";
    const fine = { "file.name.template": template, "file.name.timestamp.fine.units": "true" };
    const task = await startTask(bucket, { ...JSONL, ...fine });
    for (let offset = 0; offset < 4; offset++) {
      await task.put(batchOf(TOPIC, 0, offset, [{ value: `v${offset}` }]));
      task.nowMs += 500;
    }
    await task.commit();
    assert.deepEqual(await bucket.names(), ["orders-0-0-030405", "orders-0-0-030406"]);
    assert.equal((await bucket.read("orders-0-0-030406")).toString(), '"v2"\n"v3"');
    await task.stop();
  });

  for (const [kind, template] of [
    ["by offset", "{{topic}}-{{partition}}-{{start_offset}}"],
    ["by key", "{{key}}"],
  ] as const)
    it(`put() asks for a commit when an object ${kind} is file.flush.interval.ms old, also while nothing comes in`, async () => {
      const config = { ...JSONL, "file.name.template": template, "file.flush.interval.ms": "5000" };
      const task = await startTask(bucket, config);
      await task.put();
      assert.equal(task.timeoutMs, null);
      await task.put(batchOf(TOPIC, 0, 0, numbered(0, 1)));
      task.nowMs += 2000;
      await task.put(batchOf(TOPIC, 0, 1, numbered(1, 2)));
      assert.deepEqual([task.timeoutMs, task.commitRequests], [3000, 0]);
      task.nowMs += 3000;
      await task.put();
      assert.equal(task.commitRequests, 1);
      await task.put();
      assert.equal(task.commitRequests, 1, "asked once");
      await task.commit();
      task.nowMs += 60_000;
      await task.put(batchOf(TOPIC, 0, 2, numbered(2, 3)));
      assert.deepEqual([task.timeoutMs, task.commitRequests], [5000, 1]);
      await task.stop();
    });

  it("put() asks for no commit by age where no limit is set", async () => {
    const task = await startTask(bucket, JSONL);
    await task.put(batchOf(TOPIC, 0, 0, numbered(0, 1)));
    task.nowMs += 3_600_000;
    await task.put();
    assert.deepEqual([task.timeoutMs, task.commitRequests], [null, 0]);
    await task.stop();
  });

  it("start() wants the bucket where it is told to look for it", async () => {
    const missing = { "gcs.bucket.name": `${bucket.name}-missing` };
    const check = { "gcs.bucket.check": "true" };
    const message = `Bucket ${bucket.name}-missing (gcs.bucket.name) does not exist`;
    await assert.rejects(startTask(bucket, { ...JSONL, ...missing, ...check }), { kind: "config", message });
    for (const config of [check, missing]) await (await startTask(bucket, { ...JSONL, ...config })).stop();
  });
});

/** Avro's marker between blocks is random; an object ends with it. */
function withoutMarker(object: Buffer): string {
  const isAvro = object.subarray(0, 4).toString("latin1") === "Obj\x01";
  return isAvro
    ? object.toString("latin1").replaceAll(object.subarray(-16).toString("latin1"), "")
    : object.toString("hex");
}
