import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ConnectWorker } from "../support/connect-worker.js";
import { projectFolder, temporaryFolder } from "../support/folders.js";
import { OwnedProcess } from "../support/process.js";
import type { Properties } from "../support/properties.js";
import {
  expectCount,
  IDLE_PROPERTIES,
  measureIdle,
  runConnector,
  startTimed,
  WORKER_PROPERTIES,
} from "./connector-run.js";
import { measureThroughput, type Result } from "./measure.js";
import type { Stage } from "./stage.js";
import type { LoadSpec } from "./workload.js";

/** Names of the scenarios that others are compared with. */
export const KAFKAJS = "kafkajs";
export const JVM = "jvm";
export const JVM_IDLE = "jvm-idle";

/** A bare consumer of kafkajs that counts records and writes nothing. */
export async function kafkajsConsumer(stage: Stage, load: LoadSpec, warmUp: LoadSpec): Promise<Result[]> {
  const full = await stage.workloads.get(load);
  const loads = [await stage.workloads.get(warmUp), full].flatMap(({ topic, records }) => [topic, String(records)]);
  const consumer = new OwnedProcess({
    name: "kafkajs-consumer",
    command: process.execPath,
    args: [join(projectFolder, "dist", "test", "bench", "kafkajs-consumer.js"), stage.bootstrap, ...loads],
  });
  const printed = (line: string) =>
    consumer.waitUntil(line, () => consumer.log().includes(line), { deadlineMs: 600_000, everyMs: 20 });
  await printed(`ready ${full.topic}`);
  const result = await measureThroughput(consumer.pid, full, async () => {
    await printed(`done ${full.topic}`);
  });
  await consumer.kill();
  return [{ name: KAFKAJS, title: "kafkajs eachBatch that counts", ...result }];
}

const fileSink = (file: string) => ({
  "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
  file,
});

/** The JVM's worker with the file sink that comes with Kafka: JSON is parsed, a line per record is appended to a file. */
export async function jvmFileSink(stage: Stage, load: LoadSpec, warmUp: LoadSpec): Promise<Result[]> {
  const { worker, startup } = await startJvm(stage, WORKER_PROPERTIES);
  try {
    const file = join(temporaryFolder("jvm-file"), "out");
    const [warm, full] = [await stage.workloads.get(warmUp), await stage.workloads.get(load)];
    await runConnector(worker, stage, warm, 2, fileSink(file));
    const result = await measureThroughput(worker.process.pid, full, () =>
      runConnector(worker, stage, full, 2, fileSink(file)),
    );
    const lines = Number(spawnSync("wc", ["-l", file], { encoding: "utf8" }).stdout.trim().split(" ")[0]);
    const title = "JVM worker, FileStreamSink";
    expectCount(title, lines, full.records + warm.records);
    return [{ name: JVM, title, ...startup, ...result }];
  } finally {
    await worker.kill();
  }
}

/** A JVM worker whose tasks wait for records and have never had any. */
export async function jvmIdle(stage: Stage): Promise<Result[]> {
  const { worker, startup } = await startJvm(stage, IDLE_PROPERTIES);
  try {
    const file = join(temporaryFolder("jvm-file"), "out");
    const { figures } = await measureIdle(worker, stage, fileSink(file));
    return [{ name: JVM_IDLE, title: "JVM worker, idle", ...startup, ...figures }];
  } finally {
    await worker.kill();
  }
}

function startJvm({ bootstrap }: Stage, properties: Properties) {
  return startTimed(() =>
    // The heap that Kafka's own start script gives a Connect worker.
    ConnectWorker.startJvm({ bootstrap, properties, heapMb: 2048, flags: ["-Xms256m"], warm: true }),
  );
}
