/** Size of a large slab: the unit in which Cloud Storage takes chunks. */
export const SLAB_BYTES = 256 * 1024;

/** Large slabs that are free now, kept by the thread. Their contents are old data. */
const free: Buffer[] = [];
const KEPT_BYTES = 8 * 1024 * 1024;

/** A buffer of {@link SLAB_BYTES} with arbitrary contents. */
export function takeSlab(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
}

/** Gives a slab back for reuse. Nobody may hold a view of it any more. Smaller buffers are left to the garbage collector. */
export function giveSlab(slab: Buffer): void {
  if (slab.buffer.byteLength === SLAB_BYTES && free.length * SLAB_BYTES < KEPT_BYTES)
    free.push(slab.length === SLAB_BYTES ? slab : Buffer.from(slab.buffer));
}
