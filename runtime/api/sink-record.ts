import type { AvroType } from "./avro/avro-schema.js";
import type { Schema } from "./schema.js";

/** A value with its schema; `schema` is null for schemaless data and for Kafka's null. */
export interface SchemaAndValue {
  readonly schema: Schema | null;
  readonly value: unknown;
}

/**
 * What a record's key or value still is as bytes, for readers that can use the bytes as they are:
 * - `json`: one valid schemaless JSON text in Connect's own spelling (no insignificant white space, canonical escapes, no
 *   duplicate handling needed), so it may be copied into an output verbatim;
 * - `avro`: one datum in Avro's binary encoding, valid for `type` and nothing after it;
 * - `utf8`: valid UTF-8 text; - `bytes`: plain bytes.
 */
export type DatumSource =
  | { readonly kind: "json"; readonly bytes: Uint8Array }
  | { readonly kind: "avro"; readonly type: AvroType; readonly bytes: Buffer }
  | { readonly kind: "utf8"; readonly bytes: Uint8Array }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** A key or value that may be converted on first use. Reading `schema` or `value` converts and keeps the result. */
export interface Datum extends SchemaAndValue {
  /** The bytes behind it, or null when it was made or changed by a transformation, or is Kafka's null. */
  readonly source: DatumSource | null;
  /**
   * Converts for the caller alone, who may change what it gets; null where the result is kept for others already. Throws as reading does.
   */
  fresh?(): SchemaAndValue | null;
}

/** A datum that is there already. */
export class EagerDatum implements Datum {
  readonly source = null;
  constructor(
    readonly schema: Schema | null,
    readonly value: unknown,
  ) {}
}

export const NULL_DATUM: Datum = new EagerDatum(null, null);

/** A header after conversion. Order and duplicates are kept. */
export interface Header extends SchemaAndValue {
  readonly key: string;
}

/** Headers that may be converted on first use. */
export interface HeaderList {
  readonly all: readonly Header[];
}

export type TimestampType = "NoTimestampType" | "CreateTime" | "LogAppendTime";

/** Where the record came from, before transformations (KIP-793). */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface SinkRecordFields {
  readonly topic: string;
  readonly partition: number | null;
  readonly key: Datum;
  readonly value: Datum;
  readonly headers: HeaderList;
  /** Milliseconds since the epoch; null where the record has none. */
  readonly timestampMs: number | null;
}

/**
 * One record on its way to a sink. Immutable: a transformation makes a new one with {@link SinkRecord.with}.
 *
 * Bytes that a record or its converted values give out are views into the fetch buffer and stay valid until the `put` that
 * delivered the record settles; what is kept longer must be copied.
 */
export class SinkRecord implements SinkRecordFields {
  constructor(
    readonly topic: string,
    readonly partition: number | null,
    readonly key: Datum,
    readonly value: Datum,
    readonly headers: HeaderList,
    readonly timestampMs: number | null,
    readonly timestampType: TimestampType,
    readonly origin: RecordOrigin,
  ) {}

  /** Kafka offset of the record. */
  get offset(): number {
    return this.origin.offset;
  }

  /** The same record with some fields replaced; its origin stays. */
  with(changes: Partial<SinkRecordFields>): SinkRecord {
    return new SinkRecord(
      changes.topic ?? this.topic,
      changes.partition === undefined ? this.partition : changes.partition,
      changes.key ?? this.key,
      changes.value ?? this.value,
      changes.headers ?? this.headers,
      changes.timestampMs === undefined ? this.timestampMs : changes.timestampMs,
      this.timestampType,
      this.origin,
    );
  }
}
