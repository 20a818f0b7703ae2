import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { javaToString } from "../../../../runtime/api/index.js";
import { createConsumer } from "../../../../runtime/kafka/consumer.js";
import { createProducer } from "../../../../runtime/kafka/producer.js";
import type { ProducerRecord } from "../../../../runtime/kafka/seam.js";
import { Loggers } from "../../../../runtime/logging/loggers.js";
import { RowOrigin } from "../../../../runtime/task/raw-record.js";
import { ConnectWorker } from "../../../support/connect-worker.js";
import { temporaryFolder } from "../../../support/folders.js";
import { uniqueName } from "../../../support/kafka-broker.js";
import { newTopic, sharedKafka } from "../../../support/shared.js";
import { TaskBench } from "../../../support/task-bench.js";
import type { TestKafka } from "../../../support/topics.js";
import { waitUntil } from "../../../support/wait.js";

const log = new Loggers(() => undefined).get("test");
const STACKTRACE = "__connect.errors.exception.stacktrace";

type Poison = Omit<ProducerRecord, "topic"> & { readonly value: Uint8Array | null };

const long = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(value);

/** What can go wrong at each stage, with good records in between. */
const RECORDS: readonly Poison[] = [
  { key: long(1), value: text('{"a":"first"}'), timestampMs: 1_700_000_000_000 },
  { key: long(2), value: text('{"a":'), timestampMs: 1_700_000_000_001 },
  { key: text("bad"), value: text('{"a":2}'), timestampMs: 1_700_000_000_002 },
  { key: long(3), value: text('{"a":3}'), headers: [["h", text("{")]], timestampMs: 0 },
  { key: null, value: text("5"), timestampMs: 1_700_000_000_004 },
  { key: long(5), value: null },
  { key: text("bad"), value: text("{"), headers: [["h", text("}")]] },
  { key: long(7), value: text('{"a":"x"}'), headers: [["h", text("1")]] },
  {
    key: long(8),
    value: text("nonsense"),
    headers: [["x", text("1")], ["y", text("2")], ["x", text('"3"')], ["n", null], ["e", text("")]], // prettier-ignore
  },
  { key: long(9), value: text('{"b":1}') },
  { key: long(10), value: Buffer.from([0xff, 0x00]) },
  { key: null, value: text("[1]") },
  { key: long(12), value: text('{"a":"last"}') },
];

interface Letter {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestampMs: number;
  readonly headers: readonly (readonly [string, string | null])[];
}

const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString("latin1"));

/** Stack traces differ in their frames: only classes and messages are compared. */
function readable([key, value]: readonly [string, Uint8Array | null]): [string, string | null] {
  const content = hex(value);
  if (key !== STACKTRACE || content === null) return [key, content];
  return [key, content.split("\n")[0] ?? ""];
}

describe("Error handling next to a JVM worker", function () {
  let kafka: TestKafka;
  let topic: string;
  let jvm: ConnectWorker;
  const folder = temporaryFolder("error-handling");
  const benches: TaskBench[] = [];
  const names = { all: uniqueName("poison-all"), none: uniqueName("poison-none"), plain: uniqueName("poison-plain") };
  const deadOf: Record<string, { jvm: string; ours: string }> = {};

  function configOf(name: string, deadLetters: string): Record<string, string> {
    return {
      name,
      "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
      "tasks.max": "1",
      topics: topic,
      file: join(folder, name),
      "key.converter": "org.apache.kafka.connect.converters.LongConverter",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
      "header.converter": "org.apache.kafka.connect.json.JsonConverter",
      "header.converter.schemas.enable": "false",
      transforms: "field",
      "transforms.field.type": "org.apache.kafka.connect.transforms.ExtractField$Value",
      "transforms.field.field": "a",
      "errors.tolerance": name === names.none ? "none" : "all",
      "errors.deadletterqueue.topic.name": deadLetters,
      "errors.deadletterqueue.topic.replication.factor": "1",
      "errors.deadletterqueue.context.headers.enable": String(name !== names.plain),
    };
  }

  before(async () => {
    kafka = await sharedKafka();
    topic = await newTopic("poison");
    const producer = createProducer({ "bootstrap.servers": kafka.bootstrap }, log);
    for (const record of RECORDS) await producer.send({ topic, ...record });
    await producer.close();
    for (const name of Object.values(names))
      deadOf[name] = { jvm: uniqueName(`${name}-jvm`), ours: uniqueName(`${name}-ours`) };
    jvm = await ConnectWorker.startJvm({
      bootstrap: kafka.bootstrap,
      mode: "standalone",
      connectors: Object.values(names).map((name) => configOf(name, deadOf[name]!.jvm)),
    });
  });
  after(async () => {
    for (const bench of benches) await bench.close();
    await jvm.kill();
  });

  async function lettersOf(deadLetters: string): Promise<Letter[]> {
    const consumer = createConsumer(
      { "bootstrap.servers": kafka.bootstrap, "group.id": uniqueName("reader"), "auto.offset.reset": "earliest" },
      log,
    );
    const letters: Letter[] = [];
    const nothing = () => Promise.resolve();
    consumer.subscribe({ topics: [deadLetters] }, { onAssigned: nothing, onRevoked: nothing, onLost: nothing });
    const end = (await kafka.endOffsets(deadLetters)).get(0) ?? 0;
    while (letters.length < end)
      for (const { topic: of, partition, columns } of await consumer.poll(1000))
        for (let row = 0; row < columns.count; row++) {
          const raw = new RowOrigin(of, partition, columns, row).raw();
          const { timestampMs } = raw;
          letters.push({ key: hex(raw.key), value: hex(raw.value), timestampMs, headers: raw.headers.map(readable) });
        }
    await consumer.close();
    return letters;
  }

  function ours(name: string): TaskBench {
    const { bootstrap } = kafka;
    const bench = new TaskBench({ bootstrap, name, group: `ours-${name}`, config: configOf(name, deadOf[name]!.ours) });
    benches.push(bench);
    return bench;
  }

  const committedBy = async (group: string) => (await kafka.committedOffsets(group, topic)).get(0) ?? null;
  const linesOfJvm = (name: string) => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };

  for (const which of ["all", "plain"] as const)
    it(`gives the same records and the same dead letters when errors are tolerated (${which})`, async () => {
      const name = names[which];
      const bench = ours(name);
      const task = await bench.start();
      await bench.until("all was taken", () => task.values.includes("last"));
      await bench.stop();
      await waitUntil("the JVM has committed", async () => (await committedBy(`connect-${name}`)) === RECORDS.length);
      assert.equal(await committedBy(bench.group), RECORDS.length);
      const lines = task.values.map((value) => `${javaToString(value)}\n`).join("");
      assert.equal(lines, linesOfJvm(name));
      const expected = await lettersOf(deadOf[name]!.jvm);
      assert.equal(expected.length, 8);
      assert.equal(expected[0]!.headers.length, which === "plain" ? 0 : 10);
      assert.deepEqual(await lettersOf(deadOf[name]!.ours), expected);
    });

  it("fails alike at the first bad record when errors are not tolerated, and still sends its dead letter", async () => {
    const name = names.none;
    const bench = ours(name);
    bench.tasksOfThread.start(bench.spec());
    const { trace } = await bench.failure();
    const status = await waitUntil("the JVM's task has failed", async () => {
      const { tasks } = await jvm.rest.status(name);
      return tasks.find(({ state }) => state === "FAILED");
    });
    const headings = (of: string) => of.split("\n").filter((line) => line !== "" && !line.startsWith("\t"));
    const [first, second] = headings(status.trace ?? "");
    assert.deepEqual(headings(trace).slice(0, 2), [first, second]);
    assert.deepEqual(bench.tasks[0]?.taken, []);
    assert.equal(linesOfJvm(name), "");
    assert.deepEqual([await committedBy(bench.group), await committedBy(`connect-${name}`)], [null, null]);
    assert.deepEqual(await lettersOf(deadOf[name]!.ours), await lettersOf(deadOf[name]!.jvm));
  });
});
