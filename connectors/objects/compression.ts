import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { Gzip, ZstdCompress } from "node:zlib";
import type { ByteQueue } from "./byte-queue.js";
import { compressSnappy } from "./snappy.js";

export type CompressionType = "none" | "gzip" | "snappy" | "zstd";

/** Extension of a compressed object's name. */
export const COMPRESSION_EXTENSIONS: Readonly<Record<CompressionType, string>> = {
  none: "",
  gzip: ".gz",
  snappy: ".snappy",
  zstd: ".zst",
};

/** Compresses one stream, gzip and zstd away from the event loop. Calls come one after the other. */
export interface Compressor {
  /** Bytes that it holds for itself. */
  readonly stateBytes: number;
  /** Takes slabs; they may be reused once the promise settles. */
  write(slabs: readonly Buffer[]): Promise<void>;
  /** Writes what ends the stream. */
  finish(): Promise<void>;
  /** Frees its state; called exactly once, after `finish` or instead of it. */
  close(): void;
}

export function openCompressor(type: Exclude<CompressionType, "none">, output: ByteQueue): Compressor {
  switch (type) {
    case "gzip":
      // The JVM's default level. 256 KiB of window and hash chains, and the output chunk.
      return new ZlibCompressor(createGzip({ level: 6, chunkSize: 65536 }), 320 * 1024, output);
    case "zstd":
      return new ZlibCompressor(
        createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 }, chunkSize: 65536 }),
        // Measured with zstd's own estimate for level 3: a window of 2 MiB, its tables and buffers.
        3_500 * 1024,
        output,
      );
    case "snappy":
      return new SnappyStream(output);
  }
}

class ZlibCompressor implements Compressor {
  #error: Error | null = null;

  constructor(
    private readonly stream: Gzip | ZstdCompress,
    readonly stateBytes: number,
    output: ByteQueue,
  ) {
    stream.on("data", (bytes: Buffer) => {
      output.appendBytes(bytes);
    });
    stream.on("error", (error) => {
      this.#error = error;
    });
  }

  async write(slabs: readonly Buffer[]): Promise<void> {
    for (const slab of slabs)
      await new Promise<void>((resolve, reject) => {
        this.stream.write(slab, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
  }

  async finish(): Promise<void> {
    if (this.#error !== null) throw this.#error;
    await new Promise<void>((resolve, reject) => {
      this.stream.once("end", resolve).once("error", reject).end();
    });
  }

  close(): void {
    this.stream.destroy();
  }
}

/** What starts a stream of snappy-java's `SnappyOutputStream`: magic, version 1, oldest compatible version 1. */
const SNAPPY_HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const SNAPPY_BLOCK_BYTES = 32 * 1024;

/** The stream of snappy-java: the header, then for each block its compressed length (int32 big-endian) and a raw block. */
class SnappyStream implements Compressor {
  readonly stateBytes = 0;

  constructor(private readonly output: ByteQueue) {
    output.appendBytes(SNAPPY_HEADER);
  }

  write(slabs: readonly Buffer[]): Promise<void> {
    const length = Buffer.allocUnsafe(4);
    for (const slab of slabs)
      for (let at = 0; at < slab.length; at += SNAPPY_BLOCK_BYTES) {
        const block = compressSnappy(slab.subarray(at, at + SNAPPY_BLOCK_BYTES));
        length.writeInt32BE(block.length);
        this.output.appendBytes(length);
        this.output.appendBytes(block);
      }
    return Promise.resolve();
  }

  async finish(): Promise<void> {
    // Every block is written at once.
  }

  close(): void {
    // Holds nothing.
  }
}
