import assert from "node:assert/strict";
import { BufferPool } from "../../../runtime/kafka/buffer-pool.js";

describe("BufferPool", () => {
  it("take() gives back what was given, for sizes of one class", () => {
    const pool = new BufferPool();
    const first = pool.take(1_000_000);
    pool.give(first);
    assert.equal(pool.take(1_010_000), first);
    assert.notEqual(pool.take(1_010_000), first);
  });

  it("take() wastes no more than a quarter", () => {
    const pool = new BufferPool();
    for (let bytes = 70_000; bytes < 9_000_000; bytes += 12_345) {
      const { byteLength } = pool.take(bytes);
      assert.ok(byteLength >= bytes && byteLength <= bytes * 1.26, `${bytes}: ${byteLength}`);
    }
  });

  it("give() leaves memory alone that is not the pool's own, such as Node's shared slab", () => {
    const pool = new BufferPool();
    const foreign = new ArrayBuffer(1 << 20);
    pool.give(foreign);
    pool.give(Buffer.allocUnsafe(100).buffer);
    assert.notEqual(pool.take(1 << 20), foreign);
  });

  it("give() keeps a buffer once, however often it is given", () => {
    const pool = new BufferPool();
    const buffer = pool.take(1 << 20);
    pool.give(buffer);
    pool.give(buffer);
    pool.take(1 << 20);
    assert.notEqual(pool.take(1 << 20), buffer);
  });
});
