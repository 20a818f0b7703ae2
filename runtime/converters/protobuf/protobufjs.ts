import { createRequire } from "node:module";
import type protobuf from "protobufjs";

const require = createRequire(import.meta.url);

/** protobufjs, loaded when a converter first needs it: it takes 2 MB in every thread. */
export function protobufJs(): typeof protobuf {
  return require("protobufjs") as typeof protobuf;
}
