import assert from "node:assert/strict";
import type { SinkConnectorPlugin } from "../../../../runtime/api/index.js";
import { Loggers } from "../../../../runtime/logging/loggers.js";
import { generateTaskConfigs, taskConfigsChanged } from "../../../../runtime/worker/task-configs.js";

const log = new Loggers(() => undefined).get("test");

function plugin(count: (maxTasks: number) => number): SinkConnectorPlugin {
  return {
    kind: "sink",
    className: "com.example.Sink",
    taskClassName: "com.example.SinkTask",
    version: "1",
    configDef: {},
    taskConfigs: (config, maxTasks) =>
      Array.from({ length: count(maxTasks) }, (_, n) => ({ n: String(n), secret: config["secret"] ?? "" })),
    createTask: () => assert.fail("not started here"),
  };
}

describe("generateTaskConfigs", () => {
  it("generateTaskConfigs() adds task.class and topics, and puts references back", () => {
    const raw = { name: "c", "tasks.max": "2", topics: "t", secret: "${file:/f:k}" };
    assert.deepEqual(
      generateTaskConfigs(
        plugin((max) => max),
        "c",
        raw,
        { ...raw, secret: "geheim" },
        log,
      ),
      [
        { n: "0", secret: "${file:/f:k}", "task.class": "com.example.SinkTask", topics: "t" },
        { n: "1", secret: "${file:/f:k}", "task.class": "com.example.SinkTask", topics: "t" },
      ],
    );
  });

  it("generateTaskConfigs() adds topics.regex instead", () => {
    const raw = { name: "c", "topics.regex": "a.*" };
    const [task] = generateTaskConfigs(
      plugin(() => 1),
      "c",
      raw,
      raw,
      log,
    );
    assert.deepEqual(task, { n: "0", secret: "", "task.class": "com.example.SinkTask", "topics.regex": "a.*" });
  });

  it("generateTaskConfigs() refuses more tasks than tasks.max, unless that is not enforced", () => {
    const raw = { name: "c", "tasks.max": "1" };
    const greedy = plugin(() => 2);
    assert.throws(
      () => generateTaskConfigs(greedy, "c", raw, raw, log),
      (error: { javaClass?: string; message: string }) =>
        error.javaClass === "org.apache.kafka.connect.runtime.TooManyTasksException" &&
        error.message.startsWith("The connector c has generated 2 tasks, which is greater than 1, the maximum number"),
    );
    const lenient = { ...raw, "tasks.max.enforce": "false" };
    assert.equal(generateTaskConfigs(greedy, "c", lenient, lenient, log).length, 2);
  });
});

describe("taskConfigsChanged", () => {
  const config = { name: "c" };
  it("taskConfigsChanged() is false when everything is the same, in any order of keys", () => {
    assert.equal(taskConfigsChanged([{ a: "1", b: "2" }], [{ b: "2", a: "1" }], config, { name: "c" }), false);
  });
  const changes: readonly (readonly [string, Parameters<typeof taskConfigsChanged>])[] = [
    ["another number of tasks", [[{ a: "1" }], [], config, config]],
    ["another value", [[{ a: "1" }], [{ a: "2" }], config, config]],
    ["another key", [[{ a: "1" }], [{ b: "1" }], config, config]],
    ["a connector config that is not yet applied", [[{ a: "1" }], [{ a: "1" }], { name: "c", x: "y" }, config]],
    ["tasks that were never committed", [[], [], config, null]],
  ];
  for (const [title, args] of changes)
    it(`taskConfigsChanged() notices ${title}`, () => {
      assert.equal(taskConfigsChanged(...args), true);
    });
});
