import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
import { ConfigState } from "../../../runtime/storage/config-state.js";
import {
  connectorStatusKey,
  StatusState,
  statusValue,
  topicStatusRecord,
} from "../../../runtime/storage/status-state.js";
import { projectFolder } from "../../support/folders.js";
import { KeepingLogger } from "../../support/loggers.js";

interface RecordedRecord {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
}

interface RecordedInstance {
  readonly state: string;
  readonly worker_id: string;
  readonly version: string;
}

/** Both topics of a JVM worker, and what its REST API said in the end; the file says how it came about. */
interface Recording {
  readonly config: readonly RecordedRecord[];
  readonly status: readonly RecordedRecord[];
  readonly rest: {
    readonly connectors: Record<
      string,
      {
        readonly info: { readonly config: Record<string, string>; readonly tasks: readonly unknown[] };
        readonly status: { readonly connector: RecordedInstance; readonly tasks: readonly RecordedInstance[] };
      }
    >;
    readonly tasks: readonly { readonly config: Record<string, string> }[];
    readonly topics: Record<string, { readonly topics: readonly string[] }>;
  };
}

const recording = JSON.parse(
  readFileSync(join(projectFolder, "test", "fixtures", "storage", "jvm-4.1.1.json"), "utf8"),
) as Recording;

const bytesOf = ({ value }: RecordedRecord): Buffer | null => (value === null ? null : Buffer.from(value));

describe("storage and the JVM's topics", () => {
  it("ConfigState arrives where the JVM arrived", () => {
    const log = new KeepingLogger();
    const state = new ConfigState(log);
    const kinds = recording.config.map((record) => state.apply({ ...record, value: bytesOf(record) })?.kind ?? null);
    const snapshot = state.snapshot();
    assert.equal(snapshot.offset, 22);
    assert.deepEqual([...snapshot.connectors.keys()].sort(), Object.keys(recording.rest.connectors).sort());
    for (const [name, { info }] of Object.entries(recording.rest.connectors)) {
      assert.deepEqual(snapshot.connectors.get(name)?.config, info.config);
      assert.equal(snapshot.connectors.get(name)?.taskConfigs.length, info.tasks.length);
    }
    const sink = snapshot.connectors.get("file-sink");
    assert.ok(sink);
    assert.deepEqual(
      sink.taskConfigs,
      recording.rest.tasks.map(({ config }) => config),
    );
    assert.deepEqual([sink.targetState, sink.appliedConfig, sink.inconsistent], ["STARTED", sink.config, false]);
    assert.equal(snapshot.connectors.get("kept-stopped")?.targetState, "STOPPED");
    assert.equal(snapshot.sessionKey?.key.length, 32);
    assert.equal(kinds.filter((kind) => kind === "restart" || kind === "logger-level").length, 2);
    assert.deepEqual(log.lines, []);
  });

  it("StatusState arrives where the JVM arrived", () => {
    const log = new KeepingLogger();
    const state = new StatusState(log);
    for (const record of recording.status) state.apply(record.key, bytesOf(record));
    assert.deepEqual([...state.connectors()].sort(), Object.keys(recording.rest.connectors).sort());
    for (const [name, { status }] of Object.entries(recording.rest.connectors)) {
      const shown = [state.connector(name), ...state.tasks(name).map((task) => task.status)];
      const recorded = [status.connector, ...status.tasks];
      assert.deepEqual(
        shown.map((s) => [s?.state, s?.workerId, s?.version]),
        recorded.map((s) => [s.state, s.worker_id, s.version]),
      );
    }
    const topics = state.topics("file-sink").map(({ topic }) => topic);
    assert.deepEqual(topics, recording.rest.topics["file-sink"]?.topics);
    assert.deepEqual(log.lines, []);
  });

  it("what is written is byte for byte what the JVM wrote", () => {
    const written = new Map(recording.config.map((record) => [record.offset, record]));
    const configAt = (offset: number): Record<string, string> =>
      (JSON.parse(written.get(offset)?.value ?? "") as { properties: Record<string, string> }).properties;
    const session = JSON.parse(written.get(0)?.value ?? "") as { key: string; "creation-timestamp": number };
    const [, secondTask] = taskRecords("file-sink", [configAt(2), configAt(3)]);
    const ours: readonly (readonly [number, KeyValue | undefined])[] = [
      [
        0,
        sessionKeyRecord({
          key: Buffer.from(session.key, "base64"),
          algorithm: "HmacSHA256",
          creationTimestampMs: session["creation-timestamp"],
        }),
      ],
      [1, connectorRecord("file-sink", configAt(1))],
      [3, secondTask],
      [4, commitRecord("file-sink", 2)],
      [5, targetStateRecord("file-sink", "PAUSED")],
      [6, targetStateRecord("file-sink", "STARTED")],
      [10, restartRecord({ connector: "file-sink", includeTasks: true, onlyFailed: false })],
      [11, loggerRecord("org.apache.kafka", "WARN")],
      [12, targetStateRecord("kept-stopped", "STOPPED")],
      [20, connectorRecord("deleted", null)],
      [21, targetStateRecord("deleted", null)],
    ];
    for (const [offset, record] of ours) {
      const value = record?.value === null ? null : Buffer.from(record?.value ?? []).toString();
      assert.deepEqual({ offset, key: record?.key, value }, { offset, ...pick(written.get(offset)) });
    }
    const [first] = recording.status;
    const status = {
      state: "RUNNING",
      trace: null,
      workerId: "127.0.0.1:8083",
      generation: 2,
      version: "4.1.1",
    } as const;
    assert.deepEqual(
      [first?.key, first?.value],
      [connectorStatusKey("file-sink"), Buffer.from(statusValue(status) ?? []).toString()],
    );
    const seen = recording.status.find(({ key }) => key.startsWith("status-topic-"));
    const { discoverTimestamp } = (JSON.parse(seen?.value ?? "") as { topic: { discoverTimestamp: number } }).topic;
    const topicStatus = { topic: "orders", connector: "file-sink", task: 0, discoverTimestampMs: discoverTimestamp };
    const record = topicStatusRecord("file-sink", "orders", topicStatus);
    assert.deepEqual([record.key, Buffer.from(record.value ?? []).toString()], [seen?.key, seen?.value]);
  });
});

function pick(record: RecordedRecord | undefined): { key: string | undefined; value: string | null | undefined } {
  return { key: record?.key, value: record?.value };
}
