import assert from "node:assert/strict";
import { batchOf } from "../../support/batches.js";
import type { Bucket } from "../../support/bucket.js";
import { newBucket } from "../../support/shared.js";
import type { TaskDriver } from "../../support/task-driver.js";
import { PARTITION, startTask, TOPIC } from "./aiven-task.js";

const JSONL = { "format.output.type": "jsonl", "format.output.envelope": "false" };

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
});
