import { onIdle } from "../../runtime/api/index.js";

/** Size of a large slab: the unit in which Cloud Storage takes chunks. */
export const SLAB_BYTES = 256 * 1024;

/** Slabs of a size that are kept for later at least; more where more were in use at once a while ago. */
const KEPT = 32;
const WHILE_MS = 10_000;

/**
 * Slabs of one size that are used again. To leave them to the garbage collector costs more than memory: V8 counts new buffers as growth
 * of its heap, and marks all of that again for a few megabytes. It does not count shared ones, though nobody shares these: 200 objects
 * that fill for the first time are no reason to collect.
 */
class SlabPool {
  readonly #bytes: number;
  /** Their contents are old data. */
  #free: Buffer[] = [];
  #used = 0;
  /** Most in use at once: since `#sinceMs`, and in the while before. */
  #peak = 0;
  #peakBefore = 0;
  #sinceMs = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  take(): Buffer {
    if (++this.#used > this.#peak) this.#peak = this.#used;
    return this.#free.pop() ?? Buffer.from(new SharedArrayBuffer(this.#bytes));
  }

  give(slab: Buffer): void {
    const nowMs = performance.now();
    if (nowMs - this.#sinceMs > WHILE_MS) {
      this.#peakBefore = this.#peak;
      this.#peak = this.#used;
      this.#sinceMs = nowMs;
    }
    this.#used--;
    if (this.#used + this.#free.length < Math.max(KEPT, this.#peak, this.#peakBefore)) this.#free.push(slab);
  }

  clear(): void {
    this.#free = [];
  }
}

/** Of the thread, by size. */
const pools = new Map<number, SlabPool>();

/** A buffer of one of a few sizes, with arbitrary contents. To be given back with {@link giveSlab}. */
export function takeSlab(bytes: number): Buffer {
  let pool = pools.get(bytes);
  if (pool === undefined) pools.set(bytes, (pool = new SlabPool(bytes)));
  return pool.take();
}

/** Gives back a slab, or a part of it that stands for the whole. Nobody may hold a view of it any more. */
export function giveSlab(slab: Buffer): void {
  const { buffer } = slab;
  pools.get(buffer.byteLength)?.give(slab.length === buffer.byteLength ? slab : Buffer.from(buffer));
}

onIdle(() => {
  for (const pool of pools.values()) pool.clear();
});
