import { crc32c } from "../../runtime/api/crc32c.js";

/** CRC-32C over buffers one after the other; `before` is the checksum of what came before them. */
export function checksum(parts: readonly Buffer[], before = 0): number {
  let crc = before;
  for (const part of parts) crc = crc32c(part, crc);
  return crc;
}

/** A checksum as Cloud Storage writes it: base64 of its big-endian bytes. */
export function checksumText(crc: number): string {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(crc >>> 0);
  return bytes.toString("base64");
}

export function lengthOf(parts: readonly Buffer[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
