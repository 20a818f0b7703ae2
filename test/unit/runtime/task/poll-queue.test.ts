import assert from "node:assert/strict";
import type { PartitionBatch } from "../../../../runtime/kafka/seam.js";
import { PollQueue } from "../../../../runtime/task/poll-queue.js";
import { partitionBatch } from "../../../support/record-columns.js";

function batchOf(topic: string, from: number, to: number, nextOffset = to): PartitionBatch {
  const rows = Array.from({ length: to - from }, (_, i) => ({ offset: from + i, value: `v${from + i}` }));
  return partitionBatch(topic, rows, nextOffset);
}

function shape(batches: readonly PartitionBatch[]): unknown[] {
  return batches.map(({ topic, columns, nextOffset }) => [
    topic,
    [...columns.offsets.subarray(0, columns.count)],
    nextOffset,
  ]);
}

describe("PollQueue", () => {
  it("take() cuts batches at the portion's size and gives the rest next time", () => {
    const queue = new PollQueue();
    queue.offer([batchOf("a", 0, 3), batchOf("b", 10, 14, 20)]);
    assert.deepEqual(shape(queue.take(5)), [
      ["a", [0, 1, 2], 3],
      ["b", [10, 11], 12],
    ]);
    assert.deepEqual(shape(queue.take(5)), [["b", [12, 13], 20]]);
    assert.ok(queue.isEmpty);
  });

  it("take() gives the rows' own bytes after a cut", () => {
    const queue = new PollQueue();
    queue.offer([batchOf("a", 0, 3)]);
    queue.take(1);
    const { columns } = queue.take(1)[0]!;
    const start = columns.valueStart[0]!;
    assert.equal(columns.buffer.toString("utf8", start, start + columns.valueLength[0]!), "v1");
  });

  it("take() passes on batches that hold offsets and no records", () => {
    const queue = new PollQueue();
    queue.offer([partitionBatch("a", [], 7), batchOf("a", 7, 8)]);
    assert.deepEqual(shape(queue.take(1)), [
      ["a", [], 7],
      ["a", [7], 8],
    ]);
  });

  it("drop() gives the first offset of each partition that was not taken", () => {
    const queue = new PollQueue();
    queue.offer([batchOf("a", 0, 3), batchOf("b", 10, 12), batchOf("a", 3, 5)]);
    queue.take(1);
    assert.deepEqual(queue.drop([{ topic: "a", partition: 0 }]), [{ topic: "a", partition: 0, nextOffset: 1 }]);
    assert.deepEqual(shape(queue.take(10)), [["b", [10, 11], 12]]);
  });

  it("drop() keeps the untaken rows of a batch that it does not drop", () => {
    const queue = new PollQueue();
    queue.offer([batchOf("a", 0, 3), batchOf("b", 10, 12)]);
    queue.take(2);
    queue.drop([{ topic: "b", partition: 0 }]);
    assert.deepEqual(shape(queue.take(10)), [["a", [2], 3]]);
  });

  it("drop() of everything empties it", () => {
    const queue = new PollQueue();
    queue.offer([batchOf("a", 0, 3), batchOf("b", 10, 12)]);
    assert.deepEqual(
      queue.drop(null).map(({ nextOffset }) => nextOffset),
      [0, 10],
    );
    assert.ok(queue.isEmpty);
  });
});
