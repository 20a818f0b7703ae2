import assert from "node:assert/strict";
import {
  connectorStatusKey,
  mayReplace,
  StatusState,
  statusValue,
  taskStatusKey,
  topicStatusRecord,
} from "../../../runtime/storage/status-state.js";
import type { Status } from "../../../runtime/storage/status-store.js";
import { KeepingLogger } from "../../support/loggers.js";

const running: Status = { state: "RUNNING", trace: null, workerId: "a:8083", generation: 6, version: "4.1.1" };
const id = { connector: "my-sink", task: 1 };

function put(state: StatusState, status: Status): void {
  state.apply(taskStatusKey(id), statusValue(status));
}

describe("storage/status-state", () => {
  it("statusValue() writes the fields of Connect 4.1 in its order", () => {
    assert.equal(
      Buffer.from(statusValue(running) ?? []).toString(),
      '{"state":"RUNNING","trace":null,"worker_id":"a:8083","generation":6,"version":"4.1.1"}',
    );
    assert.equal(statusValue({ ...running, state: "DESTROYED" }), null);
  });

  it("apply() reads statuses of older workers, which have no version", () => {
    const state = new StatusState(new KeepingLogger());
    const value = '{"state":"FAILED","trace":"boom\\n\\tat x","worker_id":"b:1","generation":2}';
    state.apply("status-connector-my-sink", Buffer.from(value));
    assert.deepEqual(state.connector("my-sink"), {
      state: "FAILED",
      trace: "boom\n\tat x",
      workerId: "b:1",
      generation: 2,
      version: null,
    });
  });

  it("apply() ignores a late UNASSIGNED of the worker that lost the task", () => {
    const state = new StatusState(new KeepingLogger());
    put(state, running);
    put(state, { ...running, state: "UNASSIGNED", workerId: "b:8083", generation: 6 });
    assert.equal(state.task(id)?.state, "RUNNING");
    put(state, { ...running, state: "UNASSIGNED", generation: 7 });
    assert.equal(state.task(id)?.state, "UNASSIGNED");
    put(state, { ...running, state: "PAUSED", generation: 3 });
    put(state, { ...running, state: "UNASSIGNED", generation: 2 });
    assert.equal(state.task(id)?.state, "UNASSIGNED");
  });

  it("apply() drops the tasks with their connector, and a task by its own tombstone", () => {
    const state = new StatusState(new KeepingLogger());
    state.apply(connectorStatusKey(id.connector), statusValue(running));
    for (const task of [10, 2, 1]) state.apply(taskStatusKey({ ...id, task }), statusValue(running));
    assert.deepEqual(
      state.tasks(id.connector).map((t) => t.id.task),
      [1, 2, 10],
    );
    state.apply(taskStatusKey({ ...id, task: 2 }), null);
    assert.equal(state.task({ ...id, task: 2 }), null);
    state.apply(connectorStatusKey(id.connector), null);
    assert.deepEqual([state.connectors(), state.tasks(id.connector)], [[], []]);
  });

  it("apply() keeps the topics that a connector uses", () => {
    const state = new StatusState(new KeepingLogger());
    const status = { topic: "orders-a", connector: "c-1", task: 0, discoverTimestampMs: 1763805600000 };
    const record = topicStatusRecord("c-1", "orders-a", status);
    assert.equal(record.key, "status-topic-orders-a:connector-c-1");
    assert.equal(
      Buffer.from(record.value ?? []).toString(),
      '{"topic":{"name":"orders-a","connector":"c-1","task":0,"discoverTimestamp":1763805600000}}',
    );
    state.apply(record.key, record.value);
    assert.deepEqual(state.topics("c-1"), [status]);
    state.apply(record.key, null);
    assert.deepEqual(state.topics("c-1"), []);
  });

  it("apply() says what it cannot read and goes on", () => {
    const log = new KeepingLogger();
    const state = new StatusState(log);
    for (const [key, value] of [
      ["status-topic-x", "{}"],
      ["status-task-x", "{}"],
      ["status-connector-x", '{"state":"DREAMING","worker_id":"a","generation":1}'],
      ["status-connector-x", "{"],
      ["other", "{}"],
    ] as const)
      state.apply(key, Buffer.from(value));
    assert.equal(log.messages("WARN").length, 5);
    assert.deepEqual(state.connectors(), []);
  });

  it("mayReplace() lets nobody of an earlier generation overwrite another worker's status", () => {
    assert.equal(mayReplace(null, running), true);
    assert.equal(mayReplace(running, { ...running, workerId: "b:1", generation: 5 }), false);
    assert.equal(mayReplace(running, { ...running, workerId: "b:1", generation: 6 }), true);
    assert.equal(mayReplace(running, { ...running, generation: 1 }), true);
  });
});
