/**
 * The values of one column that are not yet in a page. Levels and values are separate, as in a page: a null has levels only.
 */

/** How a vector holds its values: booleans as bytes, 64-bit integers as (low, high) pairs, byte strings end to end. */
export type VectorKind = "boolean" | "int32" | "int64" | "float" | "double" | "bytes";

const INITIAL = 64;

export class ColumnVector {
  /** Definition and repetition levels, one for each value or null. Unused where the column's maximum is 0. */
  definitions = new Uint8Array(INITIAL);
  repetitions = new Uint8Array(INITIAL);
  levelCount = 0;
  valueCount = 0;
  bytes: Uint8Array = new Uint8Array(0);
  ints = new Int32Array(0);
  floats = new Float32Array(0);
  doubles = new Float64Array(0);
  /** `bytes` only: the values end to end, and where each ends. */
  data: Buffer = Buffer.alloc(0);
  ends = new Int32Array(0);
  dataLength = 0;
  private markedLevels = 0;
  private markedValues = 0;
  private markedData = 0;

  constructor(readonly kind: VectorKind) {
    this.growValues(INITIAL);
    if (kind === "bytes") this.data = Buffer.allocUnsafe(INITIAL * 8);
  }

  /** One value or null at these levels; a value's `put…` call follows. */
  level(definition: number, repetition: number): void {
    const at = this.levelCount++;
    if (at === this.definitions.length) {
      this.definitions = doubled(this.definitions);
      this.repetitions = doubled(this.repetitions);
    }
    this.definitions[at] = definition;
    this.repetitions[at] = repetition;
  }

  putBoolean(value: boolean): void {
    if (this.valueCount === this.bytes.length) this.growValues(this.valueCount * 2);
    this.bytes[this.valueCount++] = value ? 1 : 0;
  }

  putInt(value: number): void {
    if (this.valueCount === this.ints.length) this.growValues(this.valueCount * 2);
    this.ints[this.valueCount++] = value;
  }

  putFloat(value: number): void {
    if (this.valueCount === this.floats.length) this.growValues(this.valueCount * 2);
    this.floats[this.valueCount++] = value;
  }

  putDouble(value: number): void {
    if (this.valueCount === this.doubles.length) this.growValues(this.valueCount * 2);
    this.doubles[this.valueCount++] = value;
  }

  /** A 64-bit integer by its halves. */
  putHalves(low: number, high: number): void {
    if (this.valueCount * 2 === this.ints.length) this.growValues(this.valueCount * 2);
    const at = 2 * this.valueCount++;
    this.ints[at] = low;
    this.ints[at + 1] = high;
  }

  /** A safe integer or a bigint of at most 64 bits. */
  putLong(value: number | bigint): void {
    if (typeof value === "number") this.putHalves(value | 0, Math.floor(value / 4294967296));
    else this.putHalves(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  putBytes(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.reserveData(length);
    if (length < 32) for (let i = start, to = this.dataLength; i < end; i++) this.data[to++] = source[i]!;
    else this.data.set(source.subarray(start, end), this.dataLength);
    this.endBytes(length);
  }

  putText(value: string): void {
    this.reserveData(value.length * 3);
    this.endBytes(this.data.write(value, this.dataLength, "utf8"));
  }

  private endBytes(length: number): void {
    if (this.valueCount === this.ends.length) this.growValues(this.valueCount * 2);
    this.dataLength += length;
    this.ends[this.valueCount++] = this.dataLength;
  }

  private reserveData(length: number): void {
    if (this.dataLength + length <= this.data.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.data.length * 2, this.dataLength + length));
    this.data.copy(grown, 0, 0, this.dataLength);
    this.data = grown;
  }

  private growValues(capacity: number): void {
    switch (this.kind) {
      case "boolean":
        this.bytes = resized(this.bytes, new Uint8Array(capacity));
        break;
      case "int32":
        this.ints = resized(this.ints, new Int32Array(capacity));
        break;
      case "int64":
        this.ints = resized(this.ints, new Int32Array(capacity * 2));
        break;
      case "float":
        this.floats = resized(this.floats, new Float32Array(capacity));
        break;
      case "double":
        this.doubles = resized(this.doubles, new Float64Array(capacity));
        break;
      case "bytes":
        this.ends = resized(this.ends, new Int32Array(capacity));
        break;
    }
  }

  /** Bytes of value `index` of a `bytes` vector. */
  start(index: number): number {
    return index === 0 ? 0 : this.ends[index - 1]!;
  }

  /** Bytes that the pending values will take, roughly, uncompressed. */
  get pendingBytes(): number {
    return (
      this.dataLength + this.levelCount + this.valueCount * (this.kind === "int64" || this.kind === "double" ? 8 : 4)
    );
  }

  /** Bytes of memory that the vector holds. */
  get capacityBytes(): number {
    return (
      2 * this.definitions.length +
      this.bytes.byteLength +
      this.ints.byteLength +
      this.floats.byteLength +
      this.doubles.byteLength +
      this.ends.byteLength +
      this.data.byteLength
    );
  }

  /** Remembers where the next row begins. */
  mark(): void {
    this.markedLevels = this.levelCount;
    this.markedValues = this.valueCount;
    this.markedData = this.dataLength;
  }

  /** Drops what came after the mark. */
  backToMark(): void {
    this.levelCount = this.markedLevels;
    this.valueCount = this.markedValues;
    this.dataLength = this.markedData;
  }

  clear(): void {
    this.levelCount = 0;
    this.valueCount = 0;
    this.dataLength = 0;
  }
}

function doubled(array: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return resized(array, new Uint8Array(array.length * 2));
}

function resized<T extends Uint8Array | Int32Array | Float32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
