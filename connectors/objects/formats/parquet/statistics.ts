import { PhysicalType, type LeafColumn } from "./plan.js";
import type { ColumnVector } from "./vector.js";

/** parquet-java leaves a chunk's minimum and maximum out when they take more than this together. */
const MAX_STATISTICS_BYTES = 4096;

/** Smallest and largest value of a column chunk, in the order that the column's type defines. */
export interface Bounds {
  readonly min: Buffer;
  readonly max: Buffer;
}

/**
 * Collects a chunk's bounds. None where Parquet defines no order that readers agree on (decimals in byte arrays) and none once
 * a NaN was seen. Source: parquet-format, `ColumnOrder` in parquet.thrift.
 */
export class Statistics {
  private minNumber = Infinity;
  private maxNumber = -Infinity;
  /** 64-bit integers by their halves. */
  private minLong: readonly [low: number, high: number] | null = null;
  private maxLong: readonly [low: number, high: number] | null = null;
  private minBytes: Buffer | null = null;
  private maxBytes: Buffer | null = null;
  private sawNaN = false;
  private readonly ordered: boolean;

  constructor(private readonly column: LeafColumn) {
    this.ordered = !(column.vectorKind === "bytes" && column.annotation?.kind === "decimal");
  }

  add(vector: ColumnVector): void {
    if (!this.ordered || vector.valueCount === 0) return;
    switch (vector.kind) {
      case "boolean":
        this.addNumbers(vector.bytes, vector.valueCount);
        break;
      case "int32":
        if (this.column.symbols === null) this.addNumbers(vector.ints, vector.valueCount);
        else this.addSymbols(this.column.symbols, vector);
        break;
      case "float":
        this.addNumbers(vector.floats, vector.valueCount);
        break;
      case "double":
        this.addNumbers(vector.doubles, vector.valueCount);
        break;
      case "int64":
        this.addLongs(vector.ints, vector.valueCount);
        break;
      case "bytes":
        this.addBytes(vector);
        break;
    }
  }

  /** Null when there is no value or no order. */
  bounds(): Bounds | null {
    const { vectorKind } = this.column;
    if (vectorKind === "bytes" || this.column.symbols !== null) return this.byteBounds();
    if (vectorKind === "int64") {
      return this.minLong === null || this.maxLong === null
        ? null
        : { min: longBytes(this.minLong), max: longBytes(this.maxLong) };
    }
    if (this.sawNaN || this.minNumber > this.maxNumber) return null;
    return { min: this.numberBytes(this.minNumber, -0), max: this.numberBytes(this.maxNumber, 0) };
  }

  private byteBounds(): Bounds | null {
    if (this.minBytes === null || this.maxBytes === null) return null;
    if (this.minBytes.length + this.maxBytes.length > MAX_STATISTICS_BYTES) return null;
    return { min: this.minBytes, max: this.maxBytes };
  }

  private addNumbers(values: Uint8Array | Int32Array | Float32Array | Float64Array, count: number): void {
    let min = this.minNumber;
    let max = this.maxNumber;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (value !== value) this.sawNaN = true;
    }
    this.minNumber = min;
    this.maxNumber = max;
  }

  private addLongs(halves: Int32Array, count: number): void {
    let [minLow, minHigh] = this.minLong ?? [halves[0]!, halves[1]!];
    let [maxLow, maxHigh] = this.maxLong ?? [halves[0]!, halves[1]!];
    for (let i = 0; i < count; i++) {
      const low = halves[2 * i]!;
      const high = halves[2 * i + 1]!;
      if (high < minHigh || (high === minHigh && low >>> 0 < minLow >>> 0)) {
        minLow = low;
        minHigh = high;
      }
      if (high > maxHigh || (high === maxHigh && low >>> 0 > maxLow >>> 0)) {
        maxLow = low;
        maxHigh = high;
      }
    }
    this.minLong = [minLow, minHigh];
    this.maxLong = [maxLow, maxHigh];
  }

  private addSymbols(symbols: readonly Buffer[], vector: ColumnVector): void {
    for (let i = 0; i < vector.valueCount; i++) {
      const symbol = symbols[vector.ints[i]!]!;
      this.addValue(symbol, 0, symbol.length);
    }
  }

  private addBytes(vector: ColumnVector): void {
    let start = 0;
    for (let i = 0; i < vector.valueCount; i++) {
      const end = vector.ends[i]!;
      this.addValue(vector.data, start, end);
      start = end;
    }
  }

  private addValue(data: Buffer, start: number, end: number): void {
    if (this.minBytes === null || this.maxBytes === null) {
      this.minBytes = Buffer.from(data.subarray(start, end));
      this.maxBytes = this.minBytes;
    } else if (isBelow(data, start, end, this.minBytes)) this.minBytes = Buffer.from(data.subarray(start, end));
    else if (isAbove(data, start, end, this.maxBytes)) this.maxBytes = Buffer.from(data.subarray(start, end));
  }

  /** Zero counts as -0 in a minimum and as +0 in a maximum, so that both zeros are within. */
  private numberBytes(value: number, zero: number): Buffer {
    const bytes = Buffer.alloc(
      this.column.physicalType === PhysicalType.boolean ? 1 : this.column.physicalType === PhysicalType.double ? 8 : 4,
    );
    switch (this.column.physicalType) {
      case PhysicalType.boolean:
        bytes[0] = value;
        break;
      case PhysicalType.int32:
        bytes.writeInt32LE(value);
        break;
      case PhysicalType.float:
        bytes.writeFloatLE(value === 0 ? zero : value);
        break;
      default:
        bytes.writeDoubleLE(value === 0 ? zero : value);
    }
    return bytes;
  }
}

function longBytes([low, high]: readonly [number, number]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32LE(low, 0);
  bytes.writeInt32LE(high, 4);
  return bytes;
}

function isBelow(data: Buffer, start: number, end: number, than: Buffer): boolean {
  return compareBytes(data, start, end, than) < 0;
}

function isAbove(data: Buffer, start: number, end: number, than: Buffer): boolean {
  return compareBytes(data, start, end, than) > 0;
}

/** Unsigned, byte by byte; most values differ in their first bytes, where a native call would cost more. */
function compareBytes(data: Buffer, start: number, end: number, than: Buffer): number {
  const length = end - start;
  const common = Math.min(length, than.length);
  for (let i = 0; i < common; i++) {
    const difference = data[start + i]! - than[i]!;
    if (difference !== 0) return difference;
  }
  return length - than.length;
}
