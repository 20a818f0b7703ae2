import type * as Lz4 from "lz4-napi";
import { createRequire } from "node:module";
import type * as Snappy from "snappy";

const require = createRequire(import.meta.url);

/** snappy, loaded when a batch needs it: 3 MB. */
export function snappy(): typeof Snappy {
  return require("snappy") as typeof Snappy;
}

/** lz4-napi, loaded when a batch needs it: 3 MB. */
export function lz4(): typeof Lz4 {
  return require("lz4-napi") as typeof Lz4;
}
