import assert from "node:assert/strict";
import { ConnectError, type SinkConnectorPlugin } from "../../../../runtime/api/index.js";
import type { TargetState } from "../../../../runtime/herder.js";
import { Loggers } from "../../../../runtime/logging/loggers.js";
import { ConnectorHost } from "../../../../runtime/worker/connector-host.js";
import { mergeConfig } from "../../../../runtime/worker/connector-patch.js";

const log = new Loggers(() => undefined).get("test");

function host(start: () => void): { host: ConnectorHost; events: string[] } {
  const events: string[] = [];
  const note = (event: string) => () => events.push(event);
  const plugin: SinkConnectorPlugin = {
    kind: "sink",
    className: "com.example.Sink",
    taskClassName: "com.example.SinkTask",
    version: "1",
    configDef: {},
    start,
    taskConfigs: () => [],
    createTask: () => assert.fail("not started here"),
  };
  const listener = {
    onRunning: note("running"),
    onPaused: note("paused"),
    onStopped: note("stopped"),
    onShutdown: note("shutdown"),
    onFailed: (_: string, error: unknown) => events.push(`failed: ${(error as Error).message}`),
  };
  return { host: new ConnectorHost("c", plugin, {}, listener, log), events };
}

describe("ConnectorHost", () => {
  it("transitionTo() tells of each change once", () => {
    const { host: connector, events } = host(() => undefined);
    const states: TargetState[] = ["PAUSED", "PAUSED", "STARTED", "STARTED", "STOPPED", "STOPPED", "STARTED"];
    for (const state of states) connector.transitionTo(state);
    connector.shutDown();
    assert.deepEqual(events, ["paused", "running", "stopped", "running", "shutdown"]);
    assert.equal(connector.running, true);
  });

  it("transitionTo() fails with the connector's own error and then hears of STOPPED only", () => {
    const { host: connector, events } = host(() => {
      throw new ConnectError("config", "bad");
    });
    assert.throws(() => {
      connector.transitionTo("STARTED");
    }, /bad/);
    assert.throws(() => {
      connector.transitionTo("PAUSED");
    }, /since it has failed/);
    connector.transitionTo("STOPPED");
    assert.deepEqual(events, ["failed: bad", "stopped"]);
  });
});

describe("mergeConfig", () => {
  it("mergeConfig() sets and removes keys and does not mind removing what is not there", () => {
    assert.deepEqual(mergeConfig({ a: "1", b: "2" }, { b: null, c: "3", x: null }), { a: "1", c: "3" });
  });
});
