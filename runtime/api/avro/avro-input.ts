import { isUtf8 } from "node:buffer";
import { ConnectError } from "../errors.js";

/** A block of an array or map may announce more items than bytes only while items take no bytes at all (nulls); up to this many. */
const MAX_EMPTY_ITEMS = 1 << 20;

/**
 * Avro's binary encoding, read from a range of a buffer with every bound checked. Throws ConnectError `data` where the bytes
 * are no Avro. Source: Avro 1.11 specification, "Binary encoding".
 */
export class AvroInput {
  buffer: Buffer = Buffer.alloc(0);
  position = 0;
  end = 0;
  /** Halves of the long that `longHalves` read. */
  low = 0;
  high = 0;

  reset(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.position = start;
    this.end = end;
  }

  /** Throws unless everything was read. */
  expectEnd(): void {
    if (this.position !== this.end) throw malformed("bytes after the datum");
  }

  /** A zigzag varint of at most 32 bits. */
  int(): number {
    const { buffer } = this;
    let at = this.position;
    let byte = buffer[at++]!;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      if (at >= this.end || shift > 28) throw malformed("int");
      byte = buffer[at++]!;
      if (shift === 28 && byte > 15) throw malformed("int");
      value |= (byte & 127) << shift;
    }
    if (at > this.end) throw malformed("end of data");
    this.position = at;
    return (value >>> 1) ^ -(value & 1);
  }

  /** A zigzag varint of at most 64 bits, into `low` and `high`. */
  longHalves(): void {
    const { buffer } = this;
    let at = this.position;
    // Seven bits a byte: bits 0-27 in `a`, 28-55 in `b`, 56-63 in `c`.
    let a = 0;
    let b = 0;
    let c = 0;
    let count = 0;
    let byte: number;
    do {
      if (at >= this.end || count === 10) throw malformed("long");
      byte = buffer[at++]!;
      const bits = byte & 127;
      if (count < 4) a |= bits << (7 * count);
      else if (count < 8) b |= bits << (7 * (count - 4));
      else c |= bits << (7 * (count - 8));
      count++;
    } while (byte > 127);
    if (count === 10 && c > 255) throw malformed("long");
    this.position = at;
    const low = a | (b << 28);
    const high = (b >>> 4) | (c << 24);
    const sign = -(a & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  /** Passes over a long. */
  skipLong(): void {
    const { buffer } = this;
    let at = this.position;
    let count = 0;
    let byte: number;
    do {
      if (at >= this.end || count === 10) throw malformed("long");
      byte = buffer[at++]!;
      count++;
    } while (byte > 127);
    if (count === 10 && byte > 1) throw malformed("long");
    this.position = at;
  }

  /** A long as a number where that is safe, else as a bigint. */
  long(): number | bigint {
    this.longHalves();
    const number = this.high * 4294967296 + (this.low >>> 0);
    if (Number.isSafeInteger(number)) return number;
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw malformed("boolean");
    return byte === 1;
  }

  float(): number {
    this.skip(4);
    return this.buffer.readFloatLE(this.position - 4);
  }

  double(): number {
    this.skip(8);
    return this.buffer.readDoubleLE(this.position - 8);
  }

  /** Length of a string or of bytes; they are within the range. */
  size(): number {
    const short = this.buffer[this.position]!;
    // Most are shorter than 64 bytes. Odd numbers are negative.
    if (short < 128 && (short & 1) === 0 && this.position + 1 + (short >>> 1) <= this.end) {
      this.position++;
      return short >>> 1;
    }
    const size = this.long();
    if (typeof size !== "number" || size < 0 || size > this.end - this.position) throw malformed("length");
    return size;
  }

  /** Skips a string's length and checks its text; gives where it starts, `position` is its end. */
  stringStart(): number {
    const size = this.size();
    const start = this.position;
    const end = start + size;
    const { buffer } = this;
    let all = 0;
    for (let i = start; i < end; i++) all |= buffer[i]!;
    if (all > 127 && !isUtf8(buffer.subarray(start, end))) throw malformed("UTF-8");
    this.position = end;
    return start;
  }

  string(): string {
    const start = this.stringStart();
    return this.buffer.toString("utf8", start, this.position);
  }

  /** Index into `count` branches or symbols. */
  index(count: number): number {
    const index = this.int();
    if (index < 0 || index >= count) throw malformed("index of a union or enum");
    return index;
  }

  /** Items in the next block of an array or map; 0 ends it. */
  blockCount(): number {
    let count = this.long();
    if (typeof count !== "number") throw malformed("block");
    if (count < 0) {
      count = -count;
      this.long();
    }
    if (count > this.end - this.position && count > MAX_EMPTY_ITEMS) throw malformed("block");
    return count;
  }

  skip(bytes: number): void {
    this.position += bytes;
    if (this.position > this.end) throw malformed("end of data");
  }

  private byte(): number {
    if (this.position >= this.end) throw malformed("end of data");
    return this.buffer[this.position++]!;
  }
}

function malformed(what: string): ConnectError {
  return new ConnectError("data", `Malformed Avro data: ${what}`, {
    javaClass: "org.apache.kafka.common.errors.SerializationException",
  });
}
