import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Cluster, linesOf, produceAndAwait } from "../../../support/cluster.js";
import type { ConnectorStatus } from "../../../support/connect-rest.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import { newTopic, sharedKafka } from "../../../support/shared.js";
import type { StoredRecord } from "../../../support/topics.js";
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

describe("A worker that takes over from a JVM worker which was stopped, and gives back to it", () => {
  const cluster = new Cluster();
  let topic: string;
  let lines: string;
  let jvm: ConnectWorker;
  let written: readonly StoredRecord[];

  before(async () => {
    topic = await newTopic("cold", 4);
    lines = await newTopic("lines", 1);
    jvm = await cluster.startJvm();
    for (const name of ["running", "paused", "stopped"])
      await jvm.rest.putConnector(name, cluster.fileSink(topic, cluster.file(name), 2));
    // A class that only the JVM has.
    writeFileSync(cluster.file("input"), "one\ntwo\n");
    await jvm.rest.putConnector("unknown", {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
      file: cluster.file("input"),
      topic: lines,
      "tasks.max": "1",
    });
    await cluster.spread(jvm, { running: 2, paused: 2, stopped: 2, unknown: 1 }, 1);
    await jvm.rest.ok("PUT", "/connectors/paused/pause");
    await jvm.rest.ok("PUT", "/connectors/stopped/stop");
    await asLeft(jvm);
    await produceAndAwait(topic, cluster.file("running"), 0, 20);
    await jvm.stop();
    written = await configRecords();
  });
  after(() => cluster.stop());

  async function configRecords(): Promise<readonly StoredRecord[]> {
    return (await sharedKafka()).readTopic(`${cluster.group}-configs`);
  }

  async function asLeft({ rest }: ConnectWorker): Promise<void> {
    await waitUntil("connectors are as they were left", async () => {
      const states: string[] = [];
      for (const name of ["running", "paused", "stopped"]) {
        const { connector, tasks } = await rest.status(name);
        states.push([connector, ...tasks].map(({ state }) => state).join());
      }
      return states.join(" ") === "RUNNING,RUNNING,RUNNING PAUSED,PAUSED,PAUSED STOPPED";
    });
  }

  it("Engine takes everything up as it was left, and writes nothing to the config topic", async () => {
    const [ours] = (await cluster.startOurs(1)) as [ConnectWorker];
    await asLeft(ours);
    const unknown = await waitUntil("the connector of an unknown class fails", async () => {
      const status = await ours.rest.status("unknown");
      return status.connector.state === "FAILED" && status.tasks[0]?.state === "FAILED" ? status : undefined;
    });
    assert.match(unknown.connector.trace ?? "", /Failed to find any class that implements Connector/);
    await produceAndAwait(topic, cluster.file("running"), 20, 20);
    assert.equal(linesOf(cluster.file("running")).length, 40);
    await ours.stop();
    assert.deepEqual(await configRecords(), written);
  });

  it("A JVM worker takes everything back as it was left, and writes nothing either", async () => {
    await jvm.restart();
    await asLeft(jvm);
    await jvm.rest.waitForRunning("unknown", 1);
    await produceAndAwait(topic, cluster.file("running"), 40, 20);
    assert.equal(linesOf(cluster.file("running")).length, 60);
    await jvm.stop();
    assert.deepEqual(await configRecords(), written);
  });
});
