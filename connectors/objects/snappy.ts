import { createRequire } from "node:module";
import type * as Snappy from "snappy";

const require = createRequire(import.meta.url);

/** Compresses a raw block on Node's pool of threads. The library is loaded with the first one: it takes 3 MB. */
export async function compressSnappy(block: Uint8Array): Promise<Buffer> {
  const compressed = await (require("snappy") as typeof Snappy).compress(block);
  // The library's own buffer has room for what cannot be compressed at all, and would keep it.
  return Buffer.from(compressed);
}
