import { DatumVerdict } from "../../../runtime/api/index.js";
import type { LazyColumn, LazyColumns, SinkBatch, SinkRecord } from "../../../runtime/api/index.js";
import { SCHEMA_ID_AT } from "../schema-cache.js";
import type { AvroRows } from "./avro-rows.js";

/**
 * Says which rows are Avro bytes that can be taken as they are, without making a record of each: those whose key and value have the
 * schemas of a record that was looked at before, and found to encode as the object's rows.
 */
export class CopiedRows {
  private readonly part: NonNullable<AvroRows["part"]> | null;
  private topic = "";
  /** Schemas of the record that was looked at, as {@link schemaMark} tells them; null: none that could be copied. */
  private keyMark: number | null = null;
  private valueMark: number | null = null;
  /** Bytes in front of the datum. */
  private prefixBytes = 0;

  constructor(rows: AvroRows) {
    this.part = rows.part ?? null;
  }

  /** Where the bytes of the row start in the batch's buffer, or -1: the record is to be written, and shown to `lookAt`. */
  startOf(batch: SinkBatch, columns: LazyColumns | null, row: number): number {
    if (this.keyMark === null || this.part === null || columns === null || batch.topic !== this.topic) return -1;
    if (schemaMark(columns, columns.key, columns.keyStart, row) !== this.keyMark) return -1;
    if (schemaMark(columns, columns.value, columns.valueStart, row) !== this.valueMark) return -1;
    return (this.part.field === "key" ? columns.keyStart : columns.valueStart)[row]! + this.prefixBytes;
  }

  /** Where the bytes of such a row end. */
  endOf(columns: LazyColumns, row: number): number {
    if (this.part?.field === "key") return columns.keyStart[row]! + columns.keyLength[row]!;
    return columns.valueStart[row]! + columns.valueLength[row]!;
  }

  /** Learns from a record that was written, the row's, whether others like it can be copied. */
  lookAt(batch: SinkBatch, columns: LazyColumns | null, row: number, record: SinkRecord): void {
    const { part } = this;
    if (part === null || columns === null) return;
    const { source } = record[part.field];
    const marks = [
      schemaMark(columns, columns.key, columns.keyStart, row),
      schemaMark(columns, columns.value, columns.valueStart, row),
    ] as const;
    this.keyMark = this.valueMark = null;
    if (source?.kind !== "avro" || marks[0] === null || marks[1] === null || !part.isAlike(source.type)) return;
    const lengths = part.field === "key" ? columns.keyLength : columns.valueLength;
    this.topic = batch.topic;
    [this.keyMark, this.valueMark] = marks;
    this.prefixBytes = lengths[row]! - source.bytes.length;
  }
}

/** A number for the schema of a row's key or value: rows of one topic with the same number have the same one. Null: not known. */
function schemaMark(columns: LazyColumns, column: LazyColumn | null, starts: Int32Array, row: number): number | null {
  switch (column?.kind) {
    case "avro":
      return column.verdicts[row] === DatumVerdict.copy
        ? columns.buffer.readInt32BE(starts[row]! + SCHEMA_ID_AT)
        : null;
    // One schema for all data, or none for any.
    case "utf8":
    case "bytes":
    case "json":
      return -1;
    case undefined:
      return null;
  }
}
