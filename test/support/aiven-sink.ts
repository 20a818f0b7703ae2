import assert from "node:assert/strict";
import type { Bucket } from "./bucket.js";
import type { ConnectorConfig } from "./connect-rest.js";
import type { TestKafka } from "./topics.js";

/** Config of an Aiven sink that writes a line for each value of the topic, as it is. */
export function aivenSink(
  bucket: Bucket,
  topic: string,
  tasks: number,
  more: Readonly<Record<string, string>> = {},
): ConnectorConfig {
  return {
    "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
    topics: topic,
    "tasks.max": String(tasks),
    "gcs.bucket.name": bucket.name,
    "gcs.endpoint": bucket.endpoint,
    "file.compression.type": "none",
    "format.output.type": "jsonl",
    "format.output.envelope": "false",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": "false",
    ...more,
  };
}

/** Throws unless the objects of the bucket hold each record of the topic once, and nothing else. */
export async function assertEachRecordOnce(kafka: TestKafka, topic: string, bucket: Bucket): Promise<void> {
  const counts = new Map<string, number>();
  const count = (line: string, by: number): void => {
    counts.set(line, (counts.get(line) ?? 0) + by);
  };
  const records = await kafka.readTopic(topic);
  assert.ok(records.length > 0);
  for (const { value } of records) count(canonical(value!.toString()), 1);
  for (const name of await bucket.names())
    for (const line of (await bucket.read(name)).toString().split("\n")) if (line !== "") count(canonical(line), -1);
  const wrong = [...counts].filter(([, balance]) => balance !== 0);
  const lost = wrong.filter(([, balance]) => balance > 0);
  assert.deepEqual(
    wrong.slice(0, 10),
    [],
    `${lost.length} of ${records.length} records are lost, ${wrong.length - lost.length} stand there too often`,
  );
}

function canonical(line: string): string {
  return JSON.stringify(JSON.parse(line));
}
