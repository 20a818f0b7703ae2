import assert from "node:assert/strict";
import type { Bucket } from "../../support/bucket.js";
import type { Fault } from "../../support/fault-proxy.js";
import { newBucket, sharedFaults } from "../../support/shared.js";
import { TestGroup } from "../../support/task-driver.js";
import type { TaskDriver } from "../../support/task-driver.js";
import { contents, FORMATS, orders, startTask, TOPIC } from "./confluent-task.js";

const PARTITIONERS = "io.confluent.connect.storage.partitioner";
const RECORDS = 240;
const DEATHS = 32;

type Config = Readonly<Record<string, string>>;

/** Set-ups whose objects depend on records alone. */
const BY_COUNT: Config = { "flush.size": "7" };
const BY_FIELD: Config = {
  "flush.size": "9",
  "partitioner.class": `${PARTITIONERS}.FieldPartitioner`,
  "partition.field.name": "kind",
};
const BY_TIME: Config = {
  "flush.size": "1000",
  "partitioner.class": `${PARTITIONERS}.TimeBasedPartitioner`,
  "path.format": "'h'=YYYY-MM-dd-HH",
  "partition.duration.ms": "3600000",
  locale: "en",
  timezone: "UTC",
  "timestamp.extractor": "Record",
  "rotate.interval.ms": "1800000",
};
const SETUPS: readonly (readonly [string, Config])[] = (
  [
    ["flush.size", BY_COUNT],
    ["a FieldPartitioner", BY_FIELD],
    ["a TimeBasedPartitioner and rotate.interval.ms", BY_TIME],
  ] as const
).flatMap(([title, config]) =>
  (["json", "avro", "parquet"] as const).map(
    (format) => [`${title} as ${format}`, { ...config, "format.class": FORMATS[format] }] as const,
  ),
);

/** A small generator, so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

/** What the log comes to when nothing happens, and the offset that is committed then. */
async function undisturbed(config: Config): Promise<{ objects: Record<string, string>; end: number }> {
  const bucket = await newBucket("calm");
  const task = await startTask(bucket, config);
  await task.put(orders(0, RECORDS));
  await task.commit();
  await task.stop();
  return { objects: await contents(bucket), end: task.group.nextOffset(TOPIC)! };
}

/** Works the log off with tasks that die at random moments, each followed by one that starts where Kafka says. */
async function survive(bucket: Bucket, config: Config, end: number): Promise<number> {
  const next = random(end);
  const faults = await sharedFaults();
  const group = new TestGroup();
  let deaths = 0;
  while ((group.nextOffset(TOPIC) ?? 0) < end) {
    const task = await startTask(bucket, config, { endpoint: faults.url, group });
    let at = group.nextOffset(TOPIC) ?? 0;
    for (let alive = true; alive && (group.nextOffset(TOPIC) ?? 0) < end;) {
      const to = Math.min(RECORDS, at + 1 + Math.floor(next() * 25));
      const chance = deaths < DEATHS ? next() * 1.25 : 2;
      // Some of the uploads arrive before the task dies, some do not.
      let left = Math.floor(next() * 4);
      if (chance < 0.5)
        faults.rule = ({ operation }) => (operation === "simple-upload" && left-- <= 0 ? { kind: "stall" } : undefined);
      const isStuck = to > at && (await isStill(task.put(orders(at, to)), 50));
      at = to;
      if (isStuck) break;
      if (chance < 0.5) await isStill(task.flushOnly(), 20);
      else if (chance < 1) await task.flushOnly();
      else await task.commit();
      alive = chance >= 1;
    }
    task.kill();
    faults.clear();
    await task.stop();
    deaths++;
  }
  return deaths;
}

/** True where `work` goes on after this time: the task hangs and can only die. */
async function isStill(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, true);
  });
  const result = await Promise.race([work.then(() => false), late]);
  clearTimeout(timer);
  return result;
}

/** Reads as the runtime does: goes back where the task asks for it. */
async function readOn(task: TaskDriver, end: number, perPut: () => number): Promise<void> {
  let at = 0;
  const goBack = (): void => {
    at = task.rewinds.get(`${TOPIC}-0`) ?? at;
    task.rewinds.clear();
  };
  while ((task.group.nextOffset(TOPIC) ?? 0) < end) {
    const to = task.paused.size > 0 ? at : Math.min(RECORDS, at + perPut());
    await (to > at ? task.put(orders(at, to)) : task.put());
    at = to;
    goBack();
    await task.commit();
    goBack();
    task.nowMs += 60;
  }
}

describe("ConfluentGcsTask, exactly once", () => {
  for (const [title, config] of SETUPS)
    it(`leaves the objects of an undisturbed run when it is killed again and again, with ${title}`, async () => {
      const { objects, end } = await undisturbed(config);
      const bucket = await newBucket("killed");
      const deaths = await survive(bucket, config, end);
      assert.ok(deaths >= 30, `only ${deaths} deaths`);
      assert.deepEqual(await contents(bucket), objects);
    });

  for (const [title, config] of SETUPS.filter(([name]) => name.endsWith("json")))
    it(`leaves the objects of an undisturbed run behind a bad network, with ${title}`, async () => {
      const { objects, end } = await undisturbed(config);
      const bucket = await newBucket("faulty");
      const faults = await sharedFaults();
      const next = random(7);
      const choices: readonly Fault[] = [
        { kind: "answer", status: 503 },
        { kind: "answer", status: 429 },
        { kind: "reset" },
        { kind: "reset", afterBytes: 30 },
        { kind: "lose-answer" },
        { kind: "lose-answer", status: 500 },
      ];
      const task = await startTask(bucket, { ...config, "gcs.part.retries": "1" }, { endpoint: faults.url });
      faults.rule = () => (next() < 0.3 ? choices[Math.floor(next() * choices.length)] : undefined);
      try {
        await readOn(task, end, () => 1 + Math.floor(next() * 25));
      } finally {
        faults.clear();
      }
      await task.stop();
      assert.deepEqual(await contents(bucket), objects);
      assert.equal(task.memory.usedBytes, 0);
    });

  for (const [title, config] of SETUPS.filter(([name]) => name.endsWith("json")))
    it(`is not harmed by a task that wakes after another took over, with ${title}`, async () => {
      const { objects, end } = await undisturbed(config);
      const bucket = await newBucket("zombie");
      const faults = await sharedFaults();
      const zombie = await startTask(bucket, config, { endpoint: faults.url });
      // Its uploads are on their way when it falls asleep.
      faults.rule = ({ operation }) => (operation === "simple-upload" ? { kind: "delay", ms: 400 } : undefined);
      const asleep = zombie.put(orders(0, 40));
      const heir = await startTask(bucket, config);
      await heir.put(orders(0, RECORDS));
      await heir.commit();
      assert.equal(heir.group.nextOffset(TOPIC), end);
      await asleep;
      faults.clear();
      await zombie.put(orders(40, 90));
      zombie.group.failure = new Error("The group has another generation");
      await zombie.commit().catch(() => undefined);
      await zombie.close([{ topic: TOPIC, partition: 0 }], "lost");
      await zombie.stop();
      await heir.stop();
      assert.deepEqual(await contents(bucket), objects);
    });
});
