import assert from "node:assert/strict";
import { PendingUpdates } from "../../../../runtime/distributed/pending-updates.js";

describe("PendingUpdates", () => {
  it("add() wants a rebalance for a new connector, not for a changed one", () => {
    const pending = new PendingUpdates(["old"]);
    pending.add({ kind: "connector-config", connector: "old" });
    assert.equal(pending.rebalance, false);
    pending.add({ kind: "connector-config", connector: "new" });
    assert.equal(pending.rebalance, true);
    assert.deepEqual([...pending.takeConnectors()], ["old", "new"]);
    assert.deepEqual([...pending.takeConnectors()], []);
  });

  it("add() wants a rebalance for a removed connector and for new task sets", () => {
    const removed = new PendingUpdates(["c"]);
    removed.add({ kind: "connector-removed", connector: "c" });
    assert.equal(removed.rebalance, true);
    const tasks = new PendingUpdates(["c"]);
    tasks.add({ kind: "task-configs", connector: "c", tasks: [] });
    assert.equal(tasks.rebalance, true);
    assert.deepEqual([...tasks.takeTasks()], ["c"]);
  });

  it("add() wants no rebalance for a removal of what nobody knew, a target state or a restart", () => {
    const pending = new PendingUpdates(["c"]);
    pending.add({ kind: "connector-removed", connector: "ghost" });
    pending.add({ kind: "target-state", connector: "c", state: "PAUSED" });
    pending.add({ kind: "restart", request: { connector: "c", includeTasks: false, onlyFailed: true } });
    assert.equal(pending.rebalance, false);
    assert.deepEqual([...pending.takeTargetStates()], [["c", "PAUSED"]]);
  });

  it("takeRestarts() gives one request by connector, the one that does most", () => {
    const pending = new PendingUpdates([]);
    const strong = { connector: "c", includeTasks: true, onlyFailed: false };
    pending.add({ kind: "restart", request: strong });
    pending.add({ kind: "restart", request: { ...strong, onlyFailed: true } });
    assert.deepEqual(pending.takeRestarts(), [strong]);
    assert.deepEqual(pending.takeRestarts(), []);
  });
});
