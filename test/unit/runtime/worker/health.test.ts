import assert from "node:assert/strict";
import { awaitHealth } from "../../../../runtime/worker/health.js";
import { StageTracker, stageSummary } from "../../../../runtime/worker/stage.js";

const NEVER = new Promise<void>(() => undefined);

describe("awaitHealth", () => {
  it("awaitHealth() is healthy when the worker's loop answers", async () => {
    assert.deepEqual(
      await awaitHealth(
        Promise.resolve(),
        () => true,
        () => null,
      ),
      { status: "healthy", message: "Worker has completed startup and is ready to handle requests." },
    );
  });

  it("awaitHealth() says what a worker that does not answer is doing", async () => {
    const stage = { description: "awaiting startup", startedAtMs: 0, completedAtMs: null };
    assert.deepEqual(
      await awaitHealth(
        NEVER,
        () => false,
        () => stage,
        1,
      ),
      {
        status: "starting",
        message:
          "Worker is still starting up. The worker is currently awaiting startup, which began at 1970-01-01T00:00:00.000Z.",
      },
    );
    assert.deepEqual(
      await awaitHealth(
        NEVER,
        () => true,
        () => null,
        1,
      ),
      {
        status: "unhealthy",
        message: "Worker was unable to handle this request and may be unable to handle other requests.",
      },
    );
  });
});

describe("StageTracker", () => {
  it("during() shows the innermost stage that goes on, and the last one afterwards", async () => {
    let nowMs = 0;
    const stages = new StageTracker(() => nowMs);
    assert.equal(stages.current, null);
    await stages.during("outer", async () => {
      await stages.during("inner", () => {
        assert.equal(stages.current?.description, "inner");
        return Promise.resolve();
      });
      assert.equal(stages.current?.description, "outer");
      nowMs = 5;
    });
    assert.equal(
      stageSummary(stages.current!),
      "The last operation the worker completed was outer, which began at 1970-01-01T00:00:00.000Z and completed at 1970-01-01T00:00:00.005Z.",
    );
  });
});
