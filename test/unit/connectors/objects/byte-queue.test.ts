import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteQueue } from "../../../../connectors/objects/byte-queue.js";
import { SLAB_BYTES } from "../../../../connectors/objects/slab-pool.js";
import { TestMemory } from "../../../support/task-driver.js";

function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
}

describe("ByteQueue", () => {
  it("takeAll() gives back what was appended, across slabs", () => {
    const memory = new TestMemory();
    const queue = new ByteQueue(memory);
    const source = pattern(700_001);
    let at = 0;
    for (let step = 1; at < source.length; step = (step * 3) % 9973) {
      const end = Math.min(source.length, at + step);
      queue.append(source, at, end);
      at = end;
    }
    assert.equal(queue.length, source.length);
    const slabs = queue.takeAll();
    assert.deepEqual(Buffer.concat(slabs), source);
    assert.equal(queue.length, 0);
    queue.release(slabs);
    assert.equal(memory.usedBytes, 0);
  });

  it("takeFull() gives whole units once there are some", () => {
    const memory = new TestMemory();
    const queue = new ByteQueue(memory);
    queue.appendBytes(Buffer.alloc(3 * SLAB_BYTES + 5));
    const first = queue.takeFull(SLAB_BYTES);
    assert.equal(Buffer.concat(first).length, SLAB_BYTES);
    const rest = queue.takeFull();
    assert.equal(Buffer.concat(rest).length, 2 * SLAB_BYTES);
    assert.equal(queue.length, 5);
    queue.release([...first, ...rest]);
    queue.clear();
    assert.equal(memory.usedBytes, 0);
  });

  it("append() takes little memory for little", () => {
    const memory = new TestMemory();
    const queue = new ByteQueue(memory);
    queue.appendByte(1);
    assert.equal(memory.usedBytes, 4096);
    queue.clear();
    assert.equal(memory.usedBytes, 0);
  });

  it("appendBytes() and appendAscii() write over the end of a slab", () => {
    const queue = new ByteQueue(new TestMemory());
    let expected = "";
    for (let i = 0; i < 900; i++) {
      queue.appendBytes(Buffer.from(`é${i}😀`));
      queue.appendAscii(`-${i}-`);
      expected += `é${i}😀-${i}-`;
    }
    assert.equal(Buffer.concat(queue.takeAll()).toString(), expected);
  });

  it("appendRows() gives rows of any length and place with the texts around them", () => {
    const source = pattern(900_000);
    const row = fc.tuple(fc.nat(source.length - 1), fc.oneof(fc.nat(300), fc.nat(300), fc.nat(5000)));
    const text = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ maxLength: 90 })).map((part) => Buffer.from(part));
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 40 }),
        fc.nat(900),
        fc.nat(3),
        text,
        text,
        (rows, close, from, before, after) => {
          // Rows of a batch follow one another; others may lie anywhere.
          const starts = Int32Array.from(rows, ([start], i) => (close < 700 ? Math.min(close * i, 800_000) : start));
          const lengths = Int32Array.from(rows, ([, length], i) => Math.min(length, source.length - starts[i]!));
          const queue = new ByteQueue(new TestMemory());
          queue.appendRows(source, starts, lengths, Math.min(from, rows.length), rows.length, before, after);
          const parts = rows.map((_, i) => [before, source.subarray(starts[i], starts[i]! + lengths[i]!), after]);
          const expected = Buffer.concat(parts.slice(from).flat());
          assert.ok(Buffer.concat(queue.takeAll()).equals(expected));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("appendRows() takes more rows and bytes than are joined at a time", () => {
    const source = pattern(700_000);
    const starts = Int32Array.from({ length: 5000 }, (_, i) => i * 140);
    const queue = new ByteQueue(new TestMemory());
    queue.appendRows(source, starts, new Int32Array(5000).fill(140), 0, 5000, Buffer.from("<"), Buffer.from(">"));
    const expected = Array.from(starts, (start) => `<${source.toString("latin1", start, start + 140)}>`).join("");
    assert.ok(Buffer.concat(queue.takeAll()).equals(Buffer.from(expected, "latin1")));
  });
});
