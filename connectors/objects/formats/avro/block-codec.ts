import { promisify } from "node:util";
import zlib from "node:zlib";
import { ConnectError, invalidText } from "../../../../runtime/api/index.js";
import { bzip2 } from "./bzip2.js";
import { compressSnappy } from "../../snappy.js";

/** Compression of the blocks of an Avro object container file. Source: Avro 1.11 specification, "Required codecs" and "Optional codecs". */
export type AvroCodec = "null" | "deflate" | "snappy" | "bzip2" | "zstandard";

const CODECS: readonly AvroCodec[] = ["null", "deflate", "snappy", "bzip2", "zstandard"];

/** Throws ConnectError `config`, with Avro's text, for a codec that is not known. */
export function avroCodec(name: string): AvroCodec {
  const codec = CODECS.find((known) => known === name);
  if (codec !== undefined) return codec;
  const reason = name === "" ? "cannot be empty" : `Unknown or not supported codec ${name}`;
  throw new ConnectError("config", invalidText("avro.codec", name, reason));
}

const deflateRaw = promisify(zlib.deflateRaw) as (bytes: Uint8Array) => Promise<Buffer>;
const zstd = promisify(zlib.zstdCompress) as (bytes: Uint8Array, options: zlib.ZstdOptions) => Promise<Buffer>;
/** Java's default level for Avro. */
const ZSTD_OPTIONS: zlib.ZstdOptions = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 } };

/** Compresses a block away from the event loop, but for Snappy. Gives `bytes` itself for `null`. */
export async function compressBlock(codec: AvroCodec, bytes: Buffer): Promise<Buffer> {
  switch (codec) {
    case "null":
      return bytes;
    case "deflate":
      return deflateRaw(bytes);
    case "bzip2":
      return bzip2(bytes);
    case "zstandard":
      return zstd(bytes, ZSTD_OPTIONS);
    case "snappy": {
      // Avro's snappy blocks end with the CRC-32 of the uncompressed bytes, big-endian.
      const crc = Buffer.alloc(4);
      crc.writeUInt32BE(zlib.crc32(bytes));
      return Buffer.concat([compressSnappy(bytes), crc]);
    }
  }
}
