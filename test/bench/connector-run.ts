import { setTimeout as sleep } from "node:timers/promises";
import { Bucket } from "../support/bucket.js";
import type { ConnectorConfig, ConnectorStatus, ConnectRest } from "../support/connect-rest.js";
import type { ConnectWorker } from "../support/connect-worker.js";
import { uniqueName } from "../support/kafka-broker.js";
import { GiveUp, waitUntil } from "../support/wait.js";
import { round, type Result } from "./measure.js";
import { profileClockUs, type MeasuredSpan } from "./profile.js";
import type { Stage } from "./stage.js";
import type { Workload } from "./workload.js";

/** Runs a connector over the workload until its group has committed the end of every partition, and deletes it. */
export async function runConnector(
  { rest }: ConnectWorker,
  { kafka }: Stage,
  { topic }: Workload,
  tasks: number,
  config: ConnectorConfig,
): Promise<void> {
  const name = uniqueName("bench");
  const ends = await kafka.endOffsets(topic);
  await rest.putConnector(name, { ...config, topics: topic, "tasks.max": String(tasks) });
  await kafka.withAdmin(async (admin) => {
    await waitUntil(
      `${name} has committed all of ${topic}`,
      async () => {
        await failOnFailedTask(rest, name);
        const [group] = await admin.fetchOffsets({ groupId: `connect-${name}`, topics: [topic] });
        const committed = group?.partitions ?? [];
        return committed.length === ends.size && committed.every((p) => Number(p.offset) === ends.get(p.partition));
      },
      { deadlineMs: 900_000, everyMs: 200 },
    );
  });
  await rest.deleteConnector(name);
}

async function failOnFailedTask(rest: ConnectRest, name: string): Promise<void> {
  const { status, body } = await rest.request<ConnectorStatus>("GET", `/connectors/${name}/status`);
  if (status !== 200) return;
  const failed = [body.connector, ...body.tasks].find(({ state }) => state === "FAILED");
  if (failed !== undefined) throw new GiveUp(new Error(`${name} has failed: ${failed.trace ?? "no trace"}`));
}

/** Lends a new bucket of the emulator. */
export async function withBucket<T>({ gcs }: Stage, work: (bucket: Bucket) => Promise<T>): Promise<T> {
  const bucket = await Bucket.create(gcs, uniqueName("bench"));
  try {
    return await work(bucket);
  } finally {
    await bucket.delete();
  }
}

export function expectCount(title: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${title}: ${found} records were written, not ${expected}`);
}

/** Where the workers of tests are quicker than Connect's defaults, and are not needed to be here. */
export const WORKER_PROPERTIES = { "consumer.metadata.max.age.ms": 300_000 };

/** Connect's defaults for workers that idle; others commit each second, to see the end of their records. */
export const IDLE_PROPERTIES = { ...WORKER_PROPERTIES, "offset.flush.interval.ms": 60_000 };

/** Starts a worker and tells time and cost up to its first REST answer. */
export async function startTimed(
  start: () => Promise<ConnectWorker>,
): Promise<{ worker: ConnectWorker; startup: Partial<Result> }> {
  const startMs = performance.now();
  const worker = await start();
  const startupSeconds = round((performance.now() - startMs) / 1000);
  const { cpuSeconds, peakResidentMb } = worker.process.usage();
  return {
    worker,
    startup: {
      startupSeconds,
      startupCpuSeconds: round(cpuSeconds),
      startupResidentMb: Math.round(peakResidentMb),
    },
  };
}

export const IDLE_TASKS = 10;

/** What a worker costs while a connector of ten tasks waits for records. */
export async function measureIdle(
  { rest, process: worker }: ConnectWorker,
  { kafka, extent }: Stage,
  config: ConnectorConfig,
): Promise<{ figures: Partial<Result>; span: MeasuredSpan }> {
  const topic = uniqueName("idle");
  const name = uniqueName("idle");
  await kafka.createTopic(topic, { partitions: IDLE_TASKS });
  await rest.putConnector(name, { ...config, topics: topic, "tasks.max": String(IDLE_TASKS) });
  await rest.waitForRunning(name, IDLE_TASKS, { deadlineMs: 600_000 });
  // Joining and the first fetches are not idleness.
  await sleep(5_000);
  const fromUs = profileClockUs();
  const before = worker.usage();
  await sleep(extent.idleSeconds * 1000);
  const after = worker.usage();
  const span = { fromUs, toUs: profileClockUs(), records: 0 };
  await rest.deleteConnector(name);
  const figures = {
    tasks: IDLE_TASKS,
    idleCpuMsPerSecond: round(((after.cpuSeconds - before.cpuSeconds) * 1000) / extent.idleSeconds),
    idleResidentMb: Math.round(after.residentMb),
  };
  return { figures, span };
}
