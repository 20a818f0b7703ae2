import assert from "node:assert/strict";
import type { ConnectorStatus, State } from "../../../../runtime/herder.js";
import { planRestart, strongerRestart } from "../../../../runtime/worker/restart-plan.js";

function status(connector: State, ...tasks: State[]): ConnectorStatus {
  const instance = (state: State) => ({ state, workerId: "w:1", version: "1", trace: state === "FAILED" ? "t" : null });
  return {
    name: "c",
    connector: instance(connector),
    tasks: tasks.map((state, id) => ({ id, ...instance(state) })),
    type: "sink",
  };
}

describe("planRestart", () => {
  const cases: readonly (readonly [boolean, boolean, boolean, number[]])[] = [
    // includeTasks, onlyFailed → connector, tasks
    [false, false, true, []],
    [true, false, true, [0, 1]],
    [false, true, false, []],
    [true, true, false, [1]],
  ];
  for (const [includeTasks, onlyFailed, connector, tasks] of cases)
    it(`planRestart() with includeTasks=${String(includeTasks)} and onlyFailed=${String(onlyFailed)} chooses what KIP-745 says`, () => {
      const plan = planRestart({ connector: "c", includeTasks, onlyFailed }, status("RUNNING", "RUNNING", "FAILED"));
      assert.equal(plan.restartConnector, connector);
      assert.deepEqual(
        plan.tasks.map((task) => task.task),
        tasks,
      );
      assert.equal(plan.status.connector.state, connector ? "RESTARTING" : "RUNNING");
      assert.deepEqual(
        plan.status.tasks.flatMap((task) => (task.state === "RESTARTING" ? [task.id] : [])),
        tasks,
      );
    });

  it("planRestart() keeps worker ids and old traces in the answer", () => {
    const plan = planRestart({ connector: "c", includeTasks: false, onlyFailed: true }, status("FAILED"));
    assert.deepEqual(plan.status.connector, { state: "RESTARTING", workerId: "w:1", version: "1", trace: "t" });
  });
});

describe("strongerRestart", () => {
  it("strongerRestart() prefers what restarts more, and the later of equals", () => {
    const request = (includeTasks: boolean, onlyFailed: boolean) => ({ connector: "c", includeTasks, onlyFailed });
    const inOrder = [request(false, true), request(true, true), request(false, false), request(true, false)];
    for (let weak = 0; weak < inOrder.length; weak++)
      for (let strong = weak + 1; strong < inOrder.length; strong++) {
        assert.equal(strongerRestart(inOrder[weak]!, inOrder[strong]!), inOrder[strong]);
        assert.equal(strongerRestart(inOrder[strong]!, inOrder[weak]!), inOrder[strong]);
      }
  });
});
