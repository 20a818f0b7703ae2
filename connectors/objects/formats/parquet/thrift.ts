/**
 * Thrift's compact protocol, as far as Parquet's metadata needs it: structs of i32, i64, bool, binary, lists and structs.
 * Source: Apache Thrift, "Thrift Compact protocol encoding".
 */

/** Element types as list headers name them. */
export const ThriftType = { boolTrue: 1, boolFalse: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

export class ThriftWriter {
  private bytes = Buffer.allocUnsafe(512);
  private length = 0;
  /** Field id written last, by open struct. */
  private readonly lastIds: number[] = [0];

  i32(id: number, value: number): void {
    this.header(id, ThriftType.i32);
    this.zigzag(value);
  }

  /** `value` is a safe integer. */
  i64(id: number, value: number): void {
    this.header(id, ThriftType.i64);
    this.zigzag(value);
  }

  bool(id: number, value: boolean): void {
    this.header(id, value ? ThriftType.boolTrue : ThriftType.boolFalse);
  }

  binary(id: number, value: Uint8Array | string): void {
    this.header(id, ThriftType.binary);
    this.rawBinary(value);
  }

  struct(id: number, write: () => void): void {
    this.header(id, ThriftType.struct);
    this.rawStruct(write);
  }

  /** A list of structs. */
  structs<T>(id: number, items: readonly T[], write: (item: T) => void): void {
    this.listHeader(id, ThriftType.struct, items.length);
    for (const item of items)
      this.rawStruct(() => {
        write(item);
      });
  }

  i32s(id: number, items: readonly number[]): void {
    this.listHeader(id, ThriftType.i32, items.length);
    for (const item of items) this.zigzag(item);
  }

  /** Safe integers. */
  i64s(id: number, items: readonly number[]): void {
    this.listHeader(id, ThriftType.i64, items.length);
    for (const item of items) this.zigzag(item);
  }

  bools(id: number, items: readonly boolean[]): void {
    this.listHeader(id, ThriftType.boolTrue, items.length);
    for (const item of items) this.byte(item ? ThriftType.boolTrue : ThriftType.boolFalse);
  }

  binaries(id: number, items: readonly (Uint8Array | string)[]): void {
    this.listHeader(id, ThriftType.binary, items.length);
    for (const item of items) this.rawBinary(item);
  }

  /** Ends the outermost struct and gives all bytes. */
  finish(): Buffer {
    this.byte(0);
    return this.bytes.subarray(0, this.length);
  }

  private rawStruct(write: () => void): void {
    this.lastIds.push(0);
    write();
    this.byte(0);
    this.lastIds.pop();
  }

  private header(id: number, type: number): void {
    const depth = this.lastIds.length - 1;
    const delta = id - this.lastIds[depth]!;
    if (delta > 0 && delta < 16) this.byte((delta << 4) | type);
    else {
      this.byte(type);
      this.zigzag(id);
    }
    this.lastIds[depth] = id;
  }

  private listHeader(id: number, type: number, count: number): void {
    this.header(id, ThriftType.list);
    if (count < 15) this.byte((count << 4) | type);
    else {
      this.byte(0xf0 | type);
      this.varint(count);
    }
  }

  private rawBinary(value: Uint8Array | string): void {
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    this.varint(bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private zigzag(value: number): void {
    this.varint(value >= 0 ? value * 2 : -value * 2 - 1);
  }

  private varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
