import type { SinkRecord, TimestampType } from "./sink-record.js";

/**
 * Records of one Kafka record batch as columns of positions in its buffer: nothing is copied or decoded. Row i of every
 * column belongs to record i. Valid until the `put` that delivered it settles.
 */
export interface RecordColumns {
  /** The uncompressed batch: the fetch response itself, or the decompressed records section. */
  readonly buffer: Buffer;
  /** Rows that count; the arrays may be longer. */
  readonly count: number;
  readonly offsets: Float64Array;
  /** Milliseconds since the epoch, -1 where the record has none. */
  readonly timestampsMs: Float64Array;
  readonly timestampType: TimestampType;
  readonly keyStart: Int32Array;
  /** -1 is Kafka's null. */
  readonly keyLength: Int32Array;
  readonly valueStart: Int32Array;
  /** -1 is Kafka's null. */
  readonly valueLength: Int32Array;
  /** Position of the headers section (varint count, then headers). */
  readonly headersStart: Int32Array;
  /** Number of headers of the record. */
  readonly headerCount: Int32Array;
}

/** What a lazy converter's check says of one datum. */
export const DatumVerdict = {
  /** The bytes may be used as they are. */
  copy: 0,
  /** Valid, but not in Connect's own spelling: read it through {@link SinkRecord.value}. */
  convert: 1,
  /** Kafka's null, or bytes that the converter reads as null. */
  nothing: 2,
  /** JSON that differs from Connect's spelling in nothing but white space and escapes: `respellJson` puts it right. */
  respell: 3,
  /** Of `LazyConverter.checkRows` only: `check` is to be asked. */
  undecided: 255,
} as const;

/** Keys or values of a batch that were checked but not converted. */
export interface LazyColumn {
  readonly kind: "json" | "avro" | "utf8" | "bytes";
  /** A {@link DatumVerdict} for each row. */
  readonly verdicts: Uint8Array;
}

/** The byte path: present when no transformation touched the batch and a converter of it is lazy. Dropped records have no row. */
export interface LazyColumns extends RecordColumns {
  readonly key: LazyColumn | null;
  readonly value: LazyColumn | null;
}

/** Records of one original topic partition, in offset order, as a sink task gets them. */
export interface SinkBatch {
  /** Original topic and partition, before transformations. */
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  /** Offset to read next once all of this batch is handled; may be beyond the last record's (dropped or control records). */
  readonly nextOffset: number;
  /** Record `index` (0 to count - 1) as an object. Made on demand and not kept; hold on to it rather than asking twice. */
  record(index: number): SinkRecord;
  /** Columns of the same rows for readers that need no objects, or null. */
  readonly columns: LazyColumns | null;
}
