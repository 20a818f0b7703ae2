import assert from "node:assert/strict";
import { ConnectError } from "../../../../runtime/api/index.js";
import { Loggers } from "../../../../runtime/logging/loggers.js";
import { TaskRestarts, type RestartPolicy } from "../../../../runtime/worker/task-restarts.js";

const ID = { connector: "c", task: 0 };

class Clock {
  nowMs = 0;
  pauses: number[] = [];
  #waiting: (() => void)[] = [];

  readonly schedule = (ms: number, action: () => void): (() => void) => {
    this.pauses.push(ms);
    this.#waiting.push(action);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== action);
    };
  };

  /** Lets the pause of the last restart pass. */
  async fire(): Promise<void> {
    this.nowMs += this.pauses.at(-1) ?? 0;
    for (const action of this.#waiting.splice(0)) action();
    await Promise.resolve();
    await Promise.resolve();
  }
}

function setUp(policy: Partial<RestartPolicy>): {
  clock: Clock;
  restarts: TaskRestarts;
  herder: { failed: boolean; restarted: number; error: Error | null };
} {
  const clock = new Clock();
  const log = new Loggers(() => undefined).get("test");
  const full = { maxAttempts: 3, backoffMs: 100, backoffMaxMs: 1000, ...policy };
  const restarts = new TaskRestarts(full, log, () => clock.nowMs, clock.schedule);
  const herder = { failed: true, restarted: 0, error: null as Error | null };
  restarts.bind({
    isFailedHere: () => herder.failed,
    restartTask: () => {
      herder.restarted++;
      return herder.error === null ? Promise.resolve() : Promise.reject(herder.error);
    },
  });
  return { clock, restarts, herder };
}

describe("TaskRestarts", () => {
  it("onFailed() does nothing by default", () => {
    const { clock, restarts } = setUp({ maxAttempts: 0 });
    restarts.onFailed(ID);
    assert.deepEqual(clock.pauses, []);
  });

  it("onFailed() restarts after growing pauses and gives up after the last attempt", async () => {
    const { clock, restarts, herder } = setUp({});
    for (let failures = 0; failures < 5; failures++) {
      restarts.onFailed(ID);
      await clock.fire();
    }
    assert.deepEqual(clock.pauses, [100, 200, 400]);
    assert.equal(herder.restarted, 3);
  });

  it("onFailed() counts anew for a task that ran for longer than the longest pause", async () => {
    const { clock, restarts } = setUp({ maxAttempts: -1 });
    restarts.onFailed(ID);
    await clock.fire();
    restarts.onFailed(ID);
    await clock.fire();
    clock.nowMs += 1001;
    restarts.onFailed(ID);
    assert.deepEqual(clock.pauses, [100, 200, 100]);
  });

  it("onFailed() leaves a task alone that somebody else has touched meanwhile", async () => {
    const { clock, restarts, herder } = setUp({});
    restarts.onFailed(ID);
    herder.failed = false;
    await clock.fire();
    assert.equal(herder.restarted, 0);
  });

  it("onFailed() tries again when the restart meets a rebalance", async () => {
    const { clock, restarts, herder } = setUp({});
    herder.error = new ConnectError("rebalancing", "later");
    restarts.onFailed(ID);
    await clock.fire();
    assert.deepEqual(clock.pauses, [100, 200]);
  });

  it("close() calls waiting restarts off", async () => {
    const { clock, restarts, herder } = setUp({});
    restarts.onFailed(ID);
    restarts.close();
    await clock.fire();
    assert.equal(herder.restarted, 0);
  });
});
