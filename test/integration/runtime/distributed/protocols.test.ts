import assert from "node:assert/strict";
import { Cluster, produceAndAwait } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { newTopic } from "../../../support/shared.js";

describe("A cluster whose workers speak different protocols", () => {
  for (const protocol of ["eager", "compatible"])
    it(`Membership of sessioned workers gets along with one that speaks ${protocol}`, async () => {
      const cluster = new Cluster();
      try {
        const topic = await newTopic(protocol, 2);
        const [first] = await cluster.startOurs(1);
        await first!.rest.putConnector("a", cluster.fileSink(topic, cluster.file("a"), 2));
        await cluster.spread(first!, { a: 2 }, 1);
        const [second] = await cluster.startOurs(1, { "connect.protocol": protocol });
        await cluster.spread(second!, { a: 2 }, 2);
        // Without the sessioned protocol nothing is signed, and task configs are taken as they come.
        await second!.rest.putConnector("b", cluster.fileSink(topic, cluster.file("b"), 2));
        const spread = await cluster.spread(first!, { a: 2, b: 2 }, 2);
        assert.equal(
          [...spread.values()].reduce((sum, count) => sum + count, 0),
          6,
        );
        await produceAndAwait(topic, cluster.file("b"), 0, 10);
        await second!.stop();
        await cluster.spread(first!, { a: 2, b: 2 }, 1);
        await first!.rest.deleteConnector("a");
      } finally {
        await cluster.stop();
      }
    });
});

describe("A cluster with exactly.once.source.support=enabled, of the JVM and ours", () => {
  const cluster = new Cluster({ "exactly.once.source.support": "enabled" });
  let topic: string;
  let jvm: ConnectWorker;
  let ours: ConnectWorker;
  after(() => cluster.stop());

  /** Both connectors change, by requests to either worker; the leader's writes are transactions. */
  async function scale(): Promise<void> {
    for (const tasks of [1, 2]) {
      await jvm.rest.putConnector("a", cluster.fileSink(topic, cluster.file("a"), tasks));
      await ours.rest.putConnector("b", cluster.fileSink(topic, cluster.file("b"), tasks));
      await cluster.spread(ours, { a: tasks, b: tasks }, 2);
    }
  }

  it("KafkaConfigStore counts a JVM leader's transactions as it does", async () => {
    topic = await newTopic("transactions", 2);
    jvm = await cluster.startJvm();
    await jvm.rest.putConnector("a", cluster.fileSink(topic, cluster.file("a"), 2));
    await cluster.spread(jvm, { a: 2 }, 1);
    [ours] = (await cluster.startOurs(1)) as [ConnectWorker];
    await scale();
  });

  it("LeaderWrites claims the topic from a JVM leader, and a JVM follower counts ours", async () => {
    await jvm.stop();
    await cluster.spread(ours, { a: 2, b: 2 }, 1);
    await ours.rest.putConnector("c", cluster.fileSink(topic, cluster.file("c"), 1));
    await cluster.spread(ours, { a: 2, b: 2, c: 1 }, 1);
    await jvm.restart();
    await cluster.spread(jvm, { a: 2, b: 2, c: 1 }, 2);
    await scale();
    await ours.stop();
    await cluster.spread(jvm, { a: 2, b: 2, c: 1 }, 1);
    await jvm.rest.deleteConnector("c");
    await cluster.spread(jvm, { a: 2, b: 2 }, 1);
    await produceAndAwait(topic, cluster.file("a"), 0, 10);
  });
});
