import { createRequire } from "node:module";

type Checksum = (bytes: Uint8Array, before?: number) => number;

const POLYNOMIAL = 0x82f63b78;
const TABLES = makeTables();

/**
 * CRC-32C (Castagnoli) of `bytes`, unsigned; `before` is that of the bytes that precede them. Native code where there is a build for this
 * machine, else {@link crc32cPlain}.
 */
export const crc32c: Checksum = loadNative() ?? crc32cPlain;

/** CRC-32C in plain JavaScript, eight bytes at a time over eight tables. */
export function crc32cPlain(bytes: Uint8Array, before = 0): number {
  const table = TABLES;
  const length = bytes.length;
  let crc = ~before;
  let position = 0;
  for (const end = length - 7; position < end; position += 8) {
    crc ^= bytes[position]! | (bytes[position + 1]! << 8) | (bytes[position + 2]! << 16) | (bytes[position + 3]! << 24);
    crc =
      table[1792 + (crc & 255)]! ^
      table[1536 + ((crc >>> 8) & 255)]! ^
      table[1280 + ((crc >>> 16) & 255)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[position + 4]!]! ^
      table[512 + bytes[position + 5]!]! ^
      table[256 + bytes[position + 6]!]! ^
      table[bytes[position + 7]!]!;
  }
  for (; position < length; position++) crc = table[(crc ^ bytes[position]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let i = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    tables[i] = value;
  }
  for (let i = 256; i < tables.length; i++) {
    const previous = tables[i - 256]!;
    tables[i] = (previous >>> 8) ^ tables[previous & 255]!;
  }
  return tables;
}

function loadNative(): Checksum | null {
  try {
    const native = createRequire(import.meta.url)("@node-rs/crc32") as { readonly crc32c: Checksum };
    return native.crc32c;
  } catch {
    return null; // no build for this platform: slower, but right
  }
}
