import assert from "node:assert/strict";
import { produceBulk } from "../../support/bulk-producer.js";
import { ConnectWorker } from "../../support/connect-worker.js";
import { newBucket, newTopic, sharedBootstrap, sharedGcs, sharedKafka } from "../../support/shared.js";
import { waitUntil } from "../../support/wait.js";

const FLUSH_INTERVAL_MS = 6000;

describe("A worker with the Aiven sink and file.flush.interval.ms", () => {
  it("shows how old an open object is, and finishes it by age while nothing else comes in", async () => {
    const bucket = await newBucket("age");
    const topic = await newTopic("age", 1);
    const worker = await ConnectWorker.start({
      bootstrap: await sharedBootstrap(),
      properties: { "offset.flush.interval.ms": 3_600_000 },
    });
    await worker.rest.putConnector(topic, {
      "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
      topics: topic,
      "gcs.bucket.name": bucket.name,
      "gcs.endpoint": await sharedGcs(),
      "gcs.bucket.check": "true",
      "format.output.type": "jsonl",
      "file.flush.interval.ms": String(FLUSH_INTERVAL_MS),
    });
    await produceBulk(await sharedKafka(), topic, 1, () => ({ key: null, value: Buffer.from("1") }));
    const gauge = async (name: string): Promise<number | null> => {
      const text = await (await fetch(`${worker.url}/metrics`)).text();
      const line = text.split("\n").find((each) => each.startsWith(`sluice_${name}{`) && each.includes(`"${topic}"`));
      return line === undefined ? null : Number(line.slice(line.lastIndexOf(" ")));
    };
    await waitUntil("an object is open", async () => (await gauge("open_objects")) === 1);
    const ageMs = await waitUntil("it ages", async () => (await gauge("oldest_unfinished_record_age_ms")) || null);
    assert.ok(ageMs < 2 * FLUSH_INTERVAL_MS, `${ageMs} ms`);
    await waitUntil("it is finished", async () => (await bucket.names()).length === 1);
    await waitUntil("none is open", async () => (await gauge("open_objects")) === 0);
    assert.equal(await gauge("oldest_unfinished_record_age_ms"), 0);
    await worker.rest.deleteConnector(topic);
    await worker.stop();
  });
});
