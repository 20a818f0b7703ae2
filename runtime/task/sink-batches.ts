import {
  DatumVerdict,
  NULL_DATUM,
  SinkRecord,
  type Converter,
  type Datum,
  type HeaderConverter,
  type HeaderList,
  type LazyColumn,
  type LazyColumns,
  type RecordColumns,
  type SchemaAndValue,
  type SinkBatch,
} from "../api/index.js";
import { selectRows } from "./columns.js";
import { ConvertedDatum, LazyDatum, LazyHeaders, NO_HEADERS } from "./lazy-datum.js";
import { keyBytes, RowOrigin, valueBytes } from "./raw-record.js";

/** The keys or values of a batch after the converter has seen them: checked bytes (`lazy`) or converted data (`converted`). */
export interface ColumnResult {
  readonly converter: Converter;
  readonly lazy: LazyColumn | null;
  /** By row; holes where the row failed. Null when `lazy` is there. */
  readonly converted: (SchemaAndValue | null)[] | null;
}

/** Headers after the converter has seen them; by row where they are converted, else that is left to the first reader. */
export interface HeaderResult {
  readonly converter: HeaderConverter;
  readonly converted: Map<number, HeaderList>;
}

/** Rows of one partition after the converters. */
export interface CheckedRows {
  readonly topic: string;
  readonly partition: number;
  readonly columns: RecordColumns;
  readonly key: ColumnResult;
  readonly value: ColumnResult;
  readonly headers: HeaderResult;
}

/** Record `row` as an object whose key, value and headers are converted when first read. */
export function recordOf(rows: CheckedRows, row: number): SinkRecord {
  const { topic, partition, columns } = rows;
  const timestampMs = columns.timestampsMs[row]!;
  return new SinkRecord(
    topic,
    partition,
    datumOf(topic, rows.key, keyBytes(columns, row) as Buffer | null, row),
    datumOf(topic, rows.value, valueBytes(columns, row) as Buffer | null, row),
    headersOf(rows, row),
    timestampMs === -1 ? null : timestampMs,
    columns.timestampType,
    new RowOrigin(topic, partition, columns, row),
  );
}

function datumOf(
  topic: string,
  { converter, lazy, converted }: ColumnResult,
  bytes: Buffer | null,
  row: number,
): Datum {
  if (lazy !== null) {
    const verdict = lazy.verdicts[row]!;
    const made = bytes !== null && verdict === DatumVerdict.copy ? converter.lazy?.datum?.(topic, bytes) : undefined;
    return made ?? new LazyDatum(converter, topic, bytes, lazy.kind, verdict);
  }
  const value = converted?.[row] ?? null;
  return value === null ? NULL_DATUM : new ConvertedDatum(value);
}

function headersOf({ topic, columns, headers }: CheckedRows, row: number): HeaderList {
  const count = columns.headerCount[row]!;
  if (count === 0) return NO_HEADERS;
  return (
    headers.converted.get(row) ??
    new LazyHeaders(headers.converter, topic, columns.buffer, columns.headersStart[row]!, count)
  );
}

/** A batch that no transformation touched. */
export class ColumnBatch implements SinkBatch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly columns: LazyColumns | null;

  constructor(
    private readonly rows: CheckedRows,
    readonly nextOffset: number,
  ) {
    this.topic = rows.topic;
    this.partition = rows.partition;
    this.count = rows.columns.count;
    const { key, value } = rows;
    this.columns =
      key.lazy === null && value.lazy === null ? null : { ...rows.columns, key: key.lazy, value: value.lazy };
  }

  record(index: number): SinkRecord {
    return recordOf(this.rows, index);
  }
}

/** A batch of finished record objects. */
export class RecordBatch implements SinkBatch {
  readonly columns = null;
  readonly count: number;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly nextOffset: number,
    private readonly records: readonly SinkRecord[],
  ) {
    this.count = records.length;
  }

  record(index: number): SinkRecord {
    return this.records[index]!;
  }
}

/** The rows whose numbers are in `kept`, in order. */
export function selectChecked(rows: CheckedRows, kept: readonly number[]): CheckedRows {
  const side = ({ converter, lazy, converted }: ColumnResult): ColumnResult => ({
    converter,
    lazy: lazy === null ? null : { kind: lazy.kind, verdicts: Uint8Array.from(kept, (row) => lazy.verdicts[row]!) },
    converted: converted === null ? null : kept.map((row) => converted[row]!),
  });
  const headers = new Map<number, HeaderList>();
  kept.forEach((row, index) => {
    const list = rows.headers.converted.get(row);
    if (list !== undefined) headers.set(index, list);
  });
  return {
    topic: rows.topic,
    partition: rows.partition,
    columns: selectRows(rows.columns, kept),
    key: side(rows.key),
    value: side(rows.value),
    headers: { converter: rows.headers.converter, converted: headers },
  };
}

/** Kafka's null needs no converter. */
export const KAFKA_NULL = DatumVerdict.nothing;
