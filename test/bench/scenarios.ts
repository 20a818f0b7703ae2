import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Bucket } from "../support/bucket.js";
import type { ConnectorConfig, ConnectorStatus } from "../support/connect-rest.js";
import { ConnectWorker } from "../support/connect-worker.js";
import { projectFolder, temporaryFolder } from "../support/folders.js";
import { uniqueName } from "../support/kafka-broker.js";
import { OwnedProcess } from "../support/process.js";
import type { TestKafka } from "../support/topics.js";
import { GiveUp, waitUntil } from "../support/wait.js";
import { measureThroughput, round, type Result } from "./measure.js";
import type { Workload } from "./workload.js";

/** What a scenario runs against. */
export interface Stage {
  readonly kafka: TestKafka;
  /** Base URL of the storage emulator. */
  readonly gcs: string;
  /** What is measured. */
  readonly load: Workload;
  /** A smaller one of the same kind that runs before, so that compilers have done their work. */
  readonly warmUp: Workload;
  readonly idleSeconds: number;
  /** Node's flags for our worker. */
  readonly nodeFlags: readonly string[];
}

/** A bare consumer of kafkajs that counts records and writes nothing. */
export async function kafkajsConsumer({ kafka, load, warmUp }: Stage): Promise<Result[]> {
  const loads = [warmUp, load].flatMap(({ topic, records }) => [topic, String(records)]);
  const consumer = new OwnedProcess({
    name: "kafkajs-consumer",
    command: process.execPath,
    args: [join(projectFolder, "dist", "test", "bench", "kafkajs-consumer.js"), kafka.bootstrap, ...loads],
  });
  const printed = (line: string) =>
    consumer.waitUntil(line, () => consumer.log().includes(line), { deadlineMs: 600_000, everyMs: 20 });
  await printed(`ready ${load.topic}`);
  const result = await measureThroughput("kafkajs eachBatch", consumer.pid, load, async () => {
    await printed(`done ${load.topic}`);
  });
  await consumer.kill();
  return [result];
}

/** The JVM's worker with the file sink that comes with Kafka: JSON is parsed, a line per record is appended to a file. */
export async function jvmFileSink(stage: Stage): Promise<Result[]> {
  const worker = await startTimed("jvm", () =>
    // The heap that Kafka's own start script gives a Connect worker.
    ConnectWorker.startJvm({ bootstrap: stage.kafka.bootstrap, heapMb: 2048, flags: ["-Xms256m"], warm: true }),
  );
  try {
    const file = join(temporaryFolder("jvm-file"), "out");
    const config = { "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", file };
    await runConnector(worker.value, stage, stage.warmUp, config);
    const result = await measureThroughput("jvm FileStreamSink", worker.value.process.pid, stage.load, () =>
      runConnector(worker.value, stage, stage.load, config),
    );
    const lines = Number(spawnSync("wc", ["-l", file], { encoding: "utf8" }).stdout.trim().split(" ")[0]);
    expectCount("jvm FileStreamSink", lines, stage.load.records + stage.warmUp.records);
    const idle = await measureIdle("jvm", worker.value, stage, config);
    return [worker.result, result, idle];
  } finally {
    await worker.value.kill();
  }
}

type Codec = "none" | "gzip" | "zstd";

/** Our worker with the Aiven sink writing JSON lines. One worker serves all compressions, one after the other. */
export async function sluiceAivenJsonl(
  stage: Stage,
  codecs: readonly Codec[] = ["none", "gzip", "zstd"],
): Promise<Result[]> {
  const worker = await startTimed("sluice", () =>
    ConnectWorker.start({ bootstrap: stage.kafka.bootstrap, nodeFlags: stage.nodeFlags }),
  );
  const results = [worker.result];
  try {
    for (const codec of codecs) {
      const warm = await Bucket.create(stage.gcs, uniqueName("warm"));
      await runConnector(worker.value, stage, stage.warmUp, aivenConfig(stage.gcs, warm.name, codec));
      await warm.delete();
      const bucket = await Bucket.create(stage.gcs, uniqueName("bench"));
      const scenario = `sluice Aiven jsonl ${codec}`;
      const result = await measureThroughput(scenario, worker.value.process.pid, stage.load, () =>
        runConnector(worker.value, stage, stage.load, aivenConfig(stage.gcs, bucket.name, codec)),
      );
      results.push({ ...result, ...(await inspect(scenario, bucket, codec, stage.load.records)) });
      await bucket.delete();
    }
    const idleBucket = await Bucket.create(stage.gcs, uniqueName("idle"));
    results.push(await measureIdle("sluice", worker.value, stage, aivenConfig(stage.gcs, idleBucket.name, "none")));
    await idleBucket.delete();
  } finally {
    // In an orderly way, so that a profile gets written.
    await worker.value.stop();
  }
  return results;
}

function aivenConfig(gcs: string, bucket: string, codec: Codec): ConnectorConfig {
  return {
    "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
    "gcs.endpoint": gcs,
    "gcs.bucket.name": bucket,
    "file.name.template": "{{topic}}/{{partition}}-{{start_offset}}",
    "file.max.records": "100000",
    "file.compression.type": codec,
    "format.output.type": "jsonl",
    "format.output.fields": "value",
    "format.output.envelope": "false",
  };
}

/** Runs a connector of two tasks over the workload until its group has committed the end of every partition. */
async function runConnector(
  { rest }: ConnectWorker,
  { kafka }: Stage,
  { topic }: Workload,
  config: ConnectorConfig,
): Promise<void> {
  const name = uniqueName("bench");
  const ends = await kafka.endOffsets(topic);
  await rest.putConnector(name, { ...config, topics: topic, "tasks.max": "2" });
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

async function failOnFailedTask(rest: ConnectWorker["rest"], name: string): Promise<void> {
  const { status, body } = await rest.request<ConnectorStatus>("GET", `/connectors/${name}/status`);
  if (status !== 200) return;
  const failed = [body.connector, ...body.tasks].find(({ state }) => state === "FAILED");
  if (failed !== undefined) throw new GiveUp(new Error(`${name} has failed: ${failed.trace ?? "no trace"}`));
}

/** Counts what was stored, so that no figure is of a run that lost or repeated records. */
async function inspect(scenario: string, bucket: Bucket, codec: Codec, records: number): Promise<Partial<Result>> {
  const objects = await bucket.list();
  let count = 0;
  let storedBytes = 0;
  for (const { name, size } of objects) {
    const stored = await bucket.read(name);
    const plain = codec === "gzip" ? gunzipSync(stored) : codec === "zstd" ? zstdDecompressSync(stored) : stored;
    for (let at = plain.indexOf(10); at >= 0; at = plain.indexOf(10, at + 1)) count++;
    // The last line of a JSON lines object of this sink has no line feed.
    if (plain.length > 0 && plain[plain.length - 1] !== 10) count++;
    storedBytes += Number(size);
  }
  expectCount(scenario, count, records);
  return { objects: objects.length, storedMb: round(storedBytes / 1e6) };
}

function expectCount(scenario: string, found: number, expected: number): void {
  if (found !== expected) throw new Error(`${scenario}: ${found} records were written, not ${expected}`);
}

/** Time and cost from the start of the process to its first REST answer. */
async function startTimed(
  scenario: string,
  start: () => Promise<ConnectWorker>,
): Promise<{ value: ConnectWorker; result: Result }> {
  const startMs = performance.now();
  const value = await start();
  const { cpuSeconds, peakResidentMb } = value.process.usage();
  const result = {
    scenario: `${scenario} start to first REST answer`,
    startupSeconds: round((performance.now() - startMs) / 1000),
    startupCpuSeconds: round(cpuSeconds),
    peakResidentMb: Math.round(peakResidentMb),
  };
  return { value, result };
}

/** What a worker costs while a connector of two tasks waits for records. */
async function measureIdle(
  scenario: string,
  { rest, process: worker }: ConnectWorker,
  { kafka, idleSeconds }: Stage,
  config: ConnectorConfig,
): Promise<Result> {
  const topic = uniqueName("idle");
  const name = uniqueName("idle");
  await kafka.createTopic(topic, { partitions: 4 });
  await rest.putConnector(name, { ...config, topics: topic, "tasks.max": "2" });
  await rest.waitForRunning(name, 2);
  // Joining and the first fetches are not idleness.
  await sleep(3_000);
  const before = worker.usage();
  await sleep(idleSeconds * 1000);
  const after = worker.usage();
  await rest.deleteConnector(name);
  return {
    scenario: `${scenario} idle`,
    tasks: 2,
    idleCpuMsPerSecond: round(((after.cpuSeconds - before.cpuSeconds) * 1000) / idleSeconds),
    idleResidentMb: Math.round(after.residentMb),
  };
}
