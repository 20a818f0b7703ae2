import assert from "node:assert/strict";
import { Cluster, linesOf, produceAndAwait } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { newTopic } from "../../../support/shared.js";
import { waitUntil } from "../../../support/wait.js";

const CONNECTORS = { a: 2, b: 2, c: 2 };

describe("A cluster of three workers", () => {
  const cluster = new Cluster();
  let workers: ConnectWorker[];
  let topic: string;

  before(async () => {
    topic = await newTopic("cluster", 4);
    workers = await cluster.startOurs(3);
    // Whichever worker is asked, the leader writes.
    for (const [index, name] of Object.keys(CONNECTORS).entries())
      await workers[index]!.rest.putConnector(name, cluster.fileSink(topic, cluster.file(name), 2));
  });
  after(() => cluster.stop());

  it("Cluster shares connectors and tasks evenly and writes each record once", async () => {
    const spread = await cluster.spread(workers[0]!, CONNECTORS, 3, true);
    assert.deepEqual([...spread.values()], [3, 3, 3]);
    await produceAndAwait(topic, cluster.file("a"), 0, 20);
    assert.equal(linesOf(cluster.file("a")).length, 20);
  });

  it("DistributedHerder forwards restarts to the owner, over the leader, from any worker", async () => {
    for (const worker of workers)
      for (const name of Object.keys(CONNECTORS)) {
        await worker.rest.ok("POST", `/connectors/${name}/restart`);
        await worker.rest.ok("POST", `/connectors/${name}/tasks/0/restart`);
        await worker.rest.ok("POST", `/connectors/${name}/tasks/1/restart`);
      }
    const { status } = await workers[0]!.rest.request("POST", "/connectors/a/restart?includeTasks=true");
    assert.equal(status, 202);
    await cluster.spread(workers[1]!, CONNECTORS, 3);
  });

  it("DistributedHerder refuses task configs that are not signed with the session key", async () => {
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${workers[0]!.url}/connectors/a/tasks`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "[]",
      });
    assert.equal((await post({})).status, 400);
    const forged = { "X-Connect-Authorization": "AAAA", "X-Connect-Request-Signature-Algorithm": "HmacSHA256" };
    const answer = await post(forged);
    assert.equal(answer.status, 403);
    assert.deepEqual(await answer.json(), {
      error_code: 403,
      message: "Internal request contained invalid signature.",
    });
  });

  it("DistributedHerder pauses, stops and resumes everywhere, whichever worker is asked", async () => {
    await workers[1]!.rest.ok("PUT", "/connectors/a/pause");
    await waitUntil("a is paused", async () => {
      const { connector, tasks } = await workers[2]!.rest.status("a");
      return connector.state === "PAUSED" && tasks.length === 2 && tasks.every((task) => task.state === "PAUSED");
    });
    await workers[2]!.rest.ok("PUT", "/connectors/a/stop");
    await waitUntil("a is stopped and has no tasks", async () => {
      const { connector, tasks } = await workers[0]!.rest.status("a");
      return connector.state === "STOPPED" && tasks.length === 0;
    });
    await workers[0]!.rest.ok("PUT", "/connectors/a/resume");
    await cluster.spread(workers[0]!, CONNECTORS, 3);
  });

  it("Membership gives the work of a killed worker to the others after the delay", async () => {
    const killed = workers.pop()!;
    await killed.kill();
    const spread = await cluster.spread(workers[0]!, CONNECTORS, 2);
    assert.ok(!spread.has(killed.workerId));
    await produceAndAwait(topic, cluster.file("b"), 20, 20);
  });

  it("Membership survives a worker that sleeps past its session", async () => {
    const sleeper = workers[1]!;
    sleeper.process.signal("SIGSTOP");
    try {
      await cluster.spread(workers[0]!, CONNECTORS, 1);
    } finally {
      sleeper.process.signal("SIGCONT");
    }
    await cluster.spread(workers[0]!, CONNECTORS, 2);
    await produceAndAwait(topic, cluster.file("c"), 40, 20);
  });

  it("Engine stops in good order on SIGTERM, and the work goes on elsewhere", async () => {
    const leaving = workers.shift()!;
    leaving.process.signal("SIGTERM");
    assert.deepEqual(await leaving.process.ended, { code: 0, signal: null });
    await cluster.spread(workers[0]!, CONNECTORS, 1);
    await produceAndAwait(topic, cluster.file("a"), 60, 20);
  });

  it("Engine takes over topics that another worker wrote, without changing them", async () => {
    await workers[0]!.stop();
    const [fresh] = await cluster.startOurs(1);
    await cluster.spread(fresh!, CONNECTORS, 1);
    await produceAndAwait(topic, cluster.file("a"), 80, 20);
    await fresh!.rest.deleteConnector("b");
    await waitUntil("the status of b is gone", async () => {
      const { status } = await fresh!.rest.request("GET", "/connectors/b/status");
      return status === 404;
    });
  });
});
