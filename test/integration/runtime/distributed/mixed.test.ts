import assert from "node:assert/strict";
import { Cluster, produceAndAwait } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { newTopic } from "../../../support/shared.js";

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

  it("Membership joins a JVM leader and takes its share, with tasks of one connector on both", async () => {
    [ours] = (await cluster.startOurs(1)) as [ConnectWorker];
    const spread = await cluster.spread(ours, CONNECTORS, 2, true);
    assert.deepEqual([...spread.values()], [3, 3]);
    await produceAndAwait(topic, cluster.file("x"), 0, 20);
    assert.deepEqual(await taskConfigs(ours), recorded);
  });

  it("DistributedHerder forwards to and from a JVM worker", async () => {
    for (const worker of [jvm, ours])
      for (const name of Object.keys(CONNECTORS)) {
        await worker.rest.ok("POST", `/connectors/${name}/restart`);
        await worker.rest.ok("POST", `/connectors/${name}/tasks/0/restart`);
        await worker.rest.ok("POST", `/connectors/${name}/tasks/1/restart`);
      }
    // Through us to the JVM leader, whichever worker then owns the connector has to bring it the tasks, signed.
    await ours.rest.putConnector("x", { ...cluster.fileSink(topic, cluster.file("x"), 1) });
    await cluster.spread(jvm, { x: 1, y: 2 }, 2);
    await jvm.rest.putConnector("x", { ...cluster.fileSink(topic, cluster.file("x"), 2) });
    await cluster.spread(ours, CONNECTORS, 2);
  });

  it("Membership takes over from a JVM leader and leads it when it comes back", async () => {
    await jvm.stop();
    await cluster.spread(ours, CONNECTORS, 1);
    await produceAndAwait(topic, cluster.file("y"), 20, 20);
    assert.deepEqual(await taskConfigs(ours), recorded);
    await jvm.restart();
    await cluster.spread(jvm, CONNECTORS, 2);
    await jvm.rest.ok("POST", "/connectors/x/restart");
    await jvm.rest.ok("POST", "/connectors/y/restart");
    await jvm.rest.putConnector("z", cluster.fileSink(topic, cluster.file("z"), 2));
    await cluster.spread(ours, { ...CONNECTORS, z: 2 }, 2);
    await produceAndAwait(topic, cluster.file("z"), 40, 20);
  });

  it("Engine leaves a cluster that a JVM worker can run on its own", async () => {
    await ours.stop();
    const spread = await cluster.spread(jvm, { ...CONNECTORS, z: 2 }, 1);
    assert.deepEqual([...spread.keys()], [jvm.workerId]);
    await produceAndAwait(topic, cluster.file("x"), 60, 20);
  });
});
