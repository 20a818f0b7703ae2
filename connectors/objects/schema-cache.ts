import { DatumVerdict, OPTIONAL_BYTES, OPTIONAL_STRING } from "../../runtime/api/index.js";
import type { Datum, LazyColumn, Schema, SinkBatch } from "../../runtime/api/index.js";

/** Where the id of the schema stands in front of Avro bytes. */
export const SCHEMA_ID_AT = 1;

/** Schemas by what tells them without conversion: a converter that knows only one, or the id in front of Avro bytes. */
export class SchemaCache {
  readonly #byId = new Map<string, Schema | null>();
  /** Mostly the next row's too. */
  readonly #last = { key: NO_SCHEMA, value: NO_SCHEMA };

  of(batch: SinkBatch, column: LazyColumn, row: number, field: "key" | "value"): Schema | null {
    switch (column.kind) {
      case "utf8":
        return OPTIONAL_STRING;
      case "bytes":
        return OPTIONAL_BYTES;
      case "json":
        return null;
      case "avro":
        return column.verdicts[row] === DatumVerdict.nothing
          ? batch.record(row)[field].schema
          : this.#ofId(batch, row, field);
    }
  }

  #ofId(batch: SinkBatch, row: number, field: "key" | "value"): Schema | null {
    const { buffer, keyStart, valueStart } = batch.columns!;
    const id = buffer.readInt32BE((field === "key" ? keyStart : valueStart)[row]! + SCHEMA_ID_AT);
    const last = this.#last[field];
    if (last.id === id && last.topic === batch.topic) return last.schema;
    // Schemas know the version in their subject, which depends on topic and field.
    const key = `${field} ${id} ${batch.topic}`;
    let schema = this.#byId.get(key);
    if (schema === undefined) {
      const datum: Datum = batch.record(row)[field];
      schema = datum.schema;
      if (this.#byId.size >= MAX_CACHED_SCHEMAS) this.#byId.clear();
      this.#byId.set(key, schema);
    }
    this.#last[field] = { id, topic: batch.topic, schema };
    return schema;
  }
}

interface LastSchema {
  readonly id: number;
  readonly topic: string;
  readonly schema: Schema | null;
}

const NO_SCHEMA: LastSchema = { id: Number.NaN, topic: "", schema: null };
const MAX_CACHED_SCHEMAS = 10_000;
