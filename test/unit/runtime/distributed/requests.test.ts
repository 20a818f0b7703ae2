import assert from "node:assert/strict";
import { ConnectError } from "../../../../runtime/api/index.js";
import { RequestQueue } from "../../../../runtime/distributed/requests.js";

describe("RequestQueue", () => {
  it("takeDue() gives requests in the order of their time, not before it", async () => {
    let nowMs = 1000;
    let wakes = 0;
    const queue = new RequestQueue(
      () => nowMs,
      () => wakes++,
    );
    const done: string[] = [];
    const note = (name: string) => () => {
      done.push(name);
      return Promise.resolve();
    };
    queue.schedule(500, note("later"));
    queue.schedule(0, note("first"));
    queue.schedule(0, note("second"));
    assert.equal(wakes, 3);
    for (let run = queue.takeDue(); run !== null; run = queue.takeDue()) await run();
    assert.deepEqual(done, ["first", "second"]);
    assert.equal(queue.nextAtMs, 1500);
    nowMs = 1500;
    await queue.takeDue()?.();
    assert.deepEqual(done, ["first", "second", "later"]);
    assert.equal(queue.nextAtMs, null);
  });

  it("ask() settles as its action does", async () => {
    const queue = new RequestQueue(Date.now, () => undefined);
    const good = queue.ask(() => 7);
    const bad = queue.ask(() => Promise.reject(new ConnectError("not-found", "no")));
    await queue.takeDue()?.();
    await queue.takeDue()?.();
    assert.equal(await good, 7);
    await assert.rejects(bad, /no/);
  });

  it("close() fails what waits and what comes later", async () => {
    const queue = new RequestQueue(Date.now, () => undefined);
    const waiting = queue.ask(() => 1);
    queue.close(new ConnectError("fatal", "Worker is shutting down"));
    await assert.rejects(waiting, /shutting down/);
    await assert.rejects(
      queue.ask(() => 1),
      /shutting down/,
    );
    assert.equal(queue.takeDue(), null);
  });
});
