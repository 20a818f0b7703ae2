import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectFolder } from "../support/folders.js";
import type { Result } from "./measure.js";
import { markdownReport, withFigures } from "./report.js";
import { scenarios, selectScenarios } from "./scenarios.js";
import { Stage } from "./stage.js";

const reportFile = join(projectFolder, "bench-report.md");
const documentFile = join(projectFolder, "docs", "PERFORMANCE.md");

const usage = `npm run bench -- [--quick] [--only NAME,...] [--records N] [--growth N] [--profile]

--quick      the main scenarios with fewer records, in less than three minutes
--only       these scenarios: ${scenarios(1)
  .map(({ name }) => name)
  .join(", ")}; jsonl, avro, parquet, size, topic, partitions and threads name all of their kind;
             many-tasks-jvm runs only where it is named, as it keeps the machine busy for many minutes
--records    records of a scenario (3,000,000; quick: 400,000)
--growth     records that one worker reads in the scenario growth (20,000,000)
--connector  KEY=VALUE for the connectors of our worker, to see what a key does; may be given several times
--worker     KEY=VALUE for our worker's properties, likewise
--document   runs nothing: puts bench-report.md of the last run into docs/PERFORMANCE.md
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
      connector: { type: "string", multiple: true, default: [] },
      worker: { type: "string", multiple: true, default: [] },
      document: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.document) {
    const page = readFileSync(documentFile, "utf8");
    writeFileSync(documentFile, withFigures(page, readFileSync(reportFile, "utf8")));
    return;
  }
  const { quick, profile } = values;
  const records = Number(values.records ?? (quick ? 400_000 : 3_000_000));
  const selected = selectScenarios(scenarios(records), values.only, quick);
  const extent = {
    records,
    growthRecords: Number(values.growth),
    idleSeconds: quick ? 3 : 20,
    profile,
    connectorChanges: pairs(values.connector),
    workerChanges: pairs(values.worker),
  };
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
    writeFileSync(reportFile, markdownReport(results, facts));
  }
  await stage.stop();
}

function pairs(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new Error(`${pair} is not KEY=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

await main();
