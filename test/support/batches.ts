import { DatumVerdict, EagerDatum, OPTIONAL_BYTES, OPTIONAL_STRING, SinkRecord } from "../../runtime/api/index.js";
import type { Datum, Header, LazyColumn, LazyColumns, Schema, SinkBatch } from "../../runtime/api/index.js";

/** A record as a test writes it; what is absent is null, the offset follows the one before. */
export interface PlainRecord {
  readonly key?: DatumOf;
  readonly value?: DatumOf;
  readonly headers?: readonly Header[];
  readonly timestampMs?: number;
  readonly offset?: number;
  /** As a transformation would have changed it. */
  readonly topic?: string;
}

/** Text is what StringConverter gives, bytes what ByteArrayConverter gives; else a value with its schema. */
export type DatumOf = string | Uint8Array | null | { readonly schema: Schema | null; readonly value: unknown };

/** A batch of converted records, as a task gets them where something needed objects. */
export function batchOf(
  topic: string,
  partition: number,
  firstOffset: number,
  records: readonly PlainRecord[],
): SinkBatch {
  const made = records.map((record, row) => recordOf(topic, partition, firstOffset + row, record));
  return {
    topic,
    partition,
    count: made.length,
    nextOffset: (made.at(-1)?.offset ?? firstOffset - 1) + 1,
    record: (row) => made[row]!,
    columns: null,
  };
}

function recordOf(topic: string, partition: number, offset: number, record: PlainRecord): SinkRecord {
  const at = record.offset ?? offset;
  return new SinkRecord(
    record.topic ?? topic,
    partition,
    datumOf(record.key ?? null),
    datumOf(record.value ?? null),
    { all: record.headers ?? [] },
    record.timestampMs ?? null,
    "CreateTime",
    { topic, partition, offset: at },
  );
}

function datumOf(given: DatumOf): Datum {
  if (given === null || typeof given === "string") return new EagerDatum(OPTIONAL_STRING, given);
  if (given instanceof Uint8Array) return new EagerDatum(OPTIONAL_BYTES, given);
  return new EagerDatum(given.schema, given.value);
}

/**
 * The same batch as the byte path would deliver it: keys and values are views into one buffer, and verdicts say that they may
 * be copied. `kinds` says what the bytes are; each key and value must be text or null.
 */
export function lazily(
  batch: SinkBatch,
  kinds: { readonly key: LazyColumn["kind"] | null; readonly value: LazyColumn["kind"] | null },
  bytesOf: (row: number, field: "key" | "value") => Uint8Array | null,
): SinkBatch {
  const { count } = batch;
  const parts: Buffer[] = [];
  let length = 0;
  const place = (bytes: Uint8Array | null): readonly [number, number] => {
    if (bytes === null) return [0, -1];
    const start = length;
    parts.push(Buffer.from(bytes));
    length += bytes.length;
    return [start, bytes.length];
  };
  const keys = Array.from({ length: count }, (_, row) => place(bytesOf(row, "key")));
  const values = Array.from({ length: count }, (_, row) => place(bytesOf(row, "value")));
  const column = (
    kind: LazyColumn["kind"] | null,
    places: readonly (readonly [number, number])[],
  ): LazyColumn | null =>
    kind === null
      ? null
      : {
          kind,
          verdicts: Uint8Array.from(places, ([, size]) => (size < 0 ? DatumVerdict.nothing : DatumVerdict.copy)),
        };
  const columns: LazyColumns = {
    buffer: Buffer.concat(parts),
    count,
    offsets: Float64Array.from({ length: count }, (_, row) => batch.record(row).offset),
    timestampsMs: Float64Array.from({ length: count }, (_, row) => batch.record(row).timestampMs ?? -1),
    timestampType: "CreateTime",
    keyStart: Int32Array.from(keys, ([start]) => start),
    keyLength: Int32Array.from(keys, ([, size]) => size),
    valueStart: Int32Array.from(values, ([start]) => start),
    valueLength: Int32Array.from(values, ([, size]) => size),
    headersStart: new Int32Array(count),
    headerCount: Int32Array.from({ length: count }, (_, row) => batch.record(row).headers.all.length),
    key: column(kinds.key, keys),
    value: column(kinds.value, values),
  };
  return { ...batch, columns };
}
