import { ConnectError } from "../api/index.js";

/** Reads and writes the primitive types of Kafka's protocol (big-endian, before the "flexible" versions of KIP-482). */

const TWO_32 = 4_294_967_296;

/** The int64 at `position` as a number. Throws ConnectError `data` beyond the safe integers. */
export function readInt64(buffer: Buffer, position: number): number {
  const high = buffer.readInt32BE(position);
  if (high >= 0x20_0000 || high < -0x20_0000) {
    throw new ConnectError(
      "data",
      `${buffer.readBigInt64BE(position).toString()} is beyond the integers that are exact`,
    );
  }
  return high * TWO_32 + buffer.readUInt32BE(position + 4);
}

export class WireWriter {
  private buffer = Buffer.allocUnsafe(256);
  private length = 0;

  int8(value: number): this {
    const at = this.grow(1);
    this.buffer.writeInt8(value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int16(value: number): this {
    const at = this.grow(2);
    this.buffer.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.grow(4);
    this.buffer.writeInt32BE(value, at);
    return this;
  }

  /** `value` is a safe integer. */
  int64(value: number): this {
    const at = this.grow(8);
    this.buffer.writeBigInt64BE(BigInt(value), at);
    return this;
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value);
    this.int16(bytes.length);
    return this.raw(bytes);
  }

  bytes(value: Uint8Array | null): this {
    if (value === null) return this.int32(-1);
    this.int32(value.length);
    return this.raw(value);
  }

  raw(value: Uint8Array): this {
    const at = this.grow(value.length);
    this.buffer.set(value, at);
    return this;
  }

  array<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.int32(-1);
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  /** What was written; the writer must not be used any more. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private grow(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.length, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    return at;
  }
}

/** Reads in order; a RangeError of Node's where the bytes end too early. */
export class WireReader {
  constructor(
    readonly buffer: Buffer,
    public position = 0,
  ) {}

  get remaining(): number {
    return this.buffer.length - this.position;
  }

  int8(): number {
    return this.buffer.readInt8(this.skip(1));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int16(): number {
    return this.buffer.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.skip(4));
  }

  int64(): number {
    return readInt64(this.buffer, this.skip(8));
  }

  nullableString(): string | null {
    const length = this.int16();
    return length < 0 ? null : this.text(length);
  }

  string(): string {
    return this.text(Math.max(0, this.int16()));
  }

  /** A view, not a copy. */
  nullableBytes(): Buffer | null {
    const length = this.int32();
    return length < 0 ? null : this.view(length);
  }

  bytes(): Buffer {
    return this.view(Math.max(0, this.int32()));
  }

  /** Kafka's null array reads as empty. */
  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let count = this.int32(); count > 0; count--) items.push(read());
    return items;
  }

  /** Advances and gives the position before. */
  skip(count: number): number {
    const at = this.position;
    this.position += count;
    return at;
  }

  private text(length: number): string {
    return this.view(length).toString("utf8");
  }

  private view(length: number): Buffer {
    if (length > this.remaining) throw new RangeError(`${length} bytes expected, ${this.remaining} left`);
    const at = this.skip(length);
    return this.buffer.subarray(at, this.position);
  }
}
