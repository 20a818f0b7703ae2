import assert from "node:assert/strict";
import { aivenSink, assertEachRecordOnce } from "../../../support/aiven-sink.js";
import type { Bucket } from "../../../support/bucket.js";
import { balanced, Cluster } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { FaultProxy } from "../../../support/fault-proxy.js";
import { uniqueName } from "../../../support/kafka-broker.js";
import { ProgressWatch } from "../../../support/progress-watch.js";
import { RecordFlow } from "../../../support/record-flow.js";
import { newBucket, proxiedBroker, sharedGcs, type ProxiedBroker } from "../../../support/shared.js";
import { TestKafka } from "../../../support/topics.js";
import { waitUntil } from "../../../support/wait.js";

const PARTITIONS = 4;
const MAX_POLL_MS = 2000;
/** What Connect allows itself: worker.sync, graceful stop of tasks, 5 s for connectors and 10 s on top. */
const LONGEST_STOP_S = 23;

/** One of the three workers reaches Kafka through a proxy; all of them reach the store. */
describe("Three workers with sinks, while Kafka or the store fail them", () => {
  let cluster: Cluster;
  let kafka: TestKafka;
  let kafkaProxy: ProxiedBroker;
  let storeProxy: FaultProxy;
  let bucket: Bucket;
  let workers: ConnectWorker[];
  let watch: ProgressWatch;
  let flow: RecordFlow;
  let name: string;
  let stopSeconds = NaN;
  const topic = uniqueName("orders");
  const tasks = (): Record<string, number> => ({ [name]: 3 });

  before(async () => {
    kafkaProxy = await proxiedBroker();
    const direct = kafkaProxy.broker.bootstrap();
    kafka = new TestKafka(direct);
    await kafka.createTopic(topic, { partitions: PARTITIONS });
    storeProxy = await FaultProxy.start(await sharedGcs());
    bucket = await newBucket("faults");
    cluster = new Cluster({ "offset.flush.interval.ms": 500 }, direct);
    name = `orders-${cluster.group}`;
    watch = new ProgressWatch(kafka);
    flow = new RecordFlow(kafka, [{ topic, partitions: PARTITIONS }]);
    workers = await cluster.startOurs(2);
    workers.push(...(await cluster.startOurs(1, { "bootstrap.servers": kafkaProxy.bootstrap })));
    await workers[0]!.rest.putConnector(
      name,
      aivenSink(bucket, topic, 3, {
        "gcs.endpoint": storeProxy.url,
        "file.max.records": "30",
        "consumer.override.max.poll.interval.ms": String(MAX_POLL_MS),
      }),
    );
    await balanced(workers[1]!, tasks(), 3);
    await watch.add("orders", name, topic, PARTITIONS);
  });
  after(async () => {
    kafkaProxy.proxy.setFault({ kind: "pass" });
    await flow.stop();
    await watch.stop();
    await cluster.stop();
    await storeProxy.stop();
    console.log(`${watch.report()}\n      a worker that Kafka does not answer stopped in ${stopSeconds.toFixed(1)} s`);
  });

  it("A worker that Kafka cannot be reached from lets go, and comes back with its work", async () => {
    await watch.during("cut one worker off from Kafka past its session", async () => {
      // What the worker sends reaches Kafka later, when others have its work.
      kafkaProxy.proxy.setFault({ kind: "stall" });
      try {
        await balanced(workers[0]!, tasks(), 2);
        await waitUntil("the worker lets go", () =>
          workers[2]!.process.log().includes("No group coordinator was reached, stopping all connectors and tasks"),
        );
      } finally {
        kafkaProxy.proxy.setFault({ kind: "pass" });
      }
      await balanced(workers[0]!, tasks(), 3);
    });
  });

  it("Engine stops in time although Kafka does not answer, and comes back", async () => {
    const worker = workers[2]!;
    await watch.during("stop and start that worker while it is cut off", async () => {
      kafkaProxy.proxy.setFault({ kind: "stall" });
      try {
        worker.process.signal("SIGTERM");
        const stopped = performance.now();
        assert.deepEqual(await worker.process.ended, { code: 0, signal: null });
        stopSeconds = (performance.now() - stopped) / 1000;
      } finally {
        kafkaProxy.proxy.setFault({ kind: "pass" });
      }
      await worker.restart();
      await balanced(workers[0]!, tasks(), 3);
    });
    assert.ok(stopSeconds < LONGEST_STOP_S, `stopping took ${stopSeconds} s`);
  });

  it("Workers and consumers get over a coordinator that is killed and comes back", async () => {
    await watch.during("kill -9 the broker and start it again", async () => {
      await kafkaProxy.broker.kill();
      await kafkaProxy.broker.restart();
      await balanced(workers[0]!, tasks(), 3);
    });
  });

  it("A task that is busy for longer than max.poll.interval.ms loses its partitions and reads again", async () => {
    let slow = PARTITIONS;
    await watch.during("uploads that take longer than max.poll.interval.ms", async () => {
      storeProxy.rule = ({ operation }) =>
        operation === "simple-upload" && slow-- > 0 ? { kind: "delay", ms: 2 * MAX_POLL_MS } : undefined;
      await waitUntil("uploads are slow", () => slow < 0);
      await waitUntil("a task was late", () =>
        workers.some(({ process }) => process.log().includes("consumer poll timeout has expired")),
      );
    });
    storeProxy.clear();
    await balanced(workers[0]!, tasks(), 3);
  });

  it("Each record stands in the objects once", async () => {
    await flow.stop();
    const ends = await kafka.endOffsets(topic);
    await waitUntil("all is committed", async () => {
      const committed = await kafka.committedOffsets(`connect-${name}`, topic);
      return [...ends].every(([partition, end]) => committed.get(partition) === end);
    });
    await assertEachRecordOnce(kafka, topic, bucket);
    const { tasks: listed } = await workers[0]!.rest.status(name);
    assert.deepEqual(listed.map(({ state }) => state), ["RUNNING", "RUNNING", "RUNNING"]); // prettier-ignore
  });
});
