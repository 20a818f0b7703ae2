import type { SinkRecord } from "../../../runtime/api/index.js";
import type { AvroOutput } from "../../../runtime/api/avro/avro-output.js";
import type { AvroJson, AvroType } from "../../../runtime/api/avro/avro-schema.js";

/**
 * How the records of one object become Avro data. Avro containers take the data as they are, Parquet shreds them, so a dialect
 * says once what its rows are.
 */
export interface AvroRows {
  /** Schema of a row as it is printed into the object. */
  readonly json: AvroJson;
  readonly type: AvroType;
  /** Appends one encoded row. Throws ConnectError `data` where the record does not fit; `out` may hold a part of it then. */
  write(record: SinkRecord, out: AvroOutput): void;
  /**
   * Present where a row is a record's key or value and nothing else: for which Avro types its bytes are the row's. A record with the
   * schemas of one that was written may then be copied without asking `write`.
   */
  readonly part?: { readonly field: "key" | "value"; readonly isAlike: (type: AvroType) => boolean };
}

/** Decides what the rows of an object are from its first record. Throws ConnectError `data`. */
export type AvroRowsOf = (first: SinkRecord) => AvroRows;
