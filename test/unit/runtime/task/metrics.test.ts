import assert from "node:assert/strict";
import { ThreadMemory } from "../../../../runtime/task/memory-budget.js";
import { RunnerMetrics } from "../../../../runtime/task/metrics.js";
import { WindowedStat } from "../../../../runtime/task/windowed-stat.js";

const WINDOWS = { windowMs: 1000, count: 2 };

describe("WindowedStat", () => {
  it("average() and max() forget values of windows that are over", () => {
    let nowMs = 0;
    const stat = new WindowedStat(WINDOWS, () => nowMs);
    assert.deepEqual([stat.average(), stat.max()], [null, null]);
    stat.record(10);
    nowMs = 1500;
    stat.record(2);
    stat.record(4);
    assert.deepEqual([stat.average(), stat.max()], [16 / 3, 10]);
    nowMs = 2100;
    assert.deepEqual([stat.average(), stat.max()], [3, 4]);
    nowMs = 9000;
    assert.deepEqual([stat.average(), stat.max()], [null, null]);
  });

  it("perSecond() counts a window that is not over yet as Kafka's Rate does", () => {
    let nowMs = 0;
    const stat = new WindowedStat(WINDOWS, () => nowMs);
    stat.record(10);
    nowMs = 500;
    // Half a window has passed; all but the last count as full.
    assert.equal(stat.perSecond(), 10 / 1.5);
    nowMs = 1500;
    stat.record(20);
    assert.equal(stat.perSecond(), 30 / 1.5);
  });
});

describe("RunnerMetrics", () => {
  const idle = { partitionCount: 0, activeCount: 0, lag: [] };

  it("snapshot() leaves out what has no value yet", () => {
    const { values } = new RunnerMetrics(WINDOWS, () => 0).snapshot("c-0", idle);
    assert.equal(values["sink-task-metrics/put-batch-max-time-ms"], undefined);
    assert.equal(values["sink-task-metrics/sink-record-read-total"], 0);
    assert.equal(values["consumer-fetch-manager-metrics/records-lag-max"], undefined);
  });

  it("gauge() is read when a snapshot is taken", () => {
    const metrics = new RunnerMetrics(WINDOWS, () => 0);
    let open = 1;
    metrics.gauge("open_objects", () => open);
    open = 3;
    assert.equal(metrics.snapshot("c-0", idle).values["open_objects"], 3);
  });

  it("snapshot() tells how long the task ran and was paused", () => {
    let nowMs = 0;
    const metrics = new RunnerMetrics(WINDOWS, () => nowMs);
    metrics.phase("running");
    nowMs = 300;
    metrics.phase("paused");
    nowMs = 400;
    const { values } = metrics.snapshot("c-0", idle);
    assert.deepEqual(
      [values["connector-task-metrics/running-ratio"], values["connector-task-metrics/pause-ratio"]],
      [0.75, 0.25],
    );
  });

  it("snapshot() gives commits, lag by partition and the sink's own values", () => {
    const metrics = new RunnerMetrics(WINDOWS, () => 0);
    metrics.commitSucceeded(10);
    metrics.commitFailed(30);
    metrics.add("objects", 2);
    metrics.add("objects", 1);
    metrics.set("open", 7);
    const lag = [
      { topic: "t", partition: 0, lag: 3 },
      { topic: "t", partition: 1, lag: 9 },
    ];
    const { values, partitions } = metrics.snapshot("c-0", { ...idle, lag });
    const of = (name: string) => values[`connector-task-metrics/offset-commit-${name}`];
    assert.deepEqual(
      [of("success-percentage"), of("failure-percentage"), of("avg-time-ms"), of("max-time-ms")],
      [50, 50, 20, 30],
    );
    assert.deepEqual([values["objects"], values["open"]], [3, 7]);
    assert.equal(values["consumer-fetch-manager-metrics/records-lag-max"], 9);
    assert.deepEqual(
      partitions.map(({ values: own }) => own["consumer-fetch-manager-metrics/records-lag"]),
      [3, 9],
    );
  });
});

describe("TaskMemory", () => {
  it("tryTake() respects the limit of the whole thread, take() does not", () => {
    const thread = new ThreadMemory(100);
    const [first, second] = [thread.share(), thread.share()];
    assert.equal(first.tryTake(60), true);
    assert.equal(second.tryTake(50), false);
    second.take(50);
    assert.deepEqual([thread.usedBytes, first.usedBytes, second.heldBytes, second.limitBytes], [110, 110, 50, 100]);
  });

  it("releaseAll() gives back what a task that is gone still held", () => {
    const thread = new ThreadMemory(100);
    const [first, second] = [thread.share(), thread.share()];
    first.take(60);
    second.take(10);
    first.release(20);
    first.releaseAll();
    assert.equal(thread.usedBytes, 10);
  });
});
