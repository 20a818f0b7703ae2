import type { RecordColumns, RecordOrigin, TimestampType } from "../api/index.js";

/** A header as it is in Kafka. */
export type RawHeader = readonly [key: string, value: Uint8Array | null];

/** A record as it came from Kafka, for the dead letter queue. Bytes are views into the fetch buffer. */
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
    return {
      topic: this.topic,
      partition: this.partition,
      offset: this.offset,
      timestampMs: columns.timestampsMs[row]!,
      timestampType: columns.timestampType,
      key: keyBytes(columns, row),
      value: valueBytes(columns, row),
      headers: decodeHeaders(columns.buffer, columns.headersStart[row]!, columns.headerCount[row]!),
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
  let at = start;
  while (buffer[at++]! > 127);
  for (let i = 0; i < count; i++) {
    let length = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = buffer[at++]!;
      length |= (byte & 127) << shift;
    }
    length = (length >>> 1) ^ -(length & 1);
    const key = buffer.toString("utf8", at, at + length);
    at += length;
    length = 0;
    for (let shift = 0, byte = 128; byte > 127; shift += 7) {
      byte = buffer[at++]!;
      length |= (byte & 127) << shift;
    }
    length = (length >>> 1) ^ -(length & 1);
    headers.push([key, view(buffer, at, length)]);
    if (length > 0) at += length;
  }
  return headers;
}
