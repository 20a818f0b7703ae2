import assert from "node:assert/strict";
import { createAdmin } from "../../../runtime/kafka/admin.js";
import { openConfigStore, type ConfigLogOptions } from "../../../runtime/storage/config-log.js";
import { connectorRecord, commitRecord, taskRecords } from "../../../runtime/storage/config-records.js";
import { taskIds, type ConfigUpdate } from "../../../runtime/storage/config-state.js";
import type { ConfigStore } from "../../../runtime/storage/config-store.js";
import type { InternalTopic } from "../../../runtime/storage/internal-topics.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { silentLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";

const CONFIG = { "connector.class": "GcsSink", topics: "t" };

function configTopic(name: string): InternalTopic {
  return {
    name,
    property: "config.storage.topic",
    purpose: "connector configurations",
    partitions: 1,
    replicationFactor: 1,
    configs: { "segment.ms": "600000", "cleanup.policy": "delete" },
  };
}

/** Runs `work` with a store per entry, all on one topic, and closes them. */
async function withStores(
  topic: string,
  modes: readonly ConfigLogOptions["exactlyOnce"][],
  work: (stores: ConfigStore[], updates: ConfigUpdate[][]) => Promise<void>,
): Promise<void> {
  const properties = { "bootstrap.servers": await sharedBootstrap() };
  const admin = createAdmin(properties, silentLogger);
  const updates: ConfigUpdate[][] = modes.map(() => []);
  const stores = modes.map((exactlyOnce) =>
    openConfigStore({ topic: configTopic(topic), properties, exactlyOnce, groupId: topic }, admin, silentLogger),
  );
  try {
    for (const [i, store] of stores.entries()) await store.start((update) => updates[i]?.push(update));
    await work(stores, updates);
  } finally {
    for (const store of stores) await store.close();
    await admin.close();
  }
}

describe("storage/config-log", () => {
  it("start() makes the topic compacted, whatever else is asked for", async () => {
    const topic = uniqueName("configs");
    await withStores(topic, ["disabled"], async ([store]) => {
      assert.equal(store?.snapshot().offset, -1);
      const admin = createAdmin({ "bootstrap.servers": await sharedBootstrap() }, silentLogger);
      assert.equal(await admin.topicConfig(topic, "cleanup.policy"), "compact");
      assert.equal(await admin.topicConfig(topic, "segment.ms"), "600000");
      await admin.close();
    });
  });

  it("start() refuses a topic that is not compacted, or has several partitions", async () => {
    const deleted = await newTopic("configs", 1, { "cleanup.policy": "compact,delete" });
    await assert.rejects(
      withStores(deleted, ["disabled"], () => Promise.resolve()),
      {
        kind: "config",
        message: new RegExp(
          `^Topic '${deleted}' supplied via the 'config.storage.topic' property is required to have 'cleanup`,
        ),
      },
    );
    const wide = await newTopic("configs", 2, { "cleanup.policy": "compact" });
    await assert.rejects(
      withStores(wide, ["disabled"], () => Promise.resolve()),
      {
        kind: "config",
        message:
          /single partition in order to guarantee consistency of connector configurations, but found 2 partitions\.$/,
      },
    );
  });

  it("writes can be read back at once, and another worker hears of them in order", async () => {
    await withStores(uniqueName("configs"), ["disabled", "disabled"], async ([one, other], [own, heard]) => {
      assert.ok(one && other && own && heard);
      await one.putConnectorConfig("c-1", CONFIG, "PAUSED");
      assert.equal(one.snapshot().connectors.get("c-1")?.targetState, "PAUSED");
      await one.putTaskConfigs("c-1", [{ n: "0" }, { n: "1" }]);
      assert.equal(taskIds(one.snapshot(), "c-1").length, 2);
      await one.putTargetState("c-1", "STARTED");
      await one.putSessionKey({ key: Buffer.alloc(32, 1), algorithm: "HmacSHA256", creationTimestampMs: 5 });
      await one.putRestartRequest({ connector: "c-1", includeTasks: true, onlyFailed: true });
      await one.putLoggerLevel("root", "DEBUG");
      await one.putTaskConfigs("c-1", []);
      await one.removeConnectorConfig("c-1");
      await other.refresh(10_000);
      const kinds = ["connector-config", "task-configs", "target-state", "session-key", "restart", "logger-level"];
      assert.deepEqual(
        heard.map((update) => update.kind),
        [...kinds, "task-configs", "connector-removed"],
      );
      assert.deepEqual(own, heard);
      assert.deepEqual(one.snapshot(), other.snapshot());
      assert.equal(other.snapshot().offset, 12);
    });
  });

  it("start() reads what is there without announcing it", async () => {
    const topic = await newTopic("configs", 1, { "cleanup.policy": "compact" });
    const records = [connectorRecord("c", CONFIG), ...taskRecords("c", [{ n: "0" }]), commitRecord("c", 1)];
    await (
      await sharedKafka()
    ).produce(
      topic,
      records.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) })),
    );
    await withStores(topic, ["disabled"], ([store], [updates]) => {
      assert.ok(store);
      assert.deepEqual(updates, []);
      assert.deepEqual(store.snapshot().connectors.get("c")?.taskConfigs, [{ n: "0" }]);
      assert.equal(store.snapshot().offset, 3);
      return Promise.resolve();
    });
  });

  it("claimWritePrivileges() fences the leader before, which can take over again", async () => {
    await withStores(uniqueName("configs"), ["preparing", "enabled"], async ([one, other]) => {
      assert.ok(one && other);
      await assert.rejects(one.putConnectorConfig("a", CONFIG, null), { kind: "retriable" });
      await one.claimWritePrivileges();
      await one.putConnectorConfig("a", CONFIG, "STOPPED");
      await one.putTaskConfigs("a", [{ n: "0" }, { n: "1" }]);
      await other.claimWritePrivileges();
      await other.putConnectorConfig("b", CONFIG, null);
      await assert.rejects(one.putConnectorConfig("c", CONFIG, null), {
        kind: "retriable",
        message:
          "Failed to write to config topic; this may be due to a transient error and the request can be safely retried",
      });
      // Any worker may pause: that is not the leader's to write.
      await one.putTargetState("b", "PAUSED");
      await one.claimWritePrivileges();
      await one.putConnectorConfig("c", CONFIG, null);
      await other.refresh(10_000);
      assert.deepEqual([...other.snapshot().connectors.keys()].sort(), ["a", "b", "c"]);
      assert.deepEqual([...one.snapshot().connectors.keys()].sort(), ["a", "b", "c"]);
      assert.equal(one.snapshot().offset, other.snapshot().offset);
    });
  });
});
