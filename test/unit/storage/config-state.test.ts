import assert from "node:assert/strict";
import {
  commitRecord,
  connectorRecord,
  loggerRecord,
  restartRecord,
  sessionKeyRecord,
  targetStateRecord,
  taskRecords,
  type KeyValue,
} from "../../../runtime/storage/config-records.js";
import { ConfigState, taskIds, type ConfigUpdate } from "../../../runtime/storage/config-state.js";
import { KeepingLogger } from "../../support/loggers.js";

interface Fed {
  readonly state: ConfigState;
  readonly updates: (ConfigUpdate | null)[];
  readonly log: KeepingLogger;
}

function feed(...records: readonly KeyValue[]): Fed {
  const log = new KeepingLogger();
  const state = new ConfigState(log);
  const updates = records.map((record, offset) => state.apply({ ...record, offset }));
  return { state, updates, log };
}

const text = (key: string, value: string): KeyValue => ({ key, value: Buffer.from(value) });
const CONFIG = { "connector.class": "x", topics: "t" };

describe("storage/config-state", () => {
  it("apply() keeps task configs back until their commit", () => {
    const { state, updates } = feed(connectorRecord("a-b", CONFIG), ...taskRecords("a-b", [{ n: "0" }, { n: "1" }]));
    assert.deepEqual(taskIds(state.snapshot(), "a-b"), []);
    assert.deepEqual(updates.slice(1), [null, null]);
    const update = state.apply({ ...commitRecord("a-b", 2), offset: 7 });
    assert.deepEqual(update, {
      kind: "task-configs",
      connector: "a-b",
      tasks: [
        { connector: "a-b", task: 0 },
        { connector: "a-b", task: 1 },
      ],
    });
    const snapshot = state.snapshot();
    assert.equal(snapshot.offset, 8);
    assert.deepEqual(snapshot.connectors.get("a-b"), {
      config: CONFIG,
      targetState: "STARTED",
      taskConfigs: [{ n: "0" }, { n: "1" }],
      taskCount: 2,
      inconsistent: false,
      appliedConfig: CONFIG,
    });
  });

  it("apply() makes a connector inconsistent when compaction took a task, and whole again with the next complete set", () => {
    const [, second] = taskRecords("c", [{ n: "0" }, { n: "1" }]);
    assert.ok(second);
    const { state } = feed(connectorRecord("c", CONFIG), second, commitRecord("c", 2));
    const broken = state.snapshot().connectors.get("c");
    assert.deepEqual([broken?.inconsistent, broken?.taskConfigs, broken?.taskCount], [true, [], 2]);
    assert.equal(broken?.appliedConfig, null);
    // What was deferred before a failed commit is gone: task 1 must be written again as well.
    for (const record of [...taskRecords("c", [{ n: "0" }]), commitRecord("c", 2)])
      state.apply({ ...record, offset: 9 });
    assert.equal(state.snapshot().connectors.get("c")?.inconsistent, true);
    for (const record of [...taskRecords("c", [{ n: "0" }, { n: "1" }]), commitRecord("c", 2)])
      state.apply({ ...record, offset: 10 });
    assert.deepEqual(state.snapshot().connectors.get("c")?.taskConfigs, [{ n: "0" }, { n: "1" }]);
  });

  it("apply() tolerates tasks above the committed count", () => {
    const tasks = taskRecords("c", [{ n: "0" }, { n: "1" }]);
    const { state } = feed(connectorRecord("c", CONFIG), ...tasks, commitRecord("c", 1));
    assert.deepEqual(state.snapshot().connectors.get("c")?.taskConfigs, [{ n: "0" }]);
  });

  it("apply() remembers the config that the tasks were made from", () => {
    const next = { ...CONFIG, topics: "u" };
    const { state } = feed(connectorRecord("c", CONFIG), commitRecord("c", 0), connectorRecord("c", next));
    assert.deepEqual(state.snapshot().connectors.get("c")?.appliedConfig, CONFIG);
    assert.deepEqual(state.snapshot().connectors.get("c")?.config, next);
  });

  it("apply() takes a target state written before the config as the initial state", () => {
    const { state, updates } = feed(targetStateRecord("c", "STOPPED"), connectorRecord("c", CONFIG));
    assert.equal(state.snapshot().connectors.get("c")?.targetState, "STOPPED");
    assert.deepEqual(updates, [null, { kind: "connector-config", connector: "c" }]);
  });

  it("apply() prefers state.v2, falls back on state and announces changes only", () => {
    const { state, updates } = feed(
      connectorRecord("c", CONFIG),
      text("target-state-c", '{"state":"PAUSED","state.v2":"STOPPED"}'),
      text("target-state-c", '{"state":"PAUSED"}'),
      text("target-state-c", '{"state":"PAUSED","state.v2":7}'),
      text("target-state-c", '{"state":"SLEEPING"}'),
      targetStateRecord("c", null),
    );
    const kinds = updates.slice(1).map((u) => (u?.kind === "target-state" ? u.state : null));
    assert.deepEqual(kinds, ["STOPPED", "PAUSED", null, null, null]);
    assert.equal(state.snapshot().connectors.get("c")?.targetState, "STARTED");
  });

  it("apply() drops everything of a deleted connector, and a commit that compaction left over", () => {
    const { state, updates } = feed(
      connectorRecord("c", CONFIG),
      ...taskRecords("c", [{ n: "0" }]),
      commitRecord("c", 1),
      connectorRecord("c", null),
      targetStateRecord("c", null),
      ...taskRecords("d", [{ n: "0" }]),
      commitRecord("d", 1),
    );
    assert.equal(state.snapshot().connectors.size, 0);
    assert.deepEqual(updates.slice(3), [{ kind: "connector-removed", connector: "c" }, null, null, null]);
    state.apply({ ...connectorRecord("d", CONFIG), offset: 20 });
    state.apply({ ...commitRecord("d", 1), offset: 21 });
    assert.equal(state.snapshot().connectors.get("d")?.inconsistent, true);
  });

  it("apply() reads session keys, restart requests and logger levels", () => {
    const sessionKey = { key: Buffer.alloc(32, 7), algorithm: "HmacSHA256", creationTimestampMs: 1763805600000 };
    const request = { connector: "c", includeTasks: true, onlyFailed: false };
    const { state, updates } = feed(
      sessionKeyRecord(sessionKey),
      restartRecord(request),
      text("restart-connector-c", '{"include-tasks":"yes"}'),
      loggerRecord("org.apache.kafka", "DEBUG"),
      text("tasks-fencing-c", '{"task-count":2}'),
    );
    assert.deepEqual(updates, [
      { kind: "session-key", sessionKey },
      { kind: "restart", request },
      { kind: "restart", request: { connector: "c", includeTasks: false, onlyFailed: false } },
      { kind: "logger-level", logger: "org.apache.kafka", level: "DEBUG" },
      null,
    ]);
    assert.deepEqual(state.snapshot().sessionKey, sessionKey);
  });

  it("apply() counts skipped records in the offset, except those that are no JSON", () => {
    const { state, log } = feed(
      connectorRecord("c", CONFIG),
      text("nonsense", "{}"),
      text("task-c-x", '{"properties":{}}'),
      text("connector-d", '{"properties":[]}'),
      text("commit-c", '{"tasks":"two"}'),
    );
    assert.equal(state.snapshot().offset, 5);
    assert.equal(log.messages("ERROR").length, 4);
    state.apply({ ...text("connector-e", "{"), offset: 5 });
    assert.equal(state.snapshot().offset, 5);
    assert.deepEqual([...state.snapshot().connectors.keys()], ["c"]);
  });

  it("snapshot() does not change with later records", () => {
    const { state } = feed(connectorRecord("c", CONFIG));
    const before = state.snapshot();
    state.apply({ ...connectorRecord("d", CONFIG), offset: 1 });
    state.apply({ ...connectorRecord("c", null), offset: 2 });
    assert.deepEqual([...before.connectors.keys()], ["c"]);
    assert.equal(before.offset, 1);
  });
});
