import { promisify } from "node:util";
import zlib from "node:zlib";
import { compressSnappy } from "../../snappy.js";

/** How a Parquet file's pages are compressed. */
export type ParquetCodec = "none" | "snappy" | "gzip" | "zstd";

/** `CompressionCodec` of parquet.thrift. */
export const CODEC_IDS: Readonly<Record<ParquetCodec, number>> = { none: 0, snappy: 1, gzip: 2, zstd: 6 };

const gzip = promisify(zlib.gzip) as (bytes: Uint8Array) => Promise<Buffer>;
const zstd = promisify(zlib.zstdCompress) as (bytes: Uint8Array, options: zlib.ZstdOptions) => Promise<Buffer>;
/** parquet-java's default level. */
const ZSTD_OPTIONS: zlib.ZstdOptions = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 3 } };

/** Compresses off the event loop, but for Snappy. Gives `bytes` itself for `none`. */
export async function compressPage(codec: ParquetCodec, bytes: Buffer): Promise<Buffer> {
  switch (codec) {
    case "none":
      return bytes;
    case "snappy":
      return compressSnappy(bytes);
    case "gzip":
      return gzip(bytes);
    case "zstd":
      return zstd(bytes, ZSTD_OPTIONS);
  }
}
