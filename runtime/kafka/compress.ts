import { gzipSync, zstdCompressSync } from "node:zlib";
import { lz4, snappy } from "./native-codecs.js";

/** Kafka's compression types by name; the number goes into a batch's attributes. */
export const CODECS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

export type Codec = keyof typeof CODECS;

/** Framing of snappy-java, which Java's clients expect: magic, version, lowest compatible version, then sized blocks. */
const XERIAL_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const XERIAL_BLOCK_BYTES = 32 * 1024;

/** The records of a batch, compressed as Java's clients do. For few and small batches: on the calling thread. */
export function compress(codec: Codec, records: Buffer): Buffer {
  switch (codec) {
    case "none":
      return records;
    case "gzip":
      return gzipSync(records);
    case "snappy":
      return xerial(records);
    case "lz4":
      return lz4().compressFrameSync(records);
    case "zstd":
      return zstdCompressSync(records);
  }
}

function xerial(records: Buffer): Buffer {
  const parts: Buffer[] = [XERIAL_HEADER];
  for (let at = 0; at < records.length; at += XERIAL_BLOCK_BYTES) {
    const block = snappy().compressSync(records.subarray(at, at + XERIAL_BLOCK_BYTES));
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}
