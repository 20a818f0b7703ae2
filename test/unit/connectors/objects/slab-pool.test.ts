import assert from "node:assert/strict";
import { giveSlab, takeSlab } from "../../../../connectors/objects/slab-pool.js";

/** A size that nobody else uses. */
const BYTES = 1234;
/** Kept at least. */
const KEPT = 32;

const take = (count: number): Buffer[] => Array.from({ length: count }, () => takeSlab(BYTES));

describe("takeSlab()", () => {
  it("gives again what was given back, whole, by size", () => {
    const slab = takeSlab(BYTES);
    assert.equal(slab.length, BYTES);
    giveSlab(slab.subarray(0, 10));
    const other = takeSlab(BYTES + 1);
    assert.equal(other.length, BYTES + 1);
    const again = takeSlab(BYTES);
    assert.equal(again.buffer, slab.buffer);
    assert.equal(again.length, BYTES);
    giveSlab(again);
    giveSlab(other);
  });

  it("keeps as many as were in use at once, and never lends one twice", () => {
    const first = take(3 * KEPT);
    assert.equal(new Set(first.map(({ buffer }) => buffer)).size, first.length);
    first.forEach(giveSlab);
    const second = take(3 * KEPT);
    assert.equal(new Set([...first, ...second].map(({ buffer }) => buffer)).size, first.length);
    second.forEach(giveSlab);
  });
});
