import assert from "node:assert/strict";
import { createAdmin } from "../../../runtime/kafka/admin.js";
import { openStatusStore } from "../../../runtime/storage/status-log.js";
import type { Status, StatusStore } from "../../../runtime/storage/status-store.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { silentLogger } from "../../support/loggers.js";
import { sharedBootstrap } from "../../support/shared.js";
import { waitUntil } from "../../support/wait.js";

const running: Status = { state: "RUNNING", trace: null, workerId: "a:8083", generation: 3, version: "1.0.0" };
const id = { connector: "c-1", task: 0 };

async function withStores(work: (one: StatusStore, other: StatusStore) => Promise<void>): Promise<void> {
  const properties = { "bootstrap.servers": await sharedBootstrap() };
  const admin = createAdmin(properties, silentLogger);
  const topic = {
    name: uniqueName("statuses"),
    property: "status.storage.topic",
    purpose: "connector and task statuses",
    partitions: 5,
    replicationFactor: 1,
    configs: {},
  };
  const stores = [1, 2].map(() => openStatusStore({ topic, properties }, admin, silentLogger));
  const [one, other] = stores;
  try {
    assert.ok(one && other);
    await one.start();
    await other.start();
    await work(one, other);
  } finally {
    for (const store of stores) await store.close();
    await admin.close();
  }
}

describe("storage/status-log", () => {
  it("put shows in every worker, and DESTROYED removes", async () => {
    await withStores(async (one, other) => {
      one.putConnector("c-1", running);
      one.putTask(id, running);
      one.putTopic({ topic: "t", connector: "c-1", task: 0, discoverTimestampMs: 9 });
      await one.flush();
      await waitUntil("the statuses are read", () => other.topics("c-1").length === 1 && other.task(id) !== null);
      await waitUntil("the connector's too", () => other.connector("c-1") !== null);
      assert.deepEqual(other.connector("c-1"), running);
      assert.deepEqual(other.tasks("c-1"), [{ id, status: running }]);
      other.putTask(id, { ...running, state: "DESTROYED" });
      other.deleteTopic("c-1", "t");
      other.putConnector("c-1", { ...running, state: "DESTROYED" });
      await waitUntil("all is removed", () => one.connectors().length + one.topics("c-1").length === 0);
      assert.equal(one.task(id), null);
    });
  });

  it("putTaskSafe() writes nothing over a later generation of another worker", async () => {
    await withStores(async (one, other) => {
      one.putTask(id, running);
      await waitUntil("the status is read", () => other.task(id) !== null);
      other.putTaskSafe(id, { ...running, state: "FAILED", workerId: "b:8083", generation: 2 });
      await other.flush();
      other.putTaskSafe(id, { ...running, state: "FAILED", trace: "x", workerId: "b:8083", generation: 4 });
      await waitUntil("the later one is read", () => one.task(id)?.state === "FAILED");
      assert.equal(one.task(id)?.generation, 4);
    });
  });

  it("putConnectorSafe() reads what others have written before it writes, as a worker does that wakes up late", async () => {
    await withStores(async (one, other) => {
      const names = Array.from({ length: 50 }, (_, n) => `c-${n}`);
      for (const name of names) one.putConnector(name, { ...running, generation: 5 });
      await one.flush();
      // The other may not have read them yet.
      const late: Status = { ...running, state: "UNASSIGNED", workerId: "b:8083", generation: 3 };
      for (const name of names) other.putConnectorSafe(name, late);
      await other.flush();
      one.putConnector("end", running);
      await waitUntil("all is read", () => other.connector("end") !== null);
      for (const name of names) assert.equal(other.connector(name)?.state, "RUNNING");
    });
  });

  it("the last of many puts wins", async () => {
    await withStores(async (one, other) => {
      for (let generation = 0; generation < 200; generation++) one.putTask(id, { ...running, generation });
      await one.flush();
      await waitUntil("the last is read", () => other.task(id)?.generation === 199);
    });
  });
});
