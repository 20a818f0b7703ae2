import assert from "node:assert/strict";
import { createProducer } from "../../../runtime/kafka/producer.js";
import { ConnectWorker } from "../../support/connect-worker.js";
import { silentLogger } from "../../support/loggers.js";
import { SchemaRegistry } from "../../support/schema-registry.js";
import { sharedBootstrap, sharedGcs, sharedKafka } from "../../support/shared.js";
import { Judge } from "../objects/judge.js";
import { sideBySide } from "../objects/side-by-side.js";
import { caseNames } from "./case.js";
import { runCase } from "./run-case.js";
import type { Stage } from "./stage.js";

/** Cases that run side by side: most of their time they wait for a commit. */
const CONCURRENCY = 10;

describe("The Confluent sink", () => {
  const wanted = new RegExp(process.env["SLUICE_TEST_CASES"] ?? "");
  const names = caseNames().filter((name) => wanted.test(name));
  let worker: ConnectWorker;
  let stage: Stage;
  let results: Map<string, Promise<string[]>>;

  before(async () => {
    const bootstrap = await sharedBootstrap();
    worker = await ConnectWorker.start({
      bootstrap,
      properties: { "offset.flush.interval.ms": 1000, "connector.client.config.override.policy": "All" },
    });
    const kafka = await sharedKafka();
    const admin = kafka.client.admin();
    await admin.connect();
    stage = {
      rest: worker.rest,
      kafka,
      admin,
      producer: createProducer({ "bootstrap.servers": bootstrap }, silentLogger),
      registry: await SchemaRegistry.start(),
      judge: await Judge.start("confluent"),
      gcs: await sharedGcs(),
      runId: Array.from({ length: 5 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26))).join(""),
    };
    results = sideBySide(names, CONCURRENCY, (name) => runCase(name, stage));
  });
  after(async () => {
    stage.judge.stop();
    await stage.admin.disconnect();
    await stage.producer.close();
    await stage.registry.stop();
    await worker.stop();
  });

  for (const name of names)
    it(`writes what the JVM wrote: ${name}`, async () => {
      const problems = await results.get(name);
      assert.ok(problems !== undefined && problems.length === 0, problems?.join("\n"));
    });
});
