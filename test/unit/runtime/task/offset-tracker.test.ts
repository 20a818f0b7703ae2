import assert from "node:assert/strict";
import type { TopicPartitionOffset } from "../../../../runtime/api/index.js";
import { OffsetTracker } from "../../../../runtime/task/offset-tracker.js";

const t0 = { topic: "t", partition: 0 };
const t1 = { topic: "t", partition: 1 };

function answer(...offsets: TopicPartitionOffset[]): Map<string, TopicPartitionOffset> {
  return new Map(offsets.map((offset) => [`${offset.topic}-${offset.partition}`, offset]));
}

describe("OffsetTracker", () => {
  let tracker: OffsetTracker;
  beforeEach(() => {
    tracker = new OffsetTracker();
    tracker.reset(t0, 10);
    tracker.reset(t1, 20);
  });
  const current = () => [...tracker.current([t0, t1]).values()].map(({ nextOffset }) => nextOffset);

  it("current() moves when the batch at hand was taken, not when it was consumed", () => {
    tracker.consumed(t0, 15);
    assert.deepEqual(current(), [10, 20]);
    tracker.delivered();
    assert.deepEqual(current(), [15, 20]);
  });

  it("delivered() does not bring back a partition that was taken away meanwhile", () => {
    tracker.consumed(t0, 15);
    tracker.forget([t0]);
    tracker.delivered();
    assert.deepEqual(current(), [20]);
  });

  it("committable() gives the committed offset of a partition that the answer leaves out", () => {
    tracker.consumed(t0, 15);
    tracker.consumed(t1, 25);
    tracker.delivered();
    const asked = tracker.current([t0, t1]);
    const { offsets, ignored } = tracker.committable(asked, answer({ ...t0, nextOffset: 12 }));
    assert.deepEqual(offsets, [
      { ...t0, nextOffset: 12 },
      { ...t1, nextOffset: 20 },
    ]);
    assert.deepEqual(ignored, []);
  });

  it("committable() gives null when nothing changed", () => {
    const asked = tracker.current([t0, t1]);
    assert.equal(tracker.committable(asked, asked).offsets, null);
  });

  it("committable() counts a new note as a change", () => {
    const asked = tracker.current([t0]);
    const noted = { ...t0, nextOffset: 10, note: "n" };
    assert.deepEqual(tracker.committable(asked, answer(noted)).offsets, [noted]);
    tracker.commitSucceeded([noted]);
    assert.equal(tracker.committable(asked, answer(noted)).offsets, null);
  });

  it("committable() ignores offsets beyond those delivered", () => {
    tracker.consumed(t0, 15);
    const asked = tracker.current([t0]);
    const { offsets, ignored } = tracker.committable(asked, answer({ ...t0, nextOffset: 11 }));
    assert.equal(offsets, null);
    assert.deepEqual(ignored, [{ offset: { ...t0, nextOffset: 11 }, reason: "not yet consumed" }]);
  });

  it("committable() tells partitions that are not assigned from those not asked about", () => {
    const other = { topic: "u", partition: 3, nextOffset: 1 };
    const asked = tracker.current([t0]);
    const { ignored } = tracker.committable(asked, answer({ ...t1, nextOffset: 20 }, other));
    assert.deepEqual(
      ignored.map(({ reason }) => reason),
      ["partition not requested", "partition not assigned"],
    );
  });

  it("rewind() makes the committed offsets current and forgets the batch at hand", () => {
    tracker.consumed(t0, 15);
    tracker.delivered();
    tracker.commitSucceeded([{ ...t0, nextOffset: 12 }]);
    tracker.consumed(t0, 18);
    assert.deepEqual(tracker.rewind([t0, t1]), [
      { ...t0, nextOffset: 12 },
      { ...t1, nextOffset: 20 },
    ]);
    tracker.delivered();
    assert.deepEqual(current(), [12, 20]);
  });

  it("commitSucceeded() does not bring back a partition that was taken away meanwhile", () => {
    tracker.forget([t0]);
    tracker.commitSucceeded([{ ...t0, nextOffset: 12 }]);
    assert.equal(tracker.committed([t0]).size, 0);
  });

  it("activeCount() counts what is consumed and not committed", () => {
    tracker.consumed(t0, 15);
    assert.equal(tracker.activeCount(), 5);
    tracker.delivered();
    assert.equal(tracker.activeCount(), 5);
    tracker.commitSucceeded([{ ...t0, nextOffset: 13 }]);
    assert.equal(tracker.activeCount(), 2);
  });
});
