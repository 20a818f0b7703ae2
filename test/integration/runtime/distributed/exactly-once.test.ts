import assert from "node:assert/strict";
import { aivenSink, assertEachRecordOnce } from "../../../support/aiven-sink.js";
import type { Bucket } from "../../../support/bucket.js";
import { balanced, Cluster } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { ProgressWatch } from "../../../support/progress-watch.js";
import { RecordFlow } from "../../../support/record-flow.js";
import { newBucket, newTopic, sharedKafka } from "../../../support/shared.js";
import type { TestKafka } from "../../../support/topics.js";
import { waitUntil } from "../../../support/wait.js";

const PARTITIONS = 4;
/** No connector stands still for longer, whatever happens: sessions of 6 s, and a slow machine. */
const LONGEST_GAP_MS = 45_000;
const LIMITED = { "file.max.records": "30" };

describe("Three workers with sinks, while records come in", function () {
  const cluster = new Cluster({ "offset.flush.interval.ms": 500 });
  const tasks: Record<string, number> = {};
  const sinks = new Map<string, { readonly topic: string; readonly bucket: Bucket }>();
  let workers: ConnectWorker[];
  let kafka: TestKafka;
  let watch: ProgressWatch;
  let flow: RecordFlow;

  async function put(
    through: ConnectWorker,
    name: string,
    count: number,
    config: Record<string, string>,
  ): Promise<void> {
    const { topic, bucket } = sinks.get(name)!;
    await through.rest.putConnector(name, aivenSink(bucket, topic, count, config));
    tasks[name] = count;
  }

  async function during(event: string, work: () => Promise<void>): Promise<void> {
    const gapMs = await watch.during(event, work);
    assert.ok(gapMs < LONGEST_GAP_MS, `${event}: a connector made no progress for ${gapMs} ms`);
  }

  const name = (kind: string): string => `${kind}-${cluster.group}`;

  const watched = (kind: string): Promise<void> =>
    watch.add(kind, name(kind), sinks.get(name(kind))!.topic, PARTITIONS);

  before(async () => {
    kafka = await sharedKafka();
    watch = new ProgressWatch(kafka);
    const topics = [await newTopic("orders", PARTITIONS), await newTopic("payments", PARTITIONS)] as const;
    // Connector names name consumer groups, which others on the same broker may have too.
    for (const [kind, topic] of [
      ["orders", topics[0]],
      ["payments", topics[1]],
      ["copies", topics[0]],
    ] as const)
      // prettier-ignore
      sinks.set(name(kind), { topic, bucket: await newBucket("flow") });
    flow = new RecordFlow(
      kafka,
      topics.map((topic) => ({ topic, partitions: PARTITIONS })),
    );
    workers = await cluster.startOurs(3);
  });
  after(async () => {
    await flow.stop();
    await watch.stop();
    await cluster.stop();
    console.log(watch.report());
  });

  it("Cluster goes on while connectors are made, reconfigured and scaled", async () => {
    await put(workers[0]!, name("orders"), 3, {});
    await put(workers[1]!, name("payments"), 2, LIMITED);
    await watched("orders");
    await watched("payments");
    await balanced(workers[2]!, tasks, 3);
    await during("create a connector", async () => {
      await put(workers[2]!, name("copies"), 1, LIMITED);
      await balanced(workers[0]!, tasks, 3);
    });
    await watched("copies");
    await during("reconfigure a connector", async () => {
      await put(workers[1]!, name("orders"), 3, LIMITED);
      await waitUntil("tasks have the new configuration", async () => {
        const path = `/connectors/${name("orders")}/tasks`;
        const listed = await workers[2]!.rest.ok<{ config: Record<string, string> }[]>("GET", path);
        return listed.every(({ config }) => config["file.max.records"] === LIMITED["file.max.records"]);
      });
      await balanced(workers[1]!, tasks, 3);
    });
    await during("raise tasks.max from 2 to 4", async () => {
      await put(workers[0]!, name("payments"), 4, LIMITED);
      await balanced(workers[1]!, tasks, 3);
    });
    await during("lower tasks.max from 4 to 2", async () => {
      await put(workers[2]!, name("payments"), 2, LIMITED);
      await balanced(workers[1]!, tasks, 3);
    });
  });

  it("Membership and consumers get over a worker that is killed and one that is frozen", async () => {
    const [killed, frozen, third] = workers as [ConnectWorker, ConnectWorker, ConnectWorker];
    await during("kill -9 one worker", async () => {
      await killed.kill();
      await balanced(third, tasks, 2);
    });
    await during("start it again", async () => {
      await killed.restart();
      await balanced(third, tasks, 3);
    });
    await during("freeze one worker past its session", async () => {
      frozen.process.signal("SIGSTOP");
      try {
        await balanced(third, tasks, 2);
      } finally {
        frozen.process.signal("SIGCONT");
      }
      await balanced(third, tasks, 3);
    });
  });

  it("Engine hands its work over when workers are rolled one by one", async () => {
    for (const [index, worker] of workers.entries()) {
      const other = workers[(index + 1) % workers.length]!;
      await during(`restart worker ${index + 1} in good order`, async () => {
        worker.process.signal("SIGTERM");
        assert.deepEqual(await worker.process.ended, { code: 0, signal: null });
        await worker.restart();
        await balanced(other, tasks, 3);
      });
    }
  });

  it("Cluster has each record in the objects of each connector once", async () => {
    await flow.stop();
    for (const [connector, { topic, bucket }] of sinks) {
      const ends = await kafka.endOffsets(topic);
      await waitUntil(`${connector} has committed all of ${topic}`, async () => {
        const committed = await kafka.committedOffsets(`connect-${connector}`, topic);
        return [...ends].every(([partition, end]) => committed.get(partition) === end);
      });
      await assertEachRecordOnce(kafka, topic, bucket);
    }
    await balanced(workers[0]!, tasks, 3);
  });
});
