import { PhysicalType, type LeafColumn } from "./plan.js";
import type { ColumnVector } from "./vector.js";

/** Parquet's PLAIN encoding. Source: parquet-format, Encodings.md. The machine is little-endian, as every machine Node runs on. */

/** Bytes that the vector's values take when plain. */
export function plainBound(column: LeafColumn, vector: ColumnVector): number {
  const count = vector.valueCount;
  switch (column.vectorKind) {
    case "boolean":
      return (count + 7) >> 3;
    case "int32":
      return column.symbols === null ? 4 * count : enumBytes(column.symbols, vector);
    case "float":
      return 4 * count;
    case "int64":
    case "double":
      return 8 * count;
    case "bytes":
      return vector.dataLength + (column.physicalType === PhysicalType.fixed ? 0 : 4 * count);
  }
}

function enumBytes(symbols: readonly Buffer[], vector: ColumnVector): number {
  let total = 0;
  for (let i = 0; i < vector.valueCount; i++) total += 4 + symbols[vector.ints[i]!]!.length;
  return total;
}

/** Writes the vector's values at `at` and gives the position after them. */
export function encodePlain(column: LeafColumn, vector: ColumnVector, out: Buffer, at: number): number {
  const count = vector.valueCount;
  switch (column.vectorKind) {
    case "boolean":
      return encodeBooleans(vector.bytes, count, out, at);
    case "int32":
      return column.symbols === null
        ? copyRaw(vector.ints, 4 * count, out, at)
        : encodeSymbols(column.symbols, vector, out, at);
    case "int64":
      return copyRaw(vector.ints, 8 * count, out, at);
    case "float":
      return copyRaw(vector.floats, 4 * count, out, at);
    case "double":
      return copyRaw(vector.doubles, 8 * count, out, at);
    case "bytes":
      return column.physicalType === PhysicalType.fixed
        ? at + vector.data.copy(out, at, 0, vector.dataLength)
        : encodeByteArrays(vector.data, vector.ends, count, out, at);
  }
}

function encodeBooleans(values: Uint8Array, count: number, out: Buffer, at: number): number {
  out.fill(0, at, at + ((count + 7) >> 3));
  for (let i = 0; i < count; i++) out[at + (i >> 3)]! |= values[i]! << (i & 7);
  return at + ((count + 7) >> 3);
}

function copyRaw(values: Int32Array | Float32Array | Float64Array, bytes: number, out: Buffer, at: number): number {
  out.set(new Uint8Array(values.buffer, values.byteOffset, bytes), at);
  return at + bytes;
}

function encodeSymbols(symbols: readonly Buffer[], vector: ColumnVector, out: Buffer, at: number): number {
  let position = at;
  for (let i = 0; i < vector.valueCount; i++) {
    const symbol = symbols[vector.ints[i]!]!;
    position = out.writeUInt32LE(symbol.length, position);
    position += symbol.copy(out, position);
  }
  return position;
}

/** Byte strings, each behind its length. `ends` says where each ends in `data`. */
export function encodeByteArrays(data: Buffer, ends: Int32Array, count: number, out: Buffer, at: number): number {
  let position = at;
  let start = 0;
  for (let i = 0; i < count; i++) {
    const end = ends[i]!;
    const length = end - start;
    out[position] = length;
    out[position + 1] = length >>> 8;
    out[position + 2] = length >>> 16;
    out[position + 3] = length >>> 24;
    position += 4;
    if (length < 48) for (let q = start; q < end; q++) out[position++] = data[q]!;
    else position += data.copy(out, position, start, end);
    start = end;
  }
  return position;
}
