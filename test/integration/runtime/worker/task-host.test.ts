import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TaskEvent, TaskSpec } from "../../../../runtime/task/protocol.js";
import { TaskHost } from "../../../../runtime/worker/task-host.js";
import { temporaryFolder } from "../../../support/folders.js";
import { uniqueName } from "../../../support/kafka-broker.js";
import { newTopic, sharedKafka } from "../../../support/shared.js";
import type { TestKafka } from "../../../support/topics.js";
import { waitUntil } from "../../../support/wait.js";
import { Loggers } from "../../../../runtime/logging/loggers.js";

const FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector";
const HOSTILE_SINK = "sluice.test.HostileSinkConnector";

describe("TaskHost", function () {
  let kafka: TestKafka;
  let host: TaskHost;
  let events: TaskEvent[];
  let folder: string;

  before(async () => {
    kafka = await sharedKafka();
    folder = temporaryFolder("task-host");
  });
  beforeEach(() => {
    events = [];
    host = new TaskHost({
      plugins: {
        builtIn: [new URL("../../../../runtime/converters/index.js", import.meta.url).href],
        pluginPath: fileURLToPath(new URL("../../../support/plugins", import.meta.url)),
      },
      budgetBytes: 1 << 20,
      logLevels: { root: "OFF" },
      threads: 2,
      log: new Loggers(() => undefined).get("test"),
      onEvent: (event) => events.push(event),
    });
  });
  afterEach(() => host.close());

  function spec(topic: string, connectorClass = FILE_SINK, key = `${uniqueName("host")}-0`): TaskSpec {
    const clients = { "bootstrap.servers": kafka.bootstrap };
    const config = { topics: topic, file: join(folder, key) };
    return {
      key,
      connector: key.slice(0, key.lastIndexOf("-")),
      taskId: 0,
      connectorClass,
      connectorConfig: config,
      config,
      worker: {
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      },
      consumer: {
        ...clients,
        "group.id": `connect-${key}`,
        "auto.offset.reset": "earliest",
        // A member that died holds its group up for so long.
        "session.timeout.ms": "1500",
        "heartbeat.interval.ms": "300",
      },
      deadLetterProducer: clients,
      deadLetterAdmin: clients,
      startPaused: false,
    };
  }

  const typesOf = (key: string) => events.filter((event) => event.key === key).map(({ type }) => type);
  const until = (key: string, type: TaskEvent["type"]) =>
    waitUntil(`${key} is ${type}`, () => events.find((event) => event.key === key && event.type === type));
  const contentOf = (task: TaskSpec) => {
    const file = task.config["file"]!;
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  const threadCount = async () => (await host.metrics()).threads.length;

  it("starts a thread when the first task needs one, and puts each task where the fewest are", async () => {
    const topic = await newTopic();
    assert.equal(await threadCount(), 0);
    const [first, second, third] = [spec(topic), spec(topic), spec(topic)];
    host.start(first);
    await until(first.key, "running");
    assert.equal(await threadCount(), 1);
    host.start(second);
    host.start(third);
    await until(second.key, "running");
    await until(third.key, "running");
    assert.equal(await threadCount(), 2);
    assert.deepEqual([...host.tasks()].sort(), [first.key, second.key, third.key].sort());
    const metrics = await host.metrics();
    assert.deepEqual(metrics.tasks.map(({ key }) => key).sort(), [...host.tasks()].sort());
    assert.ok(
      metrics.threads.every(({ budgetBytes, bufferedBytes }) => budgetBytes === 1 << 20 && bufferedBytes === 0),
    );
  });

  it("runs plug-ins of plugin.path, tells of topics, pauses, resumes and stops with a last commit", async () => {
    const topic = await newTopic();
    const task = spec(topic);
    await kafka.produce(topic, [{ value: "one" }, { value: "two" }]);
    host.start(task);
    await waitUntil("the values are in the file", () => contentOf(task) === "one\ntwo\n");
    host.pause(task.key);
    await until(task.key, "paused");
    await kafka.produce(topic, [{ value: "three" }]);
    host.resume(task.key);
    await until(task.key, "resumed");
    await waitUntil("the rest is in the file", () => contentOf(task) === "one\ntwo\nthree\n");
    assert.equal(await host.stop(task.key, 10_000), "stopped");
    assert.deepEqual(typesOf(task.key), ["running", "active-topic", "paused", "resumed", "stopped"]);
    assert.deepEqual([...(await kafka.committedOffsets(`connect-${task.key}`, topic))], [[0, 3]]);
    assert.deepEqual(host.tasks(), []);
    assert.equal(await host.stop(task.key, 10), "stopped");
  });

  it("tells of a topic again after its connector's topics were forgotten", async () => {
    const topic = await newTopic();
    const task = spec(topic);
    await kafka.produce(topic, [{ value: "one" }]);
    host.start(task);
    await until(task.key, "active-topic");
    host.forgetTopics(task.connector);
    await kafka.produce(topic, [{ value: "two" }]);
    await waitUntil("it is told again", () => typesOf(task.key).filter((type) => type === "active-topic").length === 2);
  });

  it("reports a failing task and keeps its thread", async () => {
    const bad = spec("any", "x.None");
    host.start(bad);
    const failed = await until(bad.key, "failed");
    assert.match((failed as { trace: string }).trace, /Failed to find any class that implements Connector/);
    assert.deepEqual([host.tasks(), await threadCount()], [[], 1]);
  });

  it("does not start a task that is there already", async () => {
    const task = spec(await newTopic());
    host.start(task);
    assert.throws(() => {
      host.start(task);
    }, /Task already exists in this worker/);
    await until(task.key, "running");
  });

  for (const [order, reason] of [
    ["throw", "thrown outside of any call"],
    ["exit", "Exit code 3"],
  ] as const)
    it(`fails the tasks of a thread that dies (${order}), leaves the others alone and replaces it`, async () => {
      const [topic, other] = [await newTopic(), await newTopic()];
      const [hostile, far, neighbour] = [spec(topic, HOSTILE_SINK), spec(other), spec(other)];
      for (const task of [hostile, far, neighbour]) {
        host.start(task);
        await until(task.key, "running");
      }
      await kafka.produce(topic, [{ value: order }]);
      const failed = (await until(hostile.key, "failed")) as Extract<TaskEvent, { type: "failed" }>;
      assert.match(failed.trace, /^org\.apache\.kafka\.connect\.errors\.ConnectException: The task thread died\n/);
      assert.ok(failed.trace.includes(reason), failed.trace);
      await until(neighbour.key, "failed");
      assert.deepEqual([typesOf(far.key), host.tasks()], [["running"], [far.key]]);
      events.length = 0;
      host.start(neighbour);
      await until(neighbour.key, "running");
      await kafka.produce(other, [{ value: "again" }]);
      await waitUntil("the new one works", () => contentOf(neighbour) === "again\n");
      assert.equal(await threadCount(), 2);
    });

  it("kills a thread that answers nothing any more, after the stop's own deadline", async () => {
    const topic = await newTopic();
    const task = spec(topic, HOSTILE_SINK);
    host.start(task);
    await until(task.key, "running");
    await kafka.produce(topic, [{ value: "block" }]);
    await waitUntil("it is stuck", async () => (await threadCount()) === 0);
    assert.equal(await host.stop(task.key, 10), "failed");
    const failed = events.at(-1) as Extract<TaskEvent, { type: "failed" }>;
    assert.match(failed.trace, /The task thread does not respond/);
  });
});
