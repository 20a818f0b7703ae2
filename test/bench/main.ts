import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectFolder } from "../support/folders.js";
import { GcsEmulator } from "../support/gcs-emulator.js";
import { KafkaBroker } from "../support/kafka-broker.js";
import { TestKafka } from "../support/topics.js";
import { markdownReport } from "./report.js";
import type { Result } from "./measure.js";
import { jvmFileSink, kafkajsConsumer, sluiceAivenJsonl, type Stage } from "./scenarios.js";
import { fillTopic } from "./workload.js";

const scenarios: Readonly<Record<string, (stage: Stage) => Promise<Result[]>>> = {
  sluice: sluiceAivenJsonl,
  kafkajs: kafkajsConsumer,
  jvm: jvmFileSink,
};

const usage = `npm run bench -- [--quick] [--only ${Object.keys(scenarios).join(",")}] [--records N] [--profile]`;

/**
 * Measures our worker next to a bare kafkajs consumer and the JVM's worker, on the same waiting records. Prints a line
 * of JSON per scenario; leaves bench-report.jsonl and bench-report.md in the checkout, and with --profile a CPU profile per
 * thread of our worker in bench-profile/.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", default: Object.keys(scenarios).join(",") },
      records: { type: "string" },
      profile: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const quick = values.quick;
  const records = Number(values.records ?? (quick ? 400_000 : 3_000_000));
  const [broker, emulator] = await Promise.all([KafkaBroker.start({ heapMb: 1024, warm: true }), GcsEmulator.start()]);
  const kafka = new TestKafka(broker.bootstrap());
  console.error(`producing ${records} records`);
  const load = await fillTopic(kafka, records);
  const warmUp = await fillTopic(kafka, quick ? 40_000 : 500_000);
  const nodeFlags = values.profile ? ["--cpu-prof", `--cpu-prof-dir=${join(projectFolder, "bench-profile")}`] : [];
  const stage = { kafka, gcs: emulator.url, load, warmUp, idleSeconds: quick ? 3 : 20, nodeFlags };
  const results: Result[] = [];
  for (const name of values.only.split(",")) {
    const scenario = scenarios[name];
    if (scenario === undefined) throw new Error(`no scenario ${name}; ${usage}`);
    console.error(`running ${name}`);
    for (const result of await scenario(stage)) {
      results.push(result);
      console.log(JSON.stringify(result));
    }
  }
  writeFileSync(join(projectFolder, "bench-report.jsonl"), results.map((r) => `${JSON.stringify(r)}\n`).join(""));
  writeFileSync(join(projectFolder, "bench-report.md"), markdownReport(results, quick));
  await emulator.stop();
  await broker.stop();
}

await main();
