import type { Bucket } from "../../support/bucket.js";
import { Bucket as NewBucket } from "../../support/bucket.js";
import type { ConnectRest, ConnectorStatus } from "../../support/connect-rest.js";
import type { SchemaRegistry } from "../../support/schema-registry.js";
import type { StoredRecord, TestKafka } from "../../support/topics.js";
import { waitUntil } from "../../support/wait.js";
import type { Producer } from "../../../runtime/kafka/seam.js";
import { bytesOf } from "./case.js";
import type { Case, CaseRecord, DeadLetter } from "./case.js";
import { compareObject } from "./compare.js";
import type { FoundObject } from "./compare.js";
import type { Judge } from "../objects/judge.js";

/** What a case runs on. */
export interface Stage {
  readonly rest: ConnectRest;
  readonly kafka: TestKafka;
  readonly producer: Producer;
  readonly registry: SchemaRegistry;
  readonly judge: Judge;
  readonly gcs: string;
  readonly runId: string;
}

/** How long a `stuck` case is watched: a few commit intervals. */
const STUCK_MS = 4_000;

/** Plays a case and gives all differences from its recording. */
export async function runCase(recorded: Case, stage: Stage): Promise<string[]> {
  const name = `${recorded.name}-${stage.runId}`;
  const bucket = await NewBucket.create(stage.gcs, `aiven-${name}`.toLowerCase());
  await prepare(recorded, stage);
  const waves = recorded.waves ?? [recorded.records ?? []];
  const ends = startOf(recorded);
  await produce(waves[0] ?? [], stage, ends);
  const startMs = Date.now();
  const answer = await putConnector(recorded, stage, name, bucket);
  const mode = recorded.mode ?? "commit";
  try {
    if (mode === "rest") return compareAnswer(recorded, answer);
    if (answer.status >= 400) return [`PUT was answered ${answer.status}: ${JSON.stringify(answer.body)}`];
    const status = await watch(recorded, stage, name, waves, ends);
    const period = [startMs, Date.now()] as const;
    return [
      ...(await compareBucket(recorded, stage, bucket, period)),
      ...(mode === "failed" ? compareStatus(recorded, status) : []),
      ...(mode === "commit" ? [] : await compareCommitted(recorded, stage, name)),
      ...(await compareDeadLetters(recorded, stage)),
    ];
  } finally {
    if (answer.status < 400) await stage.rest.deleteConnector(name);
  }
}

/** Next offsets by topic and partition. */
type Offsets = Map<string, Map<number, number>>;

async function prepare(recorded: Case, { kafka, registry }: Stage): Promise<void> {
  const schemas = Object.entries(recorded.schemas ?? {}).sort(([, a], [, b]) => (a.version ?? 1) - (b.version ?? 1));
  for (const [id, { subject, schema, references }] of schemas)
    registry.register(subject, schema, { id: Number(id), ...(references === undefined ? {} : { references }) });
  // Records have the times that the case says, which may be long ago or far ahead.
  const configs = {
    "retention.ms": "-1",
    "message.timestamp.after.max.ms": String(2n ** 63n - 1n),
    "message.timestamp.before.max.ms": String(2n ** 63n - 1n),
  };
  for (const [topic, partitions] of Object.entries(recorded.topics))
    await kafka.createTopic(topic, { partitions, configs });
  const deadLetters = recorded.connector["errors.deadletterqueue.topic.name"];
  if (deadLetters !== undefined) await kafka.createTopic(deadLetters, { configs });
  for (const [topic, offsets] of Object.entries(recorded.startOffsets ?? {})) await skipTo(kafka, topic, offsets);
}

/** Makes partitions begin at these offsets. */
async function skipTo(kafka: TestKafka, topic: string, offsets: Readonly<Record<string, number>>): Promise<void> {
  for (const [partition, offset] of Object.entries(offsets))
    await kafka.produce(
      topic,
      Array.from({ length: offset }, () => ({ value: "", partition: Number(partition) })),
    );
  const partitions = Object.entries(offsets).map(([partition, offset]) => ({
    partition: Number(partition),
    offset: String(offset),
  }));
  await kafka.withAdmin(async (admin) => {
    // Has kafkajs learn the leaders, which the deletion itself does not.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions });
  });
}

function startOf(recorded: Case): Offsets {
  const starts = Object.entries(recorded.startOffsets ?? {});
  return new Map(
    starts.map(([topic, offsets]) => [
      topic,
      new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), offset])),
    ]),
  );
}

async function produce(records: readonly CaseRecord[], { producer }: Stage, ends: Offsets): Promise<void> {
  const sent: Promise<void>[] = [];
  for (const { topic, partition = 0, key, value, headers = [], timestamp } of records) {
    sent.push(
      producer.send({
        topic,
        partition,
        key: bytesOf(key),
        value: bytesOf(value),
        headers: headers.map(([header, data]) => [header, bytesOf(data)] as const),
        timestampMs: timestamp,
      }),
    );
    let ofTopic = ends.get(topic);
    if (ofTopic === undefined) ends.set(topic, (ofTopic = new Map<number, number>()));
    ofTopic.set(partition, (ofTopic.get(partition) ?? 0) + 1);
  }
  await Promise.all(sent);
}

async function putConnector(recorded: Case, stage: Stage, name: string, bucket: Bucket) {
  const filledIn = Object.entries(recorded.connector).map(([key, value]) => [
    key,
    value.replace("${GCS}", stage.gcs).replace("${BUCKET}", bucket.name).replace("${REGISTRY}", stage.registry.url),
  ]);
  const config = { ...Object.fromEntries(filledIn), name } as Record<string, string>;
  return waitUntil("the worker is not rebalancing", async () => {
    const answer = await stage.rest.request<{ message?: string }>("PUT", `/connectors/${name}/config`, config);
    return answer.status === 409 ? undefined : answer;
  });
}

/** Plays the waves, each after the one before was committed, and waits for the end that the case has. */
async function watch(
  recorded: Case,
  stage: Stage,
  name: string,
  waves: readonly (readonly CaseRecord[])[],
  ends: Offsets,
): Promise<ConnectorStatus> {
  const { rest, kafka } = stage;
  const path = `/connectors/${name}/status`;
  const status = async (): Promise<ConnectorStatus | undefined> => {
    const answer = await rest.request<ConnectorStatus>("GET", path);
    return answer.status === 200 ? answer.body : undefined;
  };
  const failed = (now: ConnectorStatus): boolean =>
    now.connector.state === "FAILED" || now.tasks.some(({ state }) => state === "FAILED");
  switch (recorded.mode ?? "commit") {
    case "failed":
      return waitUntil(`${name} fails`, async () => {
        const now = await status();
        return now !== undefined && failed(now) ? now : undefined;
      });
    case "stuck": {
      const startMs = Date.now();
      return waitUntil(`${name} is watched`, async () => {
        const now = await status();
        if (now === undefined || now.tasks.length === 0) return undefined;
        return failed(now) || Date.now() - startMs > STUCK_MS ? now : undefined;
      });
    }
    default:
      for (const [index, wave] of waves.entries()) {
        if (index > 0) await produce(wave, stage, ends);
        await waitUntil(
          `${name} has committed wave ${index}`,
          async () => {
            const now = await status();
            if (now !== undefined && failed(now)) throw new Error(`it failed: ${JSON.stringify(now)}`);
            for (const [topic, partitions] of ends) {
              const committed = await kafka.committedOffsets(`connect-${name}`, topic);
              for (const [partition, end] of partitions) if (committed.get(partition) !== end) return undefined;
            }
            return true;
          },
          { everyMs: 300 },
        );
      }
      return (await status())!;
  }
}

function compareAnswer(recorded: Case, answer: { status: number; body: { message?: string } }): string[] {
  const { status, message } = recorded.expect.rest!;
  if (answer.status !== status) return [`PUT was answered ${answer.status} instead of ${status}`];
  const found = (answer.body.message ?? "").trim();
  return found === message.trim()
    ? []
    : [`PUT was answered ${JSON.stringify(found)} instead of ${JSON.stringify(message)}`];
}

async function compareBucket(
  recorded: Case,
  stage: Stage,
  bucket: Bucket,
  period: readonly [number, number],
): Promise<string[]> {
  const found = new Map<string, FoundObject>();
  for (const { name, contentType, contentEncoding, metadata } of await bucket.list())
    found.set(name, {
      name,
      bytes: await bucket.read(name),
      contentType: contentType ?? null,
      contentEncoding: contentEncoding ?? null,
      metadata: metadata ?? {},
    });
  const problems: string[] = [];
  for (const expected of recorded.expect.objects) {
    const name = period.map((atMs) => nameAt(recorded, expected.name, atMs)).find((candidate) => found.has(candidate));
    if (name === undefined) {
      // The JVM leaves remains of what it could not write; to leave none is as good.
      if (recorded.mode !== "stuck") problems.push(`object ${expected.name} is missing`);
      continue;
    }
    const problem = await compareObject(recorded, expected, found.get(name)!, stage.judge, stage.runId);
    if (problem !== null) problems.push(`object ${name} (${expected.compare}): ${problem}`);
    found.delete(name);
  }
  for (const [name, { bytes }] of found) problems.push(`object ${name} of ${bytes.length} bytes is not expected`);
  return problems;
}

/** The name of an object with the wall clock's time in it. */
function nameAt({ wallclock }: Case, name: string, atMs: number): string {
  if (wallclock === undefined) return name;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: wallclock.timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
  });
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const time = wallclock.pattern
    .replaceAll("${yyyy}", parts.get("year") ?? "")
    .replaceAll("${MM}", parts.get("month") ?? "")
    .replaceAll("${dd}", parts.get("day") ?? "")
    .replaceAll("${HH}", parts.get("hour") ?? "");
  return name.replace(wallclock.pattern, time);
}

function compareStatus(recorded: Case, status: ConnectorStatus): string[] {
  const expected = recorded.expect.status!;
  const states = [status.connector.state, ...status.tasks.map(({ state }) => state)].join();
  const wanted = [expected.connector, ...expected.tasks].join();
  if (states !== wanted) return [`states are ${states} instead of ${wanted}`];
  const trace = [status.connector, ...status.tasks].map((part) => part.trace).find((text) => text !== undefined) ?? "";
  const problems: string[] = [];
  const firstLine = trace.split("\n")[0];
  if (firstLine !== expected.traceFirstLine) problems.push(`the trace starts ${JSON.stringify(firstLine)}`);
  for (const cause of expected.causes ?? []) {
    const [javaClass = "", message = ""] = /^([^:]+): (.*)/.exec(cause)?.slice(1) ?? [];
    const counts = javaClass.startsWith("org.apache.kafka.") || javaClass.startsWith("io.aiven.");
    if (counts && !trace.includes(message)) problems.push(`the trace lacks ${JSON.stringify(cause)}`);
  }
  return problems;
}

async function compareCommitted(recorded: Case, { kafka }: Stage, name: string): Promise<string[]> {
  const problems: string[] = [];
  for (const topic of Object.keys(recorded.topics)) {
    const found = [...(await kafka.committedOffsets(`connect-${name}`, topic))].filter(([, offset]) => offset !== null);
    const expected = Object.entries(recorded.expect.committed?.[topic] ?? {});
    const text = (offsets: readonly (readonly [string | number, number | null])[]): string =>
      JSON.stringify(offsets.map(String));
    if (text(found) !== text(expected))
      problems.push(`committed ${text(found)} of ${topic} instead of ${text(expected)}`);
  }
  return problems;
}

async function compareDeadLetters(recorded: Case, { kafka }: Stage): Promise<string[]> {
  const topic = recorded.connector["errors.deadletterqueue.topic.name"];
  const expected = recorded.expect.dlq;
  if (topic === undefined || expected === undefined) return [];
  const found = (await kafka.readTopic(topic)).map(letterText).sort();
  const wanted = expected.map(recordedText).sort();
  return found.join("\n") === wanted.join("\n")
    ? []
    : [`dead letters\n${found.join("\n")}\ninstead of\n${wanted.join("\n")}`];
}

const STACK_TRACE = "__connect.errors.exception.stacktrace";

function letterText({ key, value, timestampMs, headers }: StoredRecord): string {
  const list = Object.entries(headers).flatMap(([name, data]) =>
    (Array.isArray(data) ? data : [data]).map((one) => [name, one === undefined ? null : one.toString()] as const),
  );
  return recordedText({
    key: key?.toString("base64") ?? null,
    value: value?.toString("base64") ?? null,
    timestamp: timestampMs,
    headers: list,
  });
}

function recordedText({ key, value, timestamp, headers }: DeadLetter): string {
  return JSON.stringify([
    key,
    value,
    timestamp,
    headers.map(([name, data]) => [name, name === STACK_TRACE ? "" : data]),
  ]);
}
