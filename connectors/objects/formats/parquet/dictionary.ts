import { encodeByteArrays } from "./plain.js";
import { PhysicalType, type LeafColumn } from "./plan.js";
import type { ColumnVector } from "./vector.js";

/** parquet-java's default limit of a dictionary page, in bytes. */
const LIMIT_BYTES = 1 << 20;
const EMPTY = -1;

/**
 * The distinct values of a column, in the order of their first occurrence, found by an open-addressing hash table. Numbers are
 * compared by their bits, so -0.0 and every NaN keep theirs.
 */
export class Dictionary {
  size = 0;
  private table = new Int32Array(256).fill(EMPTY);
  private hashes = new Int32Array(128);
  /** Numbers: one or two lanes of 32 bits for each entry. */
  private lanes: Int32Array<ArrayBuffer>;
  private readonly laneCount: 1 | 2;
  /** Byte strings: end to end, and where each ends. */
  private data = Buffer.alloc(0);
  private ends = new Int32Array(0);
  private dataLength = 0;
  private indexes = new Int32Array(0);

  constructor(private readonly column: LeafColumn) {
    this.laneCount = column.vectorKind === "int64" || column.vectorKind === "double" ? 2 : 1;
    this.lanes = new Int32Array(128 * this.laneCount);
    if (column.vectorKind === "bytes") {
      this.data = Buffer.allocUnsafe(1024);
      this.ends = new Int32Array(128);
    }
    if (column.symbols !== null) this.size = column.symbols.length;
  }

  /** Bytes of the dictionary page so far. */
  get byteLength(): number {
    if (this.column.symbols !== null) return 0;
    if (this.column.vectorKind !== "bytes") return this.size * this.laneCount * 4;
    return this.dataLength + (this.column.physicalType === PhysicalType.fixed ? 0 : 4 * this.size);
  }

  get capacityBytes(): number {
    return (
      this.table.byteLength +
      this.hashes.byteLength +
      this.lanes.byteLength +
      this.data.byteLength +
      this.ends.byteLength +
      this.indexes.byteLength
    );
  }

  /** Index of every value, new ones added; null when the dictionary would outgrow its limit. Valid until the next call. */
  index(vector: ColumnVector): Int32Array | null {
    // An enum's values are indexes into its symbols already.
    if (this.column.symbols !== null) return vector.ints;
    if (this.indexes.length < vector.valueCount) this.indexes = new Int32Array(vector.valueCount);
    switch (vector.kind) {
      case "bytes":
        return this.indexBytes(vector) ? this.indexes : null;
      case "int32":
      case "int64":
        return this.indexLanes(vector.ints, vector.valueCount) ? this.indexes : null;
      case "float":
        return this.indexLanes(lanesOf(vector.floats), vector.valueCount) ? this.indexes : null;
      case "double":
        return this.indexLanes(lanesOf(vector.doubles), vector.valueCount) ? this.indexes : null;
      case "boolean":
        return null;
    }
  }

  /** The entries in PLAIN encoding. */
  encode(): Buffer {
    const { symbols } = this.column;
    if (symbols !== null) {
      const data = Buffer.concat(symbols);
      let end = 0;
      const ends = Int32Array.from(symbols, (symbol) => (end += symbol.length));
      return this.encodeBytes(data, ends, symbols.length, end);
    }
    if (this.column.vectorKind === "bytes") return this.encodeBytes(this.data, this.ends, this.size, this.dataLength);
    return Buffer.from(this.lanes.buffer, this.lanes.byteOffset, this.size * this.laneCount * 4);
  }

  /** Entry `index` of a byte string dictionary. */
  bytesAt(index: number): Buffer {
    return this.data.subarray(index === 0 ? 0 : this.ends[index - 1]!, this.ends[index]);
  }

  private encodeBytes(data: Buffer, ends: Int32Array, count: number, length: number): Buffer {
    if (this.column.physicalType === PhysicalType.fixed) return data.subarray(0, length);
    const out = Buffer.allocUnsafe(length + 4 * count);
    encodeByteArrays(data, ends, count, out, 0);
    return out;
  }

  private indexLanes(values: Int32Array, count: number): boolean {
    const two = this.laneCount === 2;
    for (let i = 0; i < count; i++) {
      const low = two ? values[2 * i]! : values[i]!;
      const high = two ? values[2 * i + 1]! : 0;
      const hash = mix(Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b));
      let slot = hash & (this.table.length - 1);
      let entry = this.table[slot]!;
      while (
        entry !== EMPTY &&
        !(two ? this.lanes[2 * entry] === low && this.lanes[2 * entry + 1] === high : this.lanes[entry] === low)
      ) {
        slot = (slot + 1) & (this.table.length - 1);
        entry = this.table[slot]!;
      }
      if (entry === EMPTY) {
        if (this.byteLength + 4 * this.laneCount > LIMIT_BYTES) return false;
        entry = this.size;
        if (two) {
          this.lanes[2 * entry] = low;
          this.lanes[2 * entry + 1] = high;
        } else this.lanes[entry] = low;
        this.insert(slot, hash);
      }
      this.indexes[i] = entry;
    }
    return true;
  }

  private indexBytes(vector: ColumnVector): boolean {
    const { data, ends } = vector;
    let start = 0;
    for (let i = 0; i < vector.valueCount; i++) {
      const end = ends[i]!;
      const hash = hashBytes(data, start, end);
      let slot = hash & (this.table.length - 1);
      let entry = this.table[slot]!;
      while (entry !== EMPTY && !(this.hashes[entry] === hash && this.equalsEntry(entry, data, start, end))) {
        slot = (slot + 1) & (this.table.length - 1);
        entry = this.table[slot]!;
      }
      if (entry === EMPTY) {
        if (this.byteLength + 4 + end - start > LIMIT_BYTES) return false;
        entry = this.size;
        this.appendBytes(data, start, end);
        this.insert(slot, hash);
      }
      this.indexes[i] = entry;
      start = end;
    }
    return true;
  }

  private equalsEntry(entry: number, data: Buffer, start: number, end: number): boolean {
    const from = entry === 0 ? 0 : this.ends[entry - 1]!;
    if (this.ends[entry]! - from !== end - start) return false;
    for (let i = start, k = from; i < end; i++, k++) if (data[i] !== this.data[k]) return false;
    return true;
  }

  private appendBytes(data: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.dataLength + length > this.data.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.data.length * 2, this.dataLength + length));
      this.data.copy(grown, 0, 0, this.dataLength);
      this.data = grown;
    }
    data.copy(this.data, this.dataLength, start, end);
    this.dataLength += length;
    this.ends[this.size] = this.dataLength;
  }

  /** Makes the value that was just stored an entry. */
  private insert(slot: number, hash: number): void {
    this.hashes[this.size] = hash;
    this.table[slot] = this.size++;
    if (this.size * 2 < this.table.length) return;
    this.hashes = doubled(this.hashes);
    if (this.ends.length > 0) this.ends = doubled(this.ends);
    this.lanes = doubled(this.lanes);
    this.table = new Int32Array(this.table.length * 2).fill(EMPTY);
    const mask = this.table.length - 1;
    for (let entry = 0; entry < this.size; entry++) {
      let at = this.hashes[entry]! & mask;
      while (this.table[at] !== EMPTY) at = (at + 1) & mask;
      this.table[at] = entry;
    }
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}

function lanesOf(values: Float32Array | Float64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);
}

function mix(value: number): number {
  const once = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return once ^ (once >>> 13);
}

function hashBytes(data: Buffer, start: number, end: number): number {
  let hash = Math.imul(end - start, 0x9e3779b1);
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ data[i]!, 0x01000193);
  return mix(hash);
}
