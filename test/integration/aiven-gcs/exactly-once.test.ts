import assert from "node:assert/strict";
import { batchOf } from "../../support/batches.js";
import type { Bucket } from "../../support/bucket.js";
import { newBucket, sharedFaults } from "../../support/shared.js";
import type { TaskDriver } from "../../support/task-driver.js";
import { TestGroup } from "../../support/task-driver.js";
import { allLines, startTask, TOPIC } from "./aiven-task.js";

const JSONL = { "format.output.type": "jsonl", "format.output.envelope": "false" };
const BY_EVENT = {
  "file.name.template": "{{topic}}-{{partition}}-{{start_offset}}-{{timestamp:unit=HH}}",
  "file.name.timestamp.source": "event",
};
const BY_WALLCLOCK = { "file.name.template": "{{topic}}-{{partition}}-{{start_offset}}-{{timestamp:unit=HH}}" };
const HOUR_MS = 3_600_000;
const RECORDS = 160;

/** The same log for every reader: event times wander between two hours. */
function deliver(task: TaskDriver, from: number, to: number): Promise<void> {
  const records = Array.from({ length: to - from }, (_, i) => ({
    value: `v${from + i}`,
    timestampMs: ((from + i) % 7 < 3 ? 10 : 11) * HOUR_MS + (from + i > 80 ? 2 * HOUR_MS : 0),
  }));
  return task.put(batchOf(TOPIC, 0, from, records));
}

/** A small generator, so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** Works the log off with a task that dies at random moments, each time followed by another that starts where Kafka says. */
async function survive(bucket: Bucket, config: Record<string, string>, seed: number, perPut: number): Promise<void> {
  const next = random(seed);
  const faults = await sharedFaults();
  const group = new TestGroup();
  let nowMs = Date.UTC(2026, 0, 1, 22, 0, 0);
  let deaths = 0;
  while ((group.nextOffset(TOPIC) ?? 0) < RECORDS) {
    const task = await startTask(bucket, config, { endpoint: faults.url, group, nowMs });
    let at = group.nextOffset(TOPIC) ?? 0;
    let dead = false;
    while (!dead && at < RECORDS) {
      const to = Math.min(RECORDS, at + 1 + Math.floor(next() * perPut));
      await deliver(task, at, to);
      at = to;
      nowMs += next() * HOUR_MS;
      task.nowMs = nowMs;
      const chance = deaths < 12 ? next() : 0.9;
      if (chance < 0.15) dead = true;
      else if (chance < 0.3) {
        await task.flushOnly();
        dead = true;
      } else if (chance < 0.5) {
        let left = Math.floor(next() * 4);
        faults.rule = ({ operation }) =>
          operation === "simple-upload" && left-- <= 0 ? { kind: "answer", status: 403 } : undefined;
        await task.flushOnly().catch(() => undefined);
        faults.clear();
        dead = true;
      } else if (chance < 0.8 || at === RECORDS) {
        await task.commit();
        if ((group.nextOffset(TOPIC) ?? 0) < at && at === RECORDS) throw new Error("a note holds the end");
      }
    }
    if (dead) deaths++;
    task.kill();
  }
}

describe("AivenGcsTask, dying and coming back", () => {
  const cases: readonly (readonly [string, Record<string, string>, number?])[] = [
    ["names by offset", {}],
    // Enough at a time that complete objects are finished ahead of the flush.
    ["file.max.records=2 and large batches", { "file.max.records": "2" }, 150],
    ["file.max.records=3", { "file.max.records": "3" }],
    ["file.max.records=1", { "file.max.records": "1" }],
    ["event time in names", BY_EVENT],
    ["event time in names and file.max.records=4", { ...BY_EVENT, "file.max.records": "4" }],
    ["wall-clock time in names", BY_WALLCLOCK],
    ["wall-clock time in names and file.max.records=5", { ...BY_WALLCLOCK, "file.max.records": "5" }],
  ];
  const expected = Array.from({ length: RECORDS }, (_, i) => `"v${i}"`).sort();
  for (const [title, config, perPut] of cases)
    it(`has every record in exactly one object with ${title}`, async () => {
      for (let seed = 1; seed <= 3; seed++) {
        const bucket = await newBucket("once");
        await survive(bucket, { ...JSONL, ...config }, seed, perPut ?? 25);
        assert.deepEqual(await allLines(bucket), expected, `seed ${seed}`);
      }
    });

  it("goes on after what is visible when a commit is lost and the flush after it fails", async () => {
    const bucket = await newBucket("lost-commit");
    const group = new TestGroup();
    const task = await startTask(bucket, { ...JSONL, "file.max.records": "3" }, { group });
    await deliver(task, 0, 10);
    await task.flushOnly();
    await deliver(task, 10, 14);
    group.failure = new Error("The coordinator is not available");
    await assert.rejects(task.flushOnly(), /not available/);
    group.failure = null;
    // The runtime goes back to what it knows to be committed, which is nothing, unless the task says better.
    const from = task.rewinds.get(`${TOPIC}-0`) ?? 0;
    assert.equal(from, 10);
    await deliver(task, from, 17);
    await task.commit();
    assert.deepEqual(
      await allLines(bucket),
      expected.filter((line) => Number(line.slice(2, -1)) < 17),
    );
    await task.stop();
  });

  it("does not write for a partition that another member owns by now", async () => {
    const bucket = await newBucket("fenced");
    const group = new TestGroup();
    const task = await startTask(bucket, JSONL, { group });
    await deliver(task, 0, 10);
    group.failure = new Error("The group has another generation");
    await assert.rejects(task.flushOnly(), /another generation/);
    assert.deepEqual(await bucket.names(), []);
    await task.stop();
  });
});
