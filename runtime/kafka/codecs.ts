import { promisify } from "node:util";
import { gunzip, gunzipSync, zstdDecompress, zstdDecompressSync } from "node:zlib";
import { ConnectError } from "../api/index.js";
import { lz4, snappy } from "./native-codecs.js";

/** Kafka's compression types by the number in a batch's attributes. */
export const CODEC_NAMES = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** From this size on, compressed, a section is decompressed on the thread pool: the hop costs less than it would block. */
const OFF_THREAD_BYTES = 32_768;
/** No producer makes such batches: a guard against sections made to explode. */
const LIMIT_BYTES = 1 << 30;
const LIMIT = { maxOutputLength: LIMIT_BYTES };
/** Framing of snappy-java's SnappyOutputStream: a magic, two versions, then blocks with their size (xerial). */
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const XERIAL_HEADER_BYTES = 16;

const gunzipAsync = promisify<Uint8Array, typeof LIMIT, Buffer>(gunzip);
const zstdAsync = promisify<Uint8Array, typeof LIMIT, Buffer>(zstdDecompress);

/**
 * The records of a compressed batch. A promise when they are large enough to be decompressed off the event loop.
 * Throws ConnectError `data` for bytes that are not what `codec` says, and for an unknown codec.
 */
export function decompress(codec: number, section: Buffer): Buffer | Promise<Buffer> {
  try {
    if (section.length < OFF_THREAD_BYTES) return decompressSync(codec, section);
    return decompressAsync(codec, section).catch((error: unknown) => {
      throw decompressionError(codec, error);
    });
  } catch (error) {
    throw decompressionError(codec, error);
  }
}

function decompressSync(codec: number, section: Buffer): Buffer {
  switch (CODEC_NAMES[codec]) {
    case "none":
      return section;
    case "gzip":
      return gunzipSync(section, LIMIT);
    case "snappy":
      return isXerial(section) ? Buffer.concat(xerialBlocks(section).map(snappyBlock)) : snappyBlock(section);
    case "lz4":
      return lz4().decompressFrameSync(section);
    case "zstd":
      return zstdDecompressSync(section, LIMIT);
    default:
      throw new Error("unknown codec");
  }
}

async function decompressAsync(codec: number, section: Buffer): Promise<Buffer> {
  switch (CODEC_NAMES[codec]) {
    case "gzip":
      return gunzipAsync(section, LIMIT);
    case "snappy": {
      if (!isXerial(section)) return asBuffer(await snappy().uncompress(section));
      const blocks = await Promise.all(xerialBlocks(section).map((block) => snappy().uncompress(block)));
      return Buffer.concat(blocks.map(asBuffer));
    }
    case "lz4":
      return lz4().decompressFrame(section);
    case "zstd":
      return zstdAsync(section, LIMIT);
    default:
      return decompressSync(codec, section);
  }
}

function isXerial(section: Buffer): boolean {
  return section.length >= XERIAL_HEADER_BYTES && section.compare(XERIAL_MAGIC, 0, 8, 0, 8) === 0;
}

function xerialBlocks(section: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  let position = XERIAL_HEADER_BYTES;
  while (position < section.length) {
    const start = position + 4;
    const size = section.readInt32BE(position);
    if (size < 0 || start + size > section.length) throw new RangeError(`a block of ${size} bytes was announced`);
    blocks.push(section.subarray(start, start + size));
    position = start + size;
  }
  return blocks;
}

function snappyBlock(block: Buffer): Buffer {
  // for blocks of 32 KiB, a copy costs a third of an external buffer
  return asBuffer(snappy().uncompressSync(block, { copyOutputData: true }));
}

function asBuffer(data: string | Buffer): Buffer {
  return typeof data === "string" ? Buffer.from(data) : data;
}

function decompressionError(codec: number, error: unknown): ConnectError {
  const name = CODEC_NAMES[codec] ?? `codec ${codec}`;
  const reason = error instanceof Error ? error.message : String(error);
  return new ConnectError("data", `A batch compressed with ${name} cannot be decompressed: ${reason}`, {
    cause: error,
  });
}
