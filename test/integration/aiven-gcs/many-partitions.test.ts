import assert from "node:assert/strict";
import { batchOf } from "../../support/batches.js";
import { newBucket } from "../../support/shared.js";
import { TestMemory } from "../../support/task-driver.js";
import { startTask, TOPIC } from "./aiven-task.js";

const MIB = 1024 * 1024;

describe("AivenGcsTask with many partitions", () => {
  for (const compression of ["none", "gzip"])
    it(`stays within its memory and pauses rather than cutting objects short (${compression})`, async () => {
      const bucket = await newBucket("many");
      const memory = new TestMemory(16 * MIB);
      const partitions = 200;
      const task = await startTask(
        bucket,
        { "format.output.type": "jsonl", "format.output.envelope": "false", "file.compression.type": compression },
        { memory, partitions },
      );
      // Does not compress well, so that both variants have something to hold.
      const value = (partition: number, n: number): string =>
        Buffer.from(
          Array.from({ length: 600 }, (_, i) => (Math.imul(i + n * 7919 + partition, 2654435761) >>> 13) & 255),
        ).toString("hex");
      const next = new Array<number>(partitions).fill(0);
      let rounds = 0;
      const isPaused = (): boolean => task.paused.size > 0;
      while (!isPaused() && rounds++ < 400) {
        for (let partition = 0; partition < partitions; partition++) {
          const first = next[partition]!;
          const records = [0, 1, 2].map((i) => ({ value: value(partition, first + i) }));
          await task.put(batchOf(TOPIC, partition, first, records));
          next[partition] = first + records.length;
          if (isPaused()) break;
        }
      }
      assert.equal(task.paused.size, partitions);
      assert.ok(memory.peakBytes < 17 * MIB, `peak ${memory.peakBytes}`);
      await task.commit();
      assert.equal(task.paused.size, 0);
      assert.equal((await bucket.names()).length, next.filter((count) => count > 0).length);
      await task.stop();
      assert.equal(memory.usedBytes, 0);
    });
});
