import type { HeaderConverter, RecordColumns, RecordOrigin, TimestampType } from "../api/index.js";

/** A header as it is in Kafka. */
export type RawHeader = readonly [key: string, value: Uint8Array | null];

/** A record as it came from Kafka, for the dead letter queue. Bytes are copies: it may wait longer than the fetch buffer lives. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** -1: none. */
  readonly timestampMs: number;
  readonly timestampType: TimestampType;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RawHeader[];
}

/** Where a record came from, and its row there: from it the original bytes can be had as long as the buffer lives. */
export class RowOrigin implements RecordOrigin {
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly columns: RecordColumns,
    readonly row: number,
  ) {}

  get offset(): number {
    return this.columns.offsets[this.row]!;
  }

  raw(): RawRecord {
    const { columns, row } = this;
    const headers = decodeHeaders(columns.buffer, columns.headersStart[row]!, columns.headerCount[row]!);
    return {
      topic: this.topic,
      partition: this.partition,
      offset: this.offset,
      timestampMs: columns.timestampsMs[row]!,
      timestampType: columns.timestampType,
      key: copyOf(keyBytes(columns, row)),
      value: copyOf(valueBytes(columns, row)),
      headers: headers.map(([name, value]) => [name, copyOf(value)]),
    };
  }
}

/** A view of the key's bytes; null is Kafka's null. */
export function keyBytes(columns: RecordColumns, row: number): Uint8Array | null {
  return view(columns.buffer, columns.keyStart[row]!, columns.keyLength[row]!);
}

/** A view of the value's bytes; null is Kafka's null. */
export function valueBytes(columns: RecordColumns, row: number): Uint8Array | null {
  return view(columns.buffer, columns.valueStart[row]!, columns.valueLength[row]!);
}

function copyOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : Buffer.from(bytes);
}

function view(buffer: Buffer, start: number, length: number): Uint8Array | null {
  return length < 0 ? null : buffer.subarray(start, start + length);
}

/**
 * The `count` headers of a version 2 record, in order and with duplicates. `start` is the position of the section, which begins
 * with its own count. The section was checked for length when the batch was cut into columns.
 */
export function decodeHeaders(buffer: Buffer, start: number, count: number): RawHeader[] {
  const headers: RawHeader[] = [];
  if (count === 0) return headers;
  const cursor = new Cursor(buffer, start);
  cursor.varint();
  for (let i = 0; i < count; i++) {
    const keyLength = cursor.varint();
    const key = buffer.toString("utf8", cursor.at, cursor.at + keyLength);
    cursor.at += keyLength;
    const length = cursor.varint();
    headers.push([key, view(buffer, cursor.at, length)]);
    if (length > 0) cursor.at += length;
  }
  return headers;
}

/** True when every header of the section is null or surely can be converted. Decodes nothing. */
export function areSafeHeaders(
  converter: Pick<HeaderConverter, "isSafe">,
  buffer: Buffer,
  start: number,
  count: number,
): boolean {
  if (converter.isSafe === undefined) return false;
  const cursor = new Cursor(buffer, start);
  cursor.varint();
  for (let i = 0; i < count; i++) {
    const keyLength = cursor.varint();
    cursor.at += keyLength;
    const length = cursor.varint();
    if (length < 0) continue;
    if (!converter.isSafe(buffer, cursor.at, cursor.at + length)) return false;
    cursor.at += length;
  }
  return true;
}

/** Reads zigzag varints one after the other. */
class Cursor {
  constructor(
    private readonly buffer: Buffer,
    public at: number,
  ) {}

  varint(): number {
    const { buffer } = this;
    let at = this.at;
    let value = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = buffer[at++]!;
      value |= (byte & 127) << shift;
    }
    this.at = at;
    return (value >>> 1) ^ -(value & 1);
  }
}
