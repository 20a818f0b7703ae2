/** Avro's binary encoding into a buffer that grows. Source: Avro 1.11 specification, "Binary encoding". */
export class AvroOutput {
  buffer: Buffer;
  length = 0;

  constructor(initialBytes = 1024) {
    this.buffer = Buffer.allocUnsafe(initialBytes);
  }

  clear(): void {
    this.length = 0;
  }

  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** An int, or a long that is a safe integer. */
  integer(value: number): void {
    this.reserve(10);
    const { buffer } = this;
    let at = this.length;
    if (value >= -0x40000000 && value < 0x40000000) {
      let rest = (value << 1) ^ (value >> 31);
      while ((rest & ~127) !== 0) {
        buffer[at++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      buffer[at++] = rest;
    } else {
      // Zigzag without 64-bit arithmetic: two times a safe integer may leave the safe range, so halve digit by digit.
      const negative = value < 0;
      let rest = negative ? -(value + 1) : value;
      let digit = (rest % 64) * 2 + (negative ? 1 : 0);
      rest = Math.floor(rest / 64);
      while (rest > 0) {
        buffer[at++] = digit | 128;
        digit = rest % 128;
        rest = Math.floor(rest / 128);
      }
      buffer[at++] = digit;
    }
    this.length = at;
  }

  long(value: number | bigint): void {
    if (typeof value === "number") {
      this.integer(value);
      return;
    }
    this.reserve(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest > 127n) {
      this.buffer[this.length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.buffer[this.length++] = Number(rest);
  }

  float(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeFloatLE(value, this.length);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  /** Bytes without a length. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  bytes(bytes: Uint8Array): void {
    this.integer(bytes.length);
    this.raw(bytes);
  }

  string(text: string): void {
    const size = Buffer.byteLength(text);
    this.integer(size);
    this.reserve(size);
    this.length += this.buffer.write(text, this.length, "utf8");
  }
}
