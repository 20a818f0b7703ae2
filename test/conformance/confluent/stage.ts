import type { Admin } from "kafkajs";
import type { Producer } from "../../../runtime/kafka/seam.js";
import { Bucket } from "../../support/bucket.js";
import type { ConnectRest, ConnectorStatus, RestAnswer } from "../../support/connect-rest.js";
import type { SchemaRegistry } from "../../support/schema-registry.js";
import type { TestKafka } from "../../support/topics.js";
import { waitUntil } from "../../support/wait.js";
import type { Judge } from "../objects/judge.js";
import { loadCase } from "./case.js";
import type { Case } from "./case.js";

/** What all cases run on. */
export interface Stage {
  readonly rest: ConnectRest;
  readonly kafka: TestKafka;
  readonly admin: Admin;
  readonly producer: Producer;
  readonly registry: SchemaRegistry;
  readonly judge: Judge;
  readonly gcs: string;
  /** Letters that no other run has. */
  readonly runId: string;
}

/** What one case has of its own. */
export interface Scene extends Stage {
  readonly case: Case;
  /** Of the connector. */
  readonly name: string;
  readonly bucket: Bucket;
  readonly schemaIds: ReadonlyMap<string, number>;
}

/** Fills in a case and makes its bucket, its topics and its schemas. */
export async function openScene(caseName: string, stage: Stage): Promise<Scene> {
  const { kafka, registry, gcs, runId } = stage;
  const name = `cg-${caseName}-${runId}`.toLowerCase();
  const recorded = loadCase(caseName, {
    p: `${runId}-${caseName}.`,
    bucket: name,
    sr: registry.url,
    bootstrap: kafka.bootstrap,
  });
  const scene = { ...stage, case: recorded, name, schemaIds: new Map<string, number>() };
  if (recorded.kind === "validate") return { ...scene, bucket: new Bucket(gcs, name) };
  // Records have the times that the case says, which may be long ago or far ahead.
  const configs = { "retention.ms": "-1", "message.timestamp.after.max.ms": String(2n ** 63n - 1n) };
  for (const { name: topic, partitions = 1 } of recorded.topics ?? [])
    await kafka.createTopic(topic, { partitions, configs });
  for (const [id, { subject, schema }] of Object.entries(recorded.schemas ?? {}))
    scene.schemaIds.set(id, registry.register(subject, schema));
  return { ...scene, bucket: await Bucket.create(gcs, name) };
}

/** Sends a request, again while the worker is rebalancing. */
export async function ask<T>({ rest }: Stage, method: string, path: string, body?: unknown): Promise<RestAnswer<T>> {
  return waitUntil("the worker is not rebalancing", async () => {
    const answer = await rest.request<T>(method, path, body);
    return answer.status === 409 && /rebalance/i.test(JSON.stringify(answer.body)) ? undefined : answer;
  });
}

/** Null where there is no such connector. */
export async function statusOf(scene: Scene): Promise<ConnectorStatus | null> {
  const answer = await ask<ConnectorStatus>(scene, "GET", `/connectors/${scene.name}/status`);
  return answer.status === 200 ? answer.body : null;
}

/** Next offsets that the connector has committed, by `topic-partition`. */
export async function committed({ admin, name }: Scene): Promise<Map<string, number>> {
  const offsets = new Map<string, number>();
  for (const { topic, partitions } of await admin.fetchOffsets({ groupId: `connect-${name}` }))
    for (const { partition, offset } of partitions)
      if (Number(offset) >= 0) offsets.set(`${topic}-${partition}`, Number(offset));
  return offsets;
}
