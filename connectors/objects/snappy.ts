import { createRequire } from "node:module";
import type * as Snappy from "snappy";

const require = createRequire(import.meta.url);

/**
 * Compresses a raw block, on the calling thread: it takes a millisecond for a megabyte, and on Node's pool of threads the library's
 * allocator keeps memory for each of them (measured: 50 MB, and a tenth more CPU time). It is loaded with the first block: 3 MB.
 */
export function compressSnappy(block: Uint8Array): Buffer {
  const compressed = (require("snappy") as typeof Snappy).compressSync(
    Buffer.from(block.buffer, block.byteOffset, block.length),
  );
  // The library's own buffer has room for what cannot be compressed at all, and would keep it.
  return Buffer.from(compressed);
}
