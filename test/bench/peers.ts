import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ConnectWorker } from "../support/connect-worker.js";
import { projectFolder, temporaryFolder } from "../support/folders.js";
import { OwnedProcess } from "../support/process.js";
import { expectCount, measureIdle, runConnector, startTimed } from "./connector-run.js";
import { measureThroughput, type Result } from "./measure.js";
import type { Stage } from "./stage.js";
import type { LoadSpec } from "./workload.js";

/** Names of the scenarios that others are compared with. */
export const KAFKAJS = "kafkajs";
export const JVM = "jvm";

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

/** The JVM's worker with the file sink that comes with Kafka: JSON is parsed, a line per record is appended to a file. */
export async function jvmFileSink(stage: Stage, load: LoadSpec, warmUp: LoadSpec): Promise<Result[]> {
  const { worker, startup } = await startTimed(() =>
    // The heap that Kafka's own start script gives a Connect worker.
    ConnectWorker.startJvm({ bootstrap: stage.bootstrap, heapMb: 2048, flags: ["-Xms256m"], warm: true }),
  );
  try {
    const file = join(temporaryFolder("jvm-file"), "out");
    const config = { "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", file };
    const { figures: idle } = await measureIdle(worker, stage, config);
    const [warm, full] = [await stage.workloads.get(warmUp), await stage.workloads.get(load)];
    await runConnector(worker, stage, warm, 2, config);
    const result = await measureThroughput(worker.process.pid, full, () =>
      runConnector(worker, stage, full, 2, config),
    );
    const lines = Number(spawnSync("wc", ["-l", file], { encoding: "utf8" }).stdout.trim().split(" ")[0]);
    const title = "JVM worker, FileStreamSink";
    expectCount(title, lines, full.records + warm.records);
    return [{ name: JVM, title, ...startup, ...idle, ...result }];
  } finally {
    await worker.kill();
  }
}
