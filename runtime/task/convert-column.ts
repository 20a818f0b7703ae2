import {
  DatumVerdict,
  type Converter,
  type LazyConverter,
  type RecordColumns,
  type SchemaAndValue,
} from "../api/index.js";
import { KAFKA_NULL, type ColumnResult } from "./sink-batches.js";

export type Side = "key" | "value";

/** Told of each row that failed. The row has no result. */
export type OnFailure = (row: number, error: unknown) => void;

/** Checks or converts all keys or values of `columns`. One tight loop; a row that fails ends nothing. */
export function convertColumn(
  converter: Converter,
  side: Side,
  topic: string,
  columns: RecordColumns,
  onFailure: OnFailure,
): ColumnResult {
  const lazy = converter.lazy ?? null;
  if (lazy === null) {
    const converted: (SchemaAndValue | null)[] = new Array<SchemaAndValue | null>(columns.count).fill(null);
    convertRows(converter, side, topic, columns, converted, onFailure);
    return { converter, lazy: null, converted };
  }
  const verdicts = new Uint8Array(columns.count);
  checkRows(lazy, side, columns, 0, columns.count, verdicts, onFailure);
  return { converter, lazy: { kind: lazy.kind, verdicts }, converted: null };
}

/** Does one row again. Throws what the converter throws. */
export function convertAgain(
  result: ColumnResult,
  side: Side,
  topic: string,
  columns: RecordColumns,
  row: number,
): void {
  const { converter } = result;
  const rethrow: OnFailure = (_, error) => {
    throw error;
  };
  if (result.lazy !== null && converter.lazy)
    checkRows(converter.lazy, side, columns, row, row + 1, result.lazy.verdicts, rethrow);
  else if (result.converted !== null) result.converted[row] = converter.toConnect(topic, bytesOf(side, columns, row));
}

function checkRows(
  lazy: LazyConverter,
  side: Side,
  columns: RecordColumns,
  from: number,
  to: number,
  verdicts: Uint8Array,
  onFailure: OnFailure,
): void {
  const { buffer } = columns;
  const starts = side === "key" ? columns.keyStart : columns.valueStart;
  const lengths = side === "key" ? columns.keyLength : columns.valueLength;
  const all = lazy.checkRows === undefined;
  if (lazy.checkRows?.(buffer, starts, lengths, from, to, verdicts) === 0) return;
  let row = from;
  while (row < to) {
    try {
      for (; row < to; row++) {
        if (!all && verdicts[row] !== DatumVerdict.undecided) continue;
        const start = starts[row]!;
        const length = lengths[row]!;
        verdicts[row] = length < 0 ? KAFKA_NULL : lazy.check(buffer, start, start + length);
      }
    } catch (error) {
      onFailure(row++, error);
    }
  }
}

function convertRows(
  converter: Converter,
  side: Side,
  topic: string,
  columns: RecordColumns,
  converted: (SchemaAndValue | null)[],
  onFailure: OnFailure,
): void {
  let row = 0;
  while (row < columns.count) {
    try {
      for (; row < columns.count; row++) converted[row] = converter.toConnect(topic, bytesOf(side, columns, row));
    } catch (error) {
      onFailure(row++, error);
    }
  }
}

function bytesOf(side: Side, columns: RecordColumns, row: number): Uint8Array | null {
  const start = (side === "key" ? columns.keyStart : columns.valueStart)[row]!;
  const length = (side === "key" ? columns.keyLength : columns.valueLength)[row]!;
  return length < 0 ? null : columns.buffer.subarray(start, start + length);
}
