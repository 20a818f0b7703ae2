import { parentPort } from "node:worker_threads";
import compressjs from "compressjs";

/** The other side of `bzip2.ts`: compresses what it is sent, one after the other. */
parentPort?.on("message", ({ id, bytes }: { readonly id: number; readonly bytes: Uint8Array }) => {
  parentPort?.postMessage({ id, bytes: compressjs.Bzip2.compressFile(bytes, null, 9) });
});
