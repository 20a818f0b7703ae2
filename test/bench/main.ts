import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectFolder } from "../support/folders.js";
import type { Result } from "./measure.js";
import { markdownReport } from "./report.js";
import { scenarios, selectScenarios } from "./scenarios.js";
import { Stage } from "./stage.js";

const usage = `npm run bench -- [--quick] [--only NAME,...] [--records N] [--growth N] [--profile]

--quick      the main scenarios with fewer records, in less than three minutes
--only       these scenarios: ${scenarios(1)
  .map(({ name }) => name)
  .join(", ")}; jsonl, avro, parquet, size, topic, partitions and threads name all of their kind
--records    records of a scenario (3,000,000; quick: 400,000)
--growth     records that one worker reads in the scenario growth (20,000,000)
--profile    writes bench-profile/NAME: a CPU profile of each thread of our worker, and summary.md`;

/**
 * Measures our worker next to a bare kafkajs consumer and the JVM's worker, on the same waiting records. Prints a line
 * of JSON per result; leaves bench-report.jsonl and bench-report.md in the checkout. Fails where records are lost or doubled,
 * never because of a figure.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      records: { type: "string" },
      growth: { type: "string", default: "20000000" },
      profile: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const { quick, profile } = values;
  const records = Number(values.records ?? (quick ? 400_000 : 3_000_000));
  const selected = selectScenarios(scenarios(records), values.only, quick);
  const extent = { records, growthRecords: Number(values.growth), idleSeconds: quick ? 3 : 20, profile };
  const facts = { quick, loadBefore: loadavg()[0] ?? 0 };
  const stage = await Stage.start(extent, { tls: selected.some(({ needsTls }) => needsTls) });
  const results: Result[] = [];
  for (const { name, run } of selected) {
    console.error(`running ${name}`);
    for (const result of await run(stage)) {
      results.push(result);
      console.log(JSON.stringify(result));
    }
    // After each, so that a run that is broken off leaves what it has measured.
    writeFileSync(join(projectFolder, "bench-report.jsonl"), results.map((r) => `${JSON.stringify(r)}\n`).join(""));
    writeFileSync(join(projectFolder, "bench-report.md"), markdownReport(results, facts));
  }
  await stage.stop();
}

await main();
