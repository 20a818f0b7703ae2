import { isUtf8 } from "node:buffer";
import { DatumVerdict, javaToString } from "../../runtime/api/index.js";
import type { LazyColumns, Schema, SinkBatch, SinkRecord } from "../../runtime/api/index.js";
import type { SchemaCache } from "../objects/schema-cache.js";

/**
 * What grouping and naming want to know of a batch's records, from the columns where they tell, else from the records. It is
 * a batch itself: a record that was made for grouping is kept, so that the format does not convert it again.
 */
export class RecordView implements SinkBatch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly nextOffset: number;
  readonly columns: LazyColumns | null;
  readonly #batch: SinkBatch;
  readonly #records: (SinkRecord | undefined)[] = [];
  readonly #schemas: SchemaCache;

  constructor(batch: SinkBatch, schemas: SchemaCache) {
    this.#batch = batch;
    this.topic = batch.topic;
    this.partition = batch.partition;
    this.count = batch.count;
    this.nextOffset = batch.nextOffset;
    this.columns = batch.columns;
    this.#schemas = schemas;
  }

  record(row: number): SinkRecord {
    return (this.#records[row] ??= this.#batch.record(row));
  }

  offsetAt(row: number): number {
    return this.columns === null ? this.record(row).offset : this.columns.offsets[row]!;
  }

  /** Topic after transformations. */
  topicAt(row: number): string {
    return this.columns === null ? this.record(row).topic : this.topic;
  }

  /** Partition after transformations. */
  partitionAt(row: number): number {
    return this.columns === null ? (this.record(row).partition ?? this.partition) : this.partition;
  }

  /** Milliseconds since the epoch; null where the record has none. */
  timestampMsAt(row: number): number | null {
    if (this.columns === null) return this.record(row).timestampMs;
    const timestampMs = this.columns.timestampsMs[row]!;
    return timestampMs === -1 ? null : timestampMs;
  }

  /** The key as it stands in a name: `null`, the string, bytes as UTF-8 or else base64url, or Java's text of anything else. */
  keyTextAt(row: number): string {
    const columns = this.columns;
    if (columns?.key?.kind === "utf8") {
      const verdict = columns.key.verdicts[row];
      if (verdict === DatumVerdict.nothing) return "null";
      const start = columns.keyStart[row]!;
      if (verdict === DatumVerdict.copy) return columns.buffer.toString("utf8", start, start + columns.keyLength[row]!);
    }
    const { schema, value } = this.record(row).key;
    return value instanceof Uint8Array ? bytesText(value) : javaToString(value, schema);
  }

  /** True where the record has no value, with a schema or without one. */
  isNullAt(row: number): boolean {
    const column = this.columns?.value ?? null;
    if (column?.verdicts[row] === DatumVerdict.nothing) return true;
    // Avro and JSON have a null of their own.
    if (column?.verdicts[row] === DatumVerdict.copy && (column.kind === "utf8" || column.kind === "bytes"))
      return false;
    return this.record(row).value.value === null;
  }

  keySchemaAt(row: number): Schema | null {
    const { columns } = this;
    if (columns?.key == null) return this.record(row).key.schema;
    return this.#schemas.of(this, columns.key, row, "key");
  }

  valueSchemaAt(row: number): Schema | null {
    const { columns } = this;
    if (columns?.value == null) return this.record(row).value.schema;
    return this.#schemas.of(this, columns.value, row, "value");
  }
}

/** Java would print the identity of the array, another one each time: no name that anybody could find again. */
function bytesText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? Buffer.from(bytes).toString("utf8") : Buffer.from(bytes).toString("base64url");
}
