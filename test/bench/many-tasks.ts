import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectWorker, type WorkerOptions } from "../support/connect-worker.js";
import type { ConnectorStatus } from "../support/connect-rest.js";
import { projectFolder, temporaryFolder } from "../support/folders.js";
import { uniqueName } from "../support/kafka-broker.js";
import { GiveUp, waitUntil } from "../support/wait.js";
import { round, type Result } from "./measure.js";
import { summarizeProfiles } from "./profile.js";
import { profileFolder, type Stage } from "./stage.js";

const CONNECTORS = 300;
const TASKS = 1000;
const TOPICS = 30;
const PARTITIONS = 4;
const PLUGINS = join(projectFolder, "dist", "test", "support", "plugins");
const DEADLINE_MS = 600_000;
const SETTLE_MS = 10_000;

/** Starts a worker of the cluster with these properties. */
type Start = (options: WorkerOptions) => Promise<ConnectWorker>;

/** As `--only` takes them. */
export const MANY_TASKS = "many-tasks";
export const MANY_TASKS_JVM = "many-tasks-jvm";

/** Many connectors and tasks without any records, on one worker of ours: start, memory, what idling costs, and rebalances. */
export async function sluiceManyTasks(stage: Stage): Promise<Result[]> {
  const profiles = profileFolder(MANY_TASKS);
  const { profile } = stage.extent;
  if (profile) rmSync(profiles, { recursive: true, force: true });
  const results = await measure(MANY_TASKS, "Sluice", stage, (options) =>
    ConnectWorker.start({
      ...options,
      nodeFlags: profile ? ["--cpu-prof", `--cpu-prof-dir=${profiles}`] : [],
      properties: { ...options.properties, "plugin.path": PLUGINS },
    }),
  );
  if (profile) summarizeProfiles(profiles, "many tasks", null);
  return results;
}

/** The same on a JVM worker. */
export function jvmManyTasks(stage: Stage): Promise<Result[]> {
  return measure(MANY_TASKS_JVM, "JVM", stage, (options) =>
    ConnectWorker.startJvm({ ...options, heapMb: 4096, flags: ["-Xms256m"], warm: true }),
  );
}

async function measure(name: string, who: string, stage: Stage, start: Start): Promise<Result[]> {
  const { options, groups } = await fillConfigTopic(stage);
  const startMs = performance.now();
  const worker = await start(options);
  try {
    const title = `${who}, ${CONNECTORS} connectors with ${TASKS} tasks`;
    const startupSeconds = secondsSince(startMs);
    await untilSpread([worker]);
    const running = {
      runningSeconds: secondsSince(startMs),
      ...(await untilJoined(stage, groups, startMs)),
      runningCpuSeconds: round(worker.process.usage().cpuSeconds),
    };
    // A run takes minutes on the JVM: what is known is told.
    console.error(`${title}: ${JSON.stringify(running)}`);
    const idle = await measureIdle(worker, stage.extent.idleSeconds);
    console.error(`${title}: ${JSON.stringify(idle)}`);
    const moved = await measureRebalances(worker, () => start(options));
    const peakResidentMb = Math.round(worker.process.usage().peakResidentMb);
    return [{ name, title, tasks: TASKS, startupSeconds, ...running, ...idle, ...moved, peakResidentMb }];
  } finally {
    await worker.stop();
  }
}

/** A task counts as running before its consumer is in its group and has partitions. */
async function untilJoined({ kafka }: Stage, groups: readonly string[], startMs: number): Promise<Partial<Result>> {
  let last = "";
  await kafka.withAdmin((admin) =>
    waitUntil(
      "all consumers are in their groups",
      async () => {
        const { groups: described } = await admin.describeGroups([...groups]);
        const stable = described.filter(({ state }) => state === "Stable");
        const members = stable.reduce((sum, group) => sum + group.members.length, 0);
        last = `${stable.length} groups with ${members} members`;
        return stable.length === groups.length && members === TASKS;
      },
      { deadlineMs: DEADLINE_MS, everyMs: 500, context: () => last },
    ),
  );
  return { joinedSeconds: secondsSince(startMs) };
}

async function measureIdle({ process }: ConnectWorker, seconds: number): Promise<Partial<Result>> {
  // What follows the start, such as garbage collection, is not idleness.
  await sleep(SETTLE_MS);
  const before = process.usage();
  await sleep(seconds * 1000);
  const after = process.usage();
  return {
    idleCpuMsPerSecond: round(((after.cpuSeconds - before.cpuSeconds) * 1000) / seconds),
    idleResidentMb: Math.round(after.residentMb),
  };
}

async function measureRebalances(worker: ConnectWorker, start: () => Promise<ConnectWorker>): Promise<Partial<Result>> {
  const second = await start();
  try {
    const joinMs = performance.now();
    await untilSpread([worker, second]);
    const joinSeconds = secondsSince(joinMs);
    const leaveMs = performance.now();
    await second.process.stop(DEADLINE_MS);
    await untilSpread([worker]);
    return { joinSeconds, leaveSeconds: secondsSince(leaveMs) };
  } finally {
    await second.kill();
  }
}

function secondsSince(sinceMs: number): number {
  return round((performance.now() - sinceMs) / 1000);
}

/** Makes the topics and writes the config topic of a cluster, as a worker would find it after a restart. */
async function fillConfigTopic({
  kafka,
}: Pick<Stage, "kafka">): Promise<{ readonly options: WorkerOptions; readonly groups: readonly string[] }> {
  const group = uniqueName("scale");
  const folder = temporaryFolder("scale");
  const topics = Array.from({ length: TOPICS }, (_, index) => `${group}-topic-${index}`);
  await kafka.withAdmin(async (admin) => {
    await admin.createTopics({
      topics: topics.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1 })),
    });
  });
  const configs = `${group}-configs`;
  await kafka.createTopic(configs, { partitions: 1, configs: { "cleanup.policy": "compact" } });
  const groups: string[] = [];
  const records: { key: string; value: string }[] = [];
  const add = (key: string, value: unknown): void => void records.push({ key, value: JSON.stringify(value) });
  for (let index = 0; index < CONNECTORS; index++) {
    const name = `${group}-sink-${index}`;
    const tasks = Math.floor(((index + 1) * TASKS) / CONNECTORS) - Math.floor((index * TASKS) / CONNECTORS);
    const topic = topics[index % TOPICS]!;
    const file = join(folder, name);
    const properties = {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
      topics: topic,
      file,
      "tasks.max": String(tasks),
      name,
    };
    const task = { ...properties, "task.class": "org.apache.kafka.connect.file.FileStreamSinkTask" };
    groups.push(`connect-${name}`);
    add(`connector-${name}`, { properties });
    for (let id = 0; id < tasks; id++) add(`task-${name}-${id}`, { properties: task });
    add(`commit-${name}`, { tasks });
  }
  await kafka.produce(configs, records);
  const options = {
    bootstrap: kafka.bootstrap,
    properties: {
      "group.id": group,
      "config.storage.topic": configs,
      "offset.storage.topic": `${group}-offsets`,
      "status.storage.topic": `${group}-status`,
      "offset.flush.interval.ms": 60_000,
      "scheduled.rebalance.max.delay.ms": 0,
    },
  };
  return { options, groups };
}

/** Waits until all connectors and tasks run, on these workers and on each its share. */
async function untilSpread(workers: readonly ConnectWorker[]): Promise<void> {
  let last = "";
  const [first] = workers as [ConnectWorker];
  await waitUntil(
    `all tasks run on ${workers.length} worker(s)`,
    async () => {
      for (const { process } of workers) if (process.exit !== undefined) throw new GiveUp(new Error(process.tail()));
      const { status, body } = await first.rest.request<Record<string, { status: ConnectorStatus }>>(
        "GET",
        "/connectors?expand=status",
      );
      if (status !== 200) return false;
      const states = new Map<string, number>();
      const placed = new Map<string, number>();
      for (const { status } of Object.values(body))
        for (const { state, worker_id: worker } of [status.connector, ...status.tasks]) {
          states.set(state, (states.get(state) ?? 0) + 1);
          if (state === "RUNNING") placed.set(worker, (placed.get(worker) ?? 0) + 1);
        }
      last = JSON.stringify([...states, ...placed]);
      const share = Math.floor(CONNECTORS / workers.length) + Math.floor(TASKS / workers.length);
      return (
        states.get("RUNNING") === CONNECTORS + TASKS &&
        placed.size === workers.length &&
        [...placed.values()].every((count) => Math.abs(count - share) <= 2)
      );
    },
    { deadlineMs: DEADLINE_MS, everyMs: 500, context: () => last },
  );
}
