import { ConnectError } from "../../api/index.js";

/** Text of `InvalidProtocolBufferException` for what the data is not. */
export function invalidMessage(text: string): ConnectError {
  return new ConnectError("data", text, { javaClass: "com.google.protobuf.InvalidProtocolBufferException" });
}

const TRUNCATED =
  "While parsing a protocol message, the input ended unexpectedly in the middle of a field.  This could mean either that the " +
  "input has been truncated or that an embedded message misreported its own length.";

/** Reads Protobuf's wire format from [position, end) of a buffer. All methods throw ConnectError `data` at what is malformed. */
export class WireInput {
  /** The last varint, its lower and upper 32 bits. */
  private low = 0;
  private high = 0;

  constructor(
    readonly buffer: Buffer,
    public position: number,
    public end: number,
  ) {}

  /** The lower 32 bits of a varint, signed. */
  int32(): number {
    this.varint();
    return this.low | 0;
  }

  uint32(): number {
    this.varint();
    return this.low >>> 0;
  }

  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  bool(): boolean {
    this.varint();
    return this.low !== 0 || this.high !== 0;
  }

  /** Also of `uint64`, whose bits Java keeps in a signed long. */
  int64(): number | bigint {
    this.varint();
    return exactInt64(this.low, this.high);
  }

  sint64(): number | bigint {
    this.varint();
    const sign = -(this.low & 1);
    return exactInt64(((this.low >>> 1) | (this.high << 31)) ^ sign, (this.high >>> 1) ^ sign);
  }

  fixed32(): number {
    return this.buffer.readUInt32LE(this.take(4));
  }

  sfixed32(): number {
    return this.buffer.readInt32LE(this.take(4));
  }

  fixed64(): number | bigint {
    const at = this.take(8);
    return exactInt64(this.buffer.readInt32LE(at), this.buffer.readInt32LE(at + 4));
  }

  float(): number {
    return this.buffer.readFloatLE(this.take(4));
  }

  double(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  /** A copy: the buffer is used again. */
  bytes(): Uint8Array {
    const length = this.length();
    const at = this.take(length);
    return new Uint8Array(this.buffer.subarray(at, at + length));
  }

  /** Where a value with a length ends. The position is then at its start. */
  endOfDelimited(): number {
    const length = this.length();
    if (length > this.end - this.position) throw invalidMessage(TRUNCATED);
    return this.position + length;
  }

  /** Field number and wire type, as one number. */
  tag(): number {
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw invalidMessage("Protocol message contained an invalid tag (zero).");
    return tag;
  }

  /** Passes over the value of `tag`. */
  skip(tag: number, depth: number): void {
    switch (tag & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.take(8);
        return;
      case 2:
        this.take(this.length());
        return;
      case 3:
        checkDepth(depth);
        for (;;) {
          const inner = this.tag();
          if ((inner & 7) === 4) {
            this.endGroup(inner, tag);
            return;
          }
          this.skip(inner, depth + 1);
        }
      case 5:
        this.take(4);
        return;
      default:
        throw invalidMessage("Protocol message tag had invalid wire type.");
    }
  }

  /** Checks that `tag` ends the group that `start` began. */
  endGroup(tag: number, start: number): void {
    if (tag >>> 3 !== start >>> 3) throw invalidMessage("Protocol message end-group tag did not match expected tag.");
  }

  private length(): number {
    const length = this.int32();
    if (length < 0) {
      throw invalidMessage(
        "CodedInputStream encountered an embedded string or message which claimed to have negative size.",
      );
    }
    return length;
  }

  private take(length: number): number {
    const at = this.position;
    if (length > this.end - at) throw invalidMessage(TRUNCATED);
    this.position = at + length;
    return at;
  }

  private varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.buffer[this.take(1)]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.low = low;
        this.high = high;
        return;
      }
    }
    throw invalidMessage("CodedInputStream encountered a malformed varint.");
  }
}

const MAX_DEPTH = 100;

/** Throws ConnectError `data` beyond the nesting that Java allows. */
export function checkDepth(depth: number): void {
  if (depth < MAX_DEPTH) return;
  throw invalidMessage(
    "Protocol message had too many levels of nesting.  May be malicious.  Use setRecursionLimit() to increase the recursion depth limit.",
  );
}

function exactInt64(low: number, high: number): number | bigint {
  // Within 2^52 the sum is exact.
  if (high < 0x10_0000 && high >= -0x10_0000) return high * 0x1_0000_0000 + (low >>> 0);
  const value = (BigInt(high | 0) << 32n) | BigInt(low >>> 0);
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
