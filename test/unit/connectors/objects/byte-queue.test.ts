import assert from "node:assert/strict";
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
});
