import assert from "node:assert/strict";
import { Cluster, produceAndAwait } from "../../../support/cluster.js";
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
