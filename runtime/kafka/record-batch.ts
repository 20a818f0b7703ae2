import { ConnectError, type RecordColumns } from "../api/index.js";
import { crc32c } from "../api/crc32c.js";
import { readInt64 } from "./wire.js";
import { fetchBuffers } from "./buffer-pool.js";

/**
 * Record batches of message format 2 (Kafka ≥ 0.11; `DefaultRecordBatch`): a header of 61 bytes, then records of
 * variable-length integers. Nothing is copied: columns hold positions in the buffer.
 */

const HEADER_BYTES = 61;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
/** Length, attributes, two deltas, two lengths and the header count: one byte each at least. */
const SMALLEST_RECORD_BYTES = 7;

export interface BatchHeader {
  /** Of the header in the buffer. */
  readonly position: number;
  /** Behind the last byte of the batch. */
  readonly end: number;
  readonly baseOffset: number;
  /** Of the last record the batch ever had: compaction keeps it. */
  readonly lastOffset: number;
  /** 0: not compressed. */
  readonly codec: number;
  readonly logAppendTime: boolean;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly producerId: number;
  readonly count: number;
}

/**
 * The header of the batch at `position`, or null when the bytes up to `end` do not hold all of it, as brokers may cut the last
 * batch of an answer. Throws ConnectError `data` for lengths that cannot be, and for the message formats 0 and 1.
 */
export function readBatchHeader(buffer: Buffer, position: number, end: number): BatchHeader | null {
  if (end - position <= MAGIC_AT) return null;
  const length = buffer.readInt32BE(position + LENGTH_AT);
  const batchEnd = position + LENGTH_AT + 4 + length;
  const magic = buffer[position + MAGIC_AT]!;
  if (magic < 2) {
    throw new ConnectError(
      "data",
      `Records in the old message format ${magic} (written before Kafka 0.11) are not supported`,
    );
  }
  if (magic > 2) throw new ConnectError("data", `Records in the unknown message format ${magic}`);
  if (length < HEADER_BYTES - LENGTH_AT - 4)
    throw new ConnectError("data", `Record batch of ${length} bytes is too small`);
  if (batchEnd > end) return null;
  const attributes = buffer.readInt16BE(position + ATTRIBUTES_AT);
  const baseOffset = readInt64(buffer, position);
  return {
    position,
    end: batchEnd,
    baseOffset,
    lastOffset: baseOffset + buffer.readInt32BE(position + 23),
    codec: attributes & 7,
    logAppendTime: (attributes & 8) !== 0,
    transactional: (attributes & 16) !== 0,
    control: (attributes & 32) !== 0,
    baseTimestampMs: Number(buffer.readBigInt64BE(position + 27)),
    maxTimestampMs: Number(buffer.readBigInt64BE(position + 35)),
    producerId: Number(buffer.readBigInt64BE(position + 43)),
    count: buffer.readInt32BE(position + 57),
  };
}

/** Throws ConnectError `data` when the bytes are not those that were written. */
export function verifyChecksum(buffer: Buffer, header: BatchHeader): void {
  const stored = buffer.readUInt32BE(header.position + CRC_AT);
  const computed = crc32c(buffer.subarray(header.position + ATTRIBUTES_AT, header.end));
  if (stored !== computed) {
    throw new ConnectError("data", `Record is corrupt (stored crc = ${stored}, computed crc = ${computed})`);
  }
}

/** The records of a batch as they are in its buffer: compressed unless `codec` is 0. */
export function recordsSection(buffer: Buffer, header: BatchHeader): Buffer {
  return buffer.subarray(header.position + HEADER_BYTES, header.end);
}

/** Position of the first record of an uncompressed batch. */
export function recordsStart(header: BatchHeader): number {
  return header.position + HEADER_BYTES;
}

/** True for the marker that ends an aborted transaction; `header` is that of a control batch. */
export function isAbortMarker(buffer: Buffer, header: BatchHeader): boolean {
  if (header.count <= 0 || header.codec !== 0) return false; // compaction empties old markers
  const columns = new ColumnsBuilder(buffer, 1, "CreateTime");
  const only = { ...header, count: 1 };
  columns.append(only, recordsStart(header), header.end, header.baseOffset);
  const { keyStart, keyLength } = columns.columns;
  // key: version int16, type int16 (0 abort, 1 commit)
  return keyLength[0]! >= 4 && buffer.readInt16BE(keyStart[0]! + 2) === 0;
}

/** Columns of one buffer, filled from one batch or several that lie in it. */
export class ColumnsBuilder {
  readonly columns: RecordColumns & { count: number };

  /** `capacity`: records at most. */
  constructor(buffer: Buffer, capacity: number, timestampType: RecordColumns["timestampType"]) {
    const memory = fetchBuffers.take(capacity * 40);
    const ints = (index: number): Int32Array => new Int32Array(memory, capacity * (16 + 4 * index), capacity);
    this.columns = {
      buffer,
      count: 0,
      offsets: new Float64Array(memory, 0, capacity),
      timestampsMs: new Float64Array(memory, capacity * 8, capacity),
      timestampType,
      keyStart: ints(0),
      keyLength: ints(1),
      valueStart: ints(2),
      valueLength: ints(3),
      headersStart: ints(4),
      headerCount: ints(5),
    };
  }

  /**
   * Adds the records of `header` that lie from `start` to `end` and have at least `fromOffset`. Throws ConnectError `data` when
   * they are not what the header says.
   */
  append(header: BatchHeader, start: number, end: number, fromOffset: number): void {
    if (header.count < 0 || header.count * SMALLEST_RECORD_BYTES > end - start) throw malformed(header);
    const count = walk(this.columns, header, start, end, fromOffset);
    if (count < 0) throw malformed(header);
    this.columns.count = count;
  }
}

function malformed(header: BatchHeader): ConnectError {
  return new ConnectError(
    "data",
    `The batch at offset ${header.baseOffset} does not hold the ${header.count} records it announces`,
  );
}

/**
 * Writes rows from `columns.count` on and gives the new count, or -1 for bytes that are no records. Varints are read in place,
 * with the cursor in a local: this loop runs once for each record of all topics.
 */
function walk(columns: RecordColumns, header: BatchHeader, start: number, end: number, fromOffset: number): number {
  const { buffer, offsets, timestampsMs, keyStart, keyLength, valueStart, valueLength, headersStart, headerCount } =
    columns;
  const { baseOffset, baseTimestampMs, maxTimestampMs, logAppendTime } = header;
  let row = columns.count;
  let at = start;
  for (let left = header.count; left > 0; left--) {
    let byte = buffer[at++]!;
    let raw = byte & 127;
    for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
      byte = buffer[at++]!;
      raw |= (byte & 127) << shift;
    }
    const length = (raw >>> 1) ^ -(raw & 1);
    const recordEnd = at + length;
    if (length < 0 || recordEnd > end) return -1;
    at++; // attributes, unused

    byte = buffer[at++]!;
    let wide = byte & 127;
    // timestamps may need more than 32 bits: no shifts
    for (let scale = 128; byte > 127 && at < recordEnd; scale *= 128) {
      byte = buffer[at++]!;
      wide += (byte & 127) * scale;
    }
    timestampsMs[row] = logAppendTime
      ? maxTimestampMs
      : baseTimestampMs + (wide % 2 === 1 ? -(wide + 1) / 2 : wide / 2);

    byte = buffer[at++]!;
    raw = byte & 127;
    for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
      byte = buffer[at++]!;
      raw |= (byte & 127) << shift;
    }
    const offset = baseOffset + ((raw >>> 1) ^ -(raw & 1));
    offsets[row] = offset;

    byte = buffer[at++]!;
    raw = byte & 127;
    for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
      byte = buffer[at++]!;
      raw |= (byte & 127) << shift;
    }
    const keyBytes = (raw >>> 1) ^ -(raw & 1);
    keyStart[row] = at;
    keyLength[row] = keyBytes;
    if (keyBytes > 0) at += keyBytes;
    if (keyBytes < -1 || at > recordEnd) return -1;

    byte = buffer[at++]!;
    raw = byte & 127;
    for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
      byte = buffer[at++]!;
      raw |= (byte & 127) << shift;
    }
    const valueBytes = (raw >>> 1) ^ -(raw & 1);
    valueStart[row] = at;
    valueLength[row] = valueBytes;
    if (valueBytes > 0) at += valueBytes;
    if (valueBytes < -1 || at > recordEnd) return -1;

    headersStart[row] = at;
    byte = buffer[at++]!;
    raw = byte & 127;
    for (let shift = 7; byte > 127 && shift < 35; shift += 7) {
      byte = buffer[at++]!;
      raw |= (byte & 127) << shift;
    }
    const headers = (raw >>> 1) ^ -(raw & 1);
    headerCount[row] = headers;
    if (headers < 0 || at > recordEnd || (headers === 0 && at !== recordEnd)) return -1;

    at = recordEnd;
    if (offset >= fromOffset) row++;
  }
  return at === end ? row : -1;
}
