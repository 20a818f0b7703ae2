import type { RecordColumns } from "../api/index.js";

/** Rows [from, to) of `columns`, sharing their memory. */
export function sliceColumns(columns: RecordColumns, from: number, to: number): RecordColumns {
  return {
    buffer: columns.buffer,
    count: to - from,
    offsets: columns.offsets.subarray(from, to),
    timestampsMs: columns.timestampsMs.subarray(from, to),
    timestampType: columns.timestampType,
    keyStart: columns.keyStart.subarray(from, to),
    keyLength: columns.keyLength.subarray(from, to),
    valueStart: columns.valueStart.subarray(from, to),
    valueLength: columns.valueLength.subarray(from, to),
    headersStart: columns.headersStart.subarray(from, to),
    headerCount: columns.headerCount.subarray(from, to),
  };
}

/** The rows of `columns` whose numbers are in `rows`, in that order, in memory of their own (the buffer is shared). */
export function selectRows(columns: RecordColumns, rows: readonly number[]): RecordColumns {
  const wide = (from: Float64Array): Float64Array => Float64Array.from(rows, (row) => from[row]!);
  const narrow = (from: Int32Array): Int32Array => Int32Array.from(rows, (row) => from[row]!);
  return {
    buffer: columns.buffer,
    count: rows.length,
    offsets: wide(columns.offsets),
    timestampsMs: wide(columns.timestampsMs),
    timestampType: columns.timestampType,
    keyStart: narrow(columns.keyStart),
    keyLength: narrow(columns.keyLength),
    valueStart: narrow(columns.valueStart),
    valueLength: narrow(columns.valueLength),
    headersStart: narrow(columns.headersStart),
    headerCount: narrow(columns.headerCount),
  };
}
