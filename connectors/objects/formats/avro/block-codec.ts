import { promisify } from "node:util";
import zlib from "node:zlib";
import { compress as snappy } from "snappy";

/** Compression of the blocks of an Avro object container file. Source: Avro 1.11 specification, "Required codecs" and "Optional codecs". */
export type AvroCodec = "null" | "deflate" | "snappy" | "zstandard";

const deflateRaw = promisify(zlib.deflateRaw) as (bytes: Uint8Array) => Promise<Buffer>;
const zstd = promisify(zlib.zstdCompress) as (bytes: Uint8Array, options: zlib.ZstdOptions) => Promise<Buffer>;
/** Java's default level for Avro. */
const ZSTD_OPTIONS: zlib.ZstdOptions = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 } };

/** Compresses a block away from the event loop. Gives `bytes` itself for `null`. */
export async function compressBlock(codec: AvroCodec, bytes: Buffer): Promise<Buffer> {
  switch (codec) {
    case "null":
      return bytes;
    case "deflate":
      return deflateRaw(bytes);
    case "zstandard":
      return zstd(bytes, ZSTD_OPTIONS);
    case "snappy": {
      // Avro's snappy blocks end with the CRC-32 of the uncompressed bytes, big-endian.
      const crc = Buffer.alloc(4);
      crc.writeUInt32BE(zlib.crc32(bytes));
      return Buffer.concat([await snappy(bytes), crc]);
    }
  }
}
