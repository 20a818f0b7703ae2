import assert from "node:assert/strict";
import { Cluster, produceAndAwait } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { sameView } from "../../../support/rest-view.js";
import { newTopic } from "../../../support/shared.js";
import { waitUntil } from "../../../support/wait.js";

const CONNECTORS = { x: 2, y: 2 };

/** Task configs are what a JVM worker compares, and would write anew if ours differed. */
async function taskConfigs(worker: ConnectWorker): Promise<unknown> {
  const found: unknown[] = [];
  for (const name of Object.keys(CONNECTORS)) found.push(await worker.rest.ok("GET", `/connectors/${name}/tasks`));
  return found;
}

describe("A cluster of JVM workers and ours", () => {
  const cluster = new Cluster();
  let jvm: ConnectWorker;
  let ours: ConnectWorker;
  let topic: string;
  let recorded: unknown;

  before(async () => {
    topic = await newTopic("mixed", 4);
    jvm = await cluster.startJvm();
    for (const name of Object.keys(CONNECTORS))
      await jvm.rest.putConnector(name, cluster.fileSink(topic, cluster.file(name), 2));
    await cluster.spread(jvm, CONNECTORS, 1);
    recorded = await taskConfigs(jvm);
  });
  after(() => cluster.stop());

  /** Every kind of request that goes from one worker to another, asked of both. Whoever leads, the other owns a connector. */
  async function exercise(): Promise<void> {
    for (const { rest } of [jvm, ours])
      for (const name of Object.keys(CONNECTORS)) {
        await rest.ok("POST", `/connectors/${name}/restart`);
        await rest.ok("POST", `/connectors/${name}/tasks/0/restart`);
        await rest.ok("POST", `/connectors/${name}/tasks/1/restart`);
        await rest.ok("POST", `/connectors/${name}/restart?includeTasks=true`);
      }
    await cluster.spread(jvm, CONNECTORS, 2);
    // The one that does not lead brings the tasks of its connector to the leader, signed.
    for (const tasks of [1, 2])
      for (const [worker, other] of [[jvm, ours], [ours, jvm]] as const) {
        for (const name of Object.keys(CONNECTORS))
          await worker.rest.putConnector(name, cluster.fileSink(topic, cluster.file(name), tasks));
        await cluster.spread(other, { x: tasks, y: tasks }, 2);
      } // prettier-ignore
    for (const [worker, other] of [[jvm, ours], [ours, jvm]] as const) await changeOffsets(worker, other); // prettier-ignore
    await sameView(jvm, ours);
  }

  /** Stops x, reads its first partition again from the start, and resumes it. */
  async function changeOffsets(worker: ConnectWorker, other: ConnectWorker): Promise<void> {
    await worker.rest.ok("PUT", "/connectors/x/pause");
    await waitUntil("x is paused", async () => (await other.rest.status("x")).connector.state === "PAUSED");
    await worker.rest.ok("PUT", "/connectors/x/stop");
    await waitUntil("x has stopped", async () => {
      const { connector, tasks } = await other.rest.status("x");
      return connector.state === "STOPPED" && tasks.length === 0;
    });
    const offsets = [{ partition: { kafka_topic: topic, kafka_partition: 0 }, offset: { kafka_offset: 0 } }];
    await waitUntil("the offsets are altered", async () => {
      // The consumers that were just stopped may not have left their group yet.
      const { status } = await worker.rest.request("PATCH", "/connectors/x/offsets", { offsets });
      return status === 200;
    });
    const { offsets: altered } = (await sameView(jvm, ours))["/connectors/x/offsets"] as { offsets: unknown[] };
    assert.ok(altered.some((one) => JSON.stringify(one).includes('"kafka_offset":0')));
    await worker.rest.ok("PUT", "/connectors/x/resume");
    await cluster.spread(other, CONNECTORS, 2);
  }

  it("Membership joins a JVM leader and takes its share, with tasks of one connector on both", async () => {
    [ours] = (await cluster.startOurs(1)) as [ConnectWorker];
    const spread = await cluster.spread(ours, CONNECTORS, 2, true);
    assert.deepEqual([...spread.values()], [3, 3]);
    await produceAndAwait(topic, cluster.file("x"), 0, 20);
    assert.deepEqual(await taskConfigs(ours), recorded);
    await sameView(jvm, ours);
  });

  it("DistributedHerder forwards and signs to and from a JVM leader", exercise);

  it("Membership takes over from a JVM leader and leads it when it comes back", async () => {
    await jvm.stop();
    await cluster.spread(ours, CONNECTORS, 1);
    await produceAndAwait(topic, cluster.file("y"), 20, 20);
    assert.deepEqual(await taskConfigs(ours), recorded);
    await jvm.restart();
    await cluster.spread(jvm, CONNECTORS, 2, true);
    await sameView(jvm, ours);
  });

  it("DistributedHerder forwards and signs to and from a JVM follower", async () => {
    await exercise();
    await jvm.rest.putConnector("z", cluster.fileSink(topic, cluster.file("z"), 2));
    await cluster.spread(ours, { ...CONNECTORS, z: 2 }, 2);
    await produceAndAwait(topic, cluster.file("z"), 40, 20);
    await sameView(jvm, ours);
  });

  it("Engine leaves a cluster that a JVM worker can run on its own", async () => {
    const before = await sameView(jvm, ours);
    await ours.stop();
    const spread = await cluster.spread(jvm, { ...CONNECTORS, z: 2 }, 1);
    assert.deepEqual([...spread.keys()], [jvm.workerId]);
    await produceAndAwait(topic, cluster.file("x"), 60, 20);
    const now = await sameView(jvm);
    for (const what of ["/connectors", "/connectors/x", "/connectors/y/tasks", "/connectors/z/config", "/connectors/z/topics"])
      assert.deepEqual(now[what], before[what]); // prettier-ignore
  });
});
