/**
 * Parquet's RLE / bit-packing hybrid for levels and dictionary indexes.
 * Source: parquet-format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */

/** Bits that the values 0 to `max` need. */
export function bitWidth(max: number): number {
  return max <= 0 ? 0 : 32 - Math.clz32(max);
}

/** Bytes that `count` values can take at most. */
export function hybridBound(count: number, width: number): number {
  return Math.ceil(count / 8) * width + Math.ceil(count / 8) * 2 + 16;
}

/** Longest bit-packed run, in groups of eight, whose header is one byte. */
const MAX_GROUPS = 63;

/**
 * Writes `values[0, count)` of `width` bits each to `out` at `at`, without a length prefix. Runs of eight and more equal values
 * are run-length encoded, the rest is bit-packed in groups of eight. Gives the position after them.
 */
export function writeHybrid(
  values: Uint8Array | Int32Array,
  count: number,
  width: number,
  out: Buffer,
  at: number,
): number {
  let position = at;
  let packedFrom = 0;
  let i = 0;
  while (i < count) {
    const value = values[i]!;
    let end = i + 1;
    while (end < count && values[end] === value) end++;
    // A bit-packed run holds whole groups: fill its last group from this run.
    const fill = (8 - ((i - packedFrom) & 7)) & 7;
    if (end - i - fill >= 8) {
      position = writePacked(values, packedFrom, i + fill, width, out, position);
      position = writeRun(value, end - i - fill, width, out, position);
      packedFrom = end;
    }
    i = end;
  }
  return writePacked(values, packedFrom, count, width, out, position);
}

function writeRun(value: number, count: number, width: number, out: Buffer, at: number): number {
  let position = at;
  let header = count * 2;
  while (header > 127) {
    out[position++] = (header & 127) | 128;
    header = Math.floor(header / 128);
  }
  out[position++] = header;
  for (let shift = 0; shift < width; shift += 8) out[position++] = (value >>> shift) & 255;
  return position;
}

/** Only the last call may end off a group; it is padded with zeros. */
function writePacked(
  values: Uint8Array | Int32Array,
  from: number,
  to: number,
  width: number,
  out: Buffer,
  at: number,
): number {
  let position = at;
  let start = from;
  while (start < to) {
    const count = Math.min(to - start, MAX_GROUPS * 8);
    const groups = (count + 7) >> 3;
    out[position++] = (groups << 1) | 1;
    position = packBits(values, start, count, groups * 8, width, out, position);
    start += count;
  }
  return position;
}

function packBits(
  values: Uint8Array | Int32Array,
  start: number,
  count: number,
  padded: number,
  width: number,
  out: Buffer,
  at: number,
): number {
  let position = at;
  // At most 7 pending bits and 24 new ones: fits 32. Wider indexes do not occur, a dictionary has at most 2^18 entries.
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < padded; i++) {
    if (i < count) pending |= values[start + i]! << bits;
    bits += width;
    while (bits >= 8) {
      out[position++] = pending & 255;
      pending >>>= 8;
      bits -= 8;
    }
  }
  return position;
}
