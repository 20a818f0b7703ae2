import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { produceBulk } from "../../support/bulk-producer.js";
import type { Bucket } from "../../support/bucket.js";
import { FaultProxy } from "../../support/fault-proxy.js";
import { ConnectWorker } from "../../support/connect-worker.js";
import { newBucket, newTopic, sharedBootstrap, sharedGcs, sharedKafka } from "../../support/shared.js";
import { waitUntil } from "../../support/wait.js";
import { allLines } from "./aiven-task.js";

const PARTITIONS = 3;
/** Records of each partition that are produced at once. */
const ROUND = 20;

describe("A worker with the Aiven sink that is killed", () => {
  it("writes every record once, with and without file.max.records and with wall-clock names", async () => {
    const bootstrap = await sharedBootstrap();
    const kafka = await sharedKafka();
    const topic = await newTopic("killed", PARTITIONS);
    // Uploads take different times, so that some of a flush are done and some are not when the worker dies.
    const slow = await FaultProxy.start(await sharedGcs());
    let uploads = 0;
    slow.rule = ({ operation }) =>
      operation === "simple-upload" ? { kind: "delay", ms: (uploads++ * 37) % 300 } : undefined;
    const worker = await ConnectWorker.start({
      bootstrap,
      properties: {
        "offset.flush.interval.ms": 300,
        // So that a dead task's partitions come free soon.
        "consumer.session.timeout.ms": 6000,
        "consumer.heartbeat.interval.ms": 1000,
        "consumer.max.poll.records": 200,
      },
    });
    const sinks = new Map<string, Bucket>();
    for (const [name, config] of Object.entries({
      plain: {},
      limited: { "file.max.records": "30" },
      hourly: {
        "file.max.records": "200",
        "file.name.template": "{{topic}}-{{partition}}-{{start_offset}}-{{timestamp:unit=HH}}",
      },
    })) {
      const bucket = await newBucket(name);
      sinks.set(`${name}-${topic}`, bucket);
      await worker.rest.putConnector(`${name}-${topic}`, {
        "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
        topics: topic,
        "tasks.max": "2",
        "gcs.bucket.name": bucket.name,
        "gcs.endpoint": slow.url,
        "format.output.type": "jsonl",
        "format.output.envelope": "false",
        ...config,
      });
    }
    // Little by little, so that the worker is always in the middle of something.
    let perPartition = 0;
    const ended = new AbortController();
    const written = (async () => {
      while (!ended.signal.aborted) {
        const first = perPartition;
        await produceBulk(kafka, topic, ROUND, (index, partition) => ({
          key: null,
          value: Buffer.from(`{"p":${partition},"n":${first + index}}`),
        }));
        perPartition += ROUND;
        await sleep(40);
      }
    })();
    for (const aliveMs of [1500, 2300]) {
      const had = await Promise.all([...sinks.values()].map(async (bucket) => (await bucket.names()).length));
      for (const [index, bucket] of [...sinks.values()].entries())
        await waitUntil("something is written", async () => (await bucket.names()).length > had[index]!);
      await sleep(aliveMs);
      await worker.kill();
      await worker.restart();
    }
    ended.abort();
    await written;
    for (const [name, bucket] of sinks) {
      await waitUntil(
        `${name} has committed everything`,
        async () => {
          const committed = await kafka.committedOffsets(`connect-${name}`, topic);
          return committed.size === PARTITIONS && [...committed.values()].every((offset) => offset === perPartition);
        },
        { deadlineMs: 120_000, everyMs: 300 },
      );
      const lines = await allLines(bucket);
      const distinct = new Set(lines);
      assert.equal(distinct.size, PARTITIONS * perPartition, `${name} lacks records`);
      assert.equal(lines.length, distinct.size, `${name} has records twice`);
      await worker.rest.deleteConnector(name);
    }
    await worker.stop();
    await slow.stop();
  });
});
