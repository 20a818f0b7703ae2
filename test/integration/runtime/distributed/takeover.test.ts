import assert from "node:assert/strict";
import { Cluster } from "../../../support/cluster.js";
import type { ConnectorStatus } from "../../../support/connect-rest.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { newTopic, sharedKafka } from "../../../support/shared.js";
import { waitUntil } from "../../../support/wait.js";

const record = (key: string, value: unknown): { key: string; value: string } => ({ key, value: JSON.stringify(value) });
const SOURCE = { "connector.class": "io.example.JdbcSourceConnector", "tasks.max": "1", name: "ghost" };

describe("A worker that takes over the topics of a cluster", () => {
  const cluster = new Cluster();
  let worker: ConnectWorker;
  let topic: string;

  before(async () => {
    topic = await newTopic("takeover", 1);
    const kafka = await sharedKafka();
    const configs = `${cluster.group}-configs`;
    await kafka.createTopic(configs, { partitions: 1, configs: { "cleanup.policy": "compact" } });
    const sink = { ...cluster.fileSink(topic, cluster.file("p"), 1), name: "p" };
    await kafka.produce(configs, [
      record("connector-ghost", { properties: SOURCE }),
      record("task-ghost-0", { properties: { ...SOURCE, "task.class": "io.example.JdbcSourceTask" } }),
      record("commit-ghost", { tasks: 1 }),
      // Paused, with two tasks committed although only one was written: as compaction may leave it.
      record("target-state-p", { state: "PAUSED", "state.v2": "PAUSED" }),
      record("connector-p", { properties: sink }),
      record("task-p-0", { properties: { ...sink, "task.class": "org.apache.kafka.connect.file.FileStreamSinkTask" } }),
      record("commit-p", { tasks: 2 }),
      // A worker of another kind wrote these; they change nothing.
      record("something-else", { a: 1 }),
      record("tasks-fencing-ghost", { "task-count": 1 }),
    ]);
    [worker] = (await cluster.startOurs(1)) as [ConnectWorker];
  });
  after(() => cluster.stop());

  it("Worker shows connectors of unknown classes as FAILED, and deletes nothing", async () => {
    const status = await waitUntil("ghost and its task have failed", async () => {
      const { status, body } = await worker.rest.request<ConnectorStatus & { type: string }>(
        "GET",
        "/connectors/ghost/status",
      );
      return status === 200 && body.tasks.length === 1 ? body : undefined;
    });
    assert.equal(status.type, "unknown");
    assert.equal(status.connector.state, "FAILED");
    assert.match(
      status.connector.trace ?? "",
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Failed to find any class that implements Connector and which name matches io\.example\.JdbcSourceConnector, available connectors are: /,
    );
    assert.equal(status.tasks[0]!.state, "FAILED");
    assert.match(
      status.tasks[0]!.trace ?? "",
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Failed to start task ghost-0 since it is not a recognizable type \(source or sink\)/,
    );
    assert.deepEqual(await worker.rest.ok("GET", "/connectors/ghost/config"), SOURCE);
    const { status: code } = await worker.rest.request("POST", "/connectors/ghost/restart");
    assert.equal(code, 500);
  });

  it("TaskPublisher makes up for tasks that the topic has lost, once the connector is resumed", async () => {
    await waitUntil("p is paused", async () => (await worker.rest.status("p")).connector.state === "PAUSED");
    assert.deepEqual(await worker.rest.ok("GET", "/connectors/p/tasks"), []);
    await worker.rest.ok("PUT", "/connectors/p/resume");
    await worker.rest.waitForRunning("p", 1);
  });

  it("DistributedHerder replaces a connector of an unknown class by one that it knows", async () => {
    await worker.rest.putConnector("ghost", cluster.fileSink(topic, cluster.file("ghost"), 1));
    await worker.rest.waitForRunning("ghost", 1);
    await worker.rest.deleteConnector("ghost");
    await waitUntil(
      "ghost is gone",
      async () => (await worker.rest.request("GET", "/connectors/ghost/status")).status === 404,
    );
  });
});
