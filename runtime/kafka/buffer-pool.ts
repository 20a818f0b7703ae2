import { onIdle } from "../api/index.js";

/**
 * Memory for fetch answers and columns, used again. V8 counts every buffer as if it were a part of its heap: with new ones for
 * every fetch, a task thread spent half its time collecting garbage that was none.
 */

/** Smaller buffers are left to the garbage collector. */
const SMALLEST_BYTES = 8 * 1024;
/** What is kept for later on a thread, at most. */
const KEPT_BYTES = 32 << 20;

export class BufferPool {
  private readonly free = new Map<number, ArrayBuffer[]>();
  /** All that was ever taken, and whether it is free: other memory must not get in here, it has other readers. */
  private readonly isFree = new WeakMap<ArrayBufferLike, boolean>();
  private keptBytes = 0;

  /** At least `bytes` long; its contents are whatever was there before. */
  take(bytes: number): ArrayBuffer {
    if (bytes < SMALLEST_BYTES) return new ArrayBuffer(bytes);
    const size = sizeClass(bytes);
    const kept = this.free.get(size)?.pop();
    if (kept !== undefined) this.keptBytes -= size;
    const buffer = kept ?? new ArrayBuffer(size);
    this.isFree.set(buffer, false);
    return buffer;
  }

  /** Takes back what nobody reads any more. Buffers that did not come from here are left alone. */
  give(buffer: ArrayBufferLike): void {
    const size = buffer.byteLength;
    if (!(buffer instanceof ArrayBuffer) || this.isFree.get(buffer) !== false || this.keptBytes + size > KEPT_BYTES)
      return;
    const same = this.free.get(size);
    if (same === undefined) this.free.set(size, [buffer]);
    else same.push(buffer);
    this.isFree.set(buffer, true);
    this.keptBytes += size;
  }

  /** Lets go of what is kept. */
  clear(): void {
    this.free.clear();
    this.keptBytes = 0;
  }
}

/** Powers of two and the three steps between them: no more than a quarter is wasted. */
function sizeClass(bytes: number): number {
  const step = Math.max(SMALLEST_BYTES / 4, 2 ** Math.floor(Math.log2(bytes)) / 4);
  return Math.ceil(bytes / step) * step;
}

/** Of this thread. */
export const fetchBuffers = new BufferPool();
onIdle(() => {
  fetchBuffers.clear();
});
