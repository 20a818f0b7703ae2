import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Bucket } from "../support/bucket.js";

/** How the records of an object can be counted. */
export type StoredAs = "lines" | "gzip lines" | "zstd lines" | "avro" | "parquet";

export interface Stored {
  readonly objects: number;
  readonly bytes: number;
  readonly records: number;
}

/** Counts what was stored, so that no figure is of a run that lost or repeated records. */
export async function countStored(bucket: Bucket, storedAs: StoredAs): Promise<Stored> {
  const objects = await bucket.list();
  let bytes = 0;
  let records = 0;
  for (const { name, size } of objects) {
    records += countRecords(await bucket.read(name), storedAs);
    bytes += Number(size);
  }
  return { objects: objects.length, bytes, records };
}

function countRecords(stored: Buffer, storedAs: StoredAs): number {
  switch (storedAs) {
    case "lines":
      return countLines(stored);
    case "gzip lines":
      return countLines(gunzipSync(stored));
    case "zstd lines":
      return countLines(zstdDecompressSync(stored));
    case "avro":
      return countAvro(stored);
    case "parquet":
      return countParquet(stored);
  }
}

/** The last line of the Aiven sink's objects has no line feed. */
function countLines(plain: Buffer): number {
  let count = 0;
  for (let at = plain.indexOf(10); at >= 0; at = plain.indexOf(10, at + 1)) count++;
  return plain.length > 0 && plain[plain.length - 1] !== 10 ? count + 1 : count;
}

const SYNC_BYTES = 16;

/** Adds up what the heads of an Avro container's blocks say, and checks that the blocks fill the file. */
function countAvro(file: Buffer): number {
  const reader = new VarintReader(file, 4);
  if (file.toString("latin1", 0, 4) !== "Obj\u0001") throw new Error("not an Avro container");
  for (let entries = reader.zigzag(); entries !== 0; entries = reader.zigzag()) {
    // A negative count is followed by the size of the block.
    if (entries < 0) reader.zigzag();
    for (let i = 0; i < 2 * Math.abs(entries); i++) reader.skip(reader.zigzag());
  }
  const sync = file.subarray(reader.at, reader.at + SYNC_BYTES);
  reader.skip(SYNC_BYTES);
  let records = 0;
  while (reader.at < file.length) {
    records += reader.zigzag();
    reader.skip(reader.zigzag());
    if (sync.compare(file, reader.at, reader.at + SYNC_BYTES) !== 0) throw new Error("an Avro block without its end");
    reader.skip(SYNC_BYTES);
  }
  return records;
}

/** Types of Thrift's compact protocol. */
const thrift = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};

/** Reads `num_rows`, field 3 of the `FileMetaData` at the end of a Parquet file. */
function countParquet(file: Buffer): number {
  if (file.toString("latin1", file.length - 4) !== "PAR1") throw new Error("not a Parquet file");
  const reader = new VarintReader(file, file.length - 8 - file.readUInt32LE(file.length - 8));
  for (let field = 0; ;) {
    const head = reader.byte();
    if (head === thrift.stop) throw new Error("a Parquet file that does not count its rows");
    field = head >> 4 === 0 ? reader.zigzag() : field + (head >> 4);
    if (field === 3) return reader.zigzag();
    skipThrift(reader, head & 15);
  }
}

function skipThrift(reader: VarintReader, type: number): void {
  switch (type) {
    case thrift.true:
    case thrift.false:
      return;
    case thrift.byte:
      reader.skip(1);
      return;
    case thrift.i16:
    case thrift.i32:
    case thrift.i64:
      reader.zigzag();
      return;
    case thrift.double:
      reader.skip(8);
      return;
    case thrift.binary:
      reader.skip(reader.varint());
      return;
    case thrift.list: {
      const head = reader.byte();
      const count = head >> 4 === 15 ? reader.varint() : head >> 4;
      for (let i = 0; i < count; i++) skipThrift(reader, head & 15);
      return;
    }
    case thrift.struct:
      for (let head = reader.byte(); head !== thrift.stop; head = reader.byte()) {
        if (head >> 4 === 0) reader.zigzag();
        skipThrift(reader, head & 15);
      }
      return;
    default:
      throw new Error(`Thrift type ${type} is not expected in a Parquet footer`);
  }
}

/** Reads the variable-length integers that Avro and Thrift have in common. */
class VarintReader {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  byte(): number {
    return this.bytes.readUInt8(this.at++);
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
