import { parseArgs } from "node:util";
import { Bucket } from "../support/bucket.js";
import type { ConnectorConfig } from "../support/connect-rest.js";
import { ConnectWorker } from "../support/connect-worker.js";
import { GcsEmulator } from "../support/gcs-emulator.js";
import { KafkaBroker, uniqueName } from "../support/kafka-broker.js";
import { TestKafka } from "../support/topics.js";
import { shopEvents, type ShopEvent } from "./events.js";
import { differences, readObjects, type Stored } from "./verify.js";

const partitions = 4;
const connector = "shop-to-gcs";

const usage = `npm run demo -- [--once] [--bootstrap HOST:PORT] [--records N]

  --once       ends by itself, with exit code 0 only when the objects hold exactly what was produced
  --bootstrap  uses a Kafka that runs already (no TLS, no sign-in) instead of starting one
  --records    how many events are produced (100000)`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      once: { type: "boolean", default: false },
      bootstrap: { type: "string" },
      records: { type: "string", default: "100000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const closers: (() => Promise<void>)[] = [];
  try {
    const stage = await setUp(values.bootstrap, closers);
    const problems = await show(stage, shopEvents(Number(values.records), partitions));
    if (!values.once) {
      suggest(stage);
      await untilInterrupted();
    }
    return problems.length === 0 ? 0 : 1;
  } finally {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => {
        console.error("could not clean up:", error);
      });
    }
  }
}

interface DemoStage {
  readonly kafka: TestKafka;
  readonly bucket: Bucket;
  readonly worker: ConnectWorker;
  readonly topic: string;
}

async function setUp(bootstrap: string | undefined, closers: (() => Promise<void>)[]): Promise<DemoStage> {
  step(
    bootstrap === undefined
      ? "Starting Apache Kafka and a storage emulator"
      : `Using Kafka at ${bootstrap}, starting a storage emulator`,
  );
  const emulator = await GcsEmulator.start();
  closers.push(() => emulator.stop());
  let address = bootstrap;
  if (address === undefined) {
    const broker = await KafkaBroker.start();
    closers.push(() => broker.stop());
    address = broker.bootstrap();
  }
  const kafka = new TestKafka(address);
  const topic = uniqueName("shop-events");
  await kafka.createTopic(topic, { partitions });
  const bucket = await Bucket.create(emulator.url, "demo-bucket");
  step("Starting a worker: bin/connect-distributed worker.properties");
  const group = uniqueName("demo-cluster");
  const stateTopics = { config: `${group}-configs`, offset: `${group}-offsets`, status: `${group}-status` };
  // A Kafka of the user's own is left as it was found.
  if (bootstrap !== undefined) {
    closers.push(() => kafka.deleteTopics([topic, ...Object.values(stateTopics)]));
  }
  const worker = await ConnectWorker.start({
    bootstrap: address,
    properties: {
      "group.id": group,
      "config.storage.topic": stateTopics.config,
      "offset.storage.topic": stateTopics.offset,
      "status.storage.topic": stateTopics.status,
      "offset.flush.interval.ms": 2000,
    },
  });
  closers.push(() => worker.stop());
  return { kafka, bucket, worker, topic };
}

/** Moves the events from the topic to the bucket before the reader's eyes; returns what is wrong with the objects. */
async function show(stage: DemoStage, events: readonly ShopEvent[]): Promise<string[]> {
  const { kafka, bucket, worker, topic } = stage;
  step(`Producing ${count(events.length)} orders and clicks to ${topic}`);
  for (let at = 0; at < events.length; at += 10_000) {
    await kafka.produce(
      topic,
      events.slice(at, at + 10_000).map((event) => ({ ...event, value: JSON.stringify(event.value) })),
    );
  }
  const config = connectorConfig(topic, bucket);
  step("Registering the connector");
  const startMs = performance.now();
  const path = `/connectors/${connector}/config`;
  console.log(
    `curl -X PUT ${worker.url}${path} -H 'Content-Type: application/json' --data '${JSON.stringify(config, null, 2)}'\n`,
  );
  const answer = await worker.rest.request("PUT", path, config);
  if (answer.status >= 300) throw new Error(`the worker refused it: ${answer.status} ${JSON.stringify(answer.body)}`);
  await waitForObjects(stage, events.length);
  const seconds = (performance.now() - startMs) / 1000;

  const stored = await readObjects(bucket);
  const problems = differences(stored, events);
  list(bucket, stored);
  step(
    problems.length === 0
      ? `Verified: the objects hold exactly the ${count(events.length)} records produced, and group connect-${connector} has committed them`
      : `NOT what was produced:\n${problems.slice(0, 10).join("\n")}`,
  );
  console.log(
    `From the request to the last commit: ${seconds.toFixed(1)} s, ${count(Math.round(events.length / seconds))} records/s` +
      ` (the worker commits every 2 s; npm run bench measures throughput).`,
  );
  return problems;
}

function connectorConfig(topic: string, bucket: Bucket): ConnectorConfig {
  return {
    "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
    "tasks.max": "2",
    topics: topic,
    "gcs.endpoint": bucket.endpoint,
    "gcs.bucket.name": bucket.name,
    "file.name.template": "{{topic}}/{{partition}}-{{start_offset}}.jsonl.gz",
    "file.compression.type": "gzip",
    "file.max.records": "10000",
    "format.output.type": "jsonl",
    "format.output.fields": "value",
    "format.output.envelope": "false",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": "false",
  };
}

/** Waits until everything is committed: offsets are committed after their objects are complete. */
async function waitForObjects({ kafka, bucket, worker, topic }: DemoStage, records: number): Promise<void> {
  await kafka.withAdmin((admin) =>
    worker.process.waitUntil(
      "all offsets are committed",
      async () => {
        const [group] = await admin.fetchOffsets({ groupId: `connect-${connector}`, topics: [topic] });
        const committed = (group?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
        const objects = await bucket.list();
        progress(`  ${objects.length} objects, ${count(committed)} of ${count(records)} records committed`);
        return committed === records;
      },
      { deadlineMs: 300_000, everyMs: 250 },
    ),
  );
  if (process.stdout.isTTY) process.stdout.write("\n");
}

function list(bucket: Bucket, { objects }: Stored): void {
  step(`Objects in gs://${bucket.name}`);
  for (const { name, bytes, lines } of objects.slice(0, 8))
    console.log(`  ${name}  ${count(lines.length)} records, ${count(bytes)} bytes`);
  if (objects.length > 8) console.log(`  … and ${objects.length - 8} more`);
  const [first] = objects;
  if (first === undefined) return;
  step(`First lines of ${first.name}`);
  for (const line of first.lines.slice(0, 3)) console.log(`  ${line}`);
}

/** Commands for another terminal. */
function suggest({ kafka, bucket, worker, topic }: DemoStage): void {
  step("To try next, in another terminal");
  const objects = `${bucket.endpoint}/storage/v1/b/${bucket.name}/o`;
  console.log(`  curl -s ${worker.url}/connectors/${connector}/status
  curl -s ${worker.url}/connectors/${connector}/offsets
  curl -s ${worker.url}/connectors/${connector}/topics
  curl -X PUT ${worker.url}/connectors/${connector}/pause      # and .../resume
  curl -X POST '${worker.url}/connectors/${connector}/restart?includeTasks=true'
  curl -X PUT ${worker.url}/connector-plugins/GcsSinkConnector/config/validate -H 'Content-Type: application/json' --data '{}'
  curl -s ${objects}
  curl -s '${objects}/${encodeURIComponent(`${topic}/0-0.jsonl.gz`)}?alt=media' | gunzip | head -3
  kcat -b ${kafka.bootstrap} -t ${topic} -P     # more records, one line of JSON each`);
}

async function untilInterrupted(): Promise<void> {
  step("All of it stays up until Ctrl-C");
  const timer = setInterval(() => undefined, 60_000);
  await new Promise((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  clearInterval(timer);
  console.log("\nStopping");
}

let lastProgress = "";

/** One line that is written over on a terminal, and a line per change elsewhere. */
function progress(text: string): void {
  if (text === lastProgress) return;
  lastProgress = text;
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
}

function step(text: string): void {
  console.log(`\n== ${text}`);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

process.exitCode = await main();
