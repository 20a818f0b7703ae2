import { AvroDatumWriter } from "../../runtime/api/avro/avro-datum-writer.js";
import type { AvroOutput } from "../../runtime/api/avro/avro-output.js";
import { printableAvro } from "../../runtime/api/avro/avro-print.js";
import { parseAvroSchema } from "../../runtime/api/avro/avro-schema.js";
import type { AvroJson, AvroRecord, AvroType } from "../../runtime/api/avro/avro-schema.js";
import { compileAvroWriter } from "../../runtime/api/avro/avro-writer.js";
import type { AvroWrite } from "../../runtime/api/avro/avro-writer.js";
import { avroSchemaOf } from "../../runtime/api/avro/connect-to-avro.js";
import type { AvroDataOptions } from "../../runtime/api/avro/connect-to-avro.js";
import { ConnectError } from "../../runtime/api/index.js";
import type { Datum, Header, Schema, SinkRecord } from "../../runtime/api/index.js";
import type { AvroRows, AvroRowsOf } from "../objects/formats/avro-rows.js";
import type { EnvelopeOptions, OutputField } from "../objects/formats/fields.js";

/** What Avro and Parquet objects of this sink have in common: `AvroSchemaBuilder` and `SinkRecordConverter` of the original. */
export interface AvroRowOptions extends EnvelopeOptions {
  /** Namespace of the envelope record; it tells the two formats apart. */
  readonly namespace: string;
  readonly avroData: AvroDataOptions;
  /**
   * True: a record whose schema is not the file's is an error, as in the original's Avro writer. False: it is fitted, as in its
   * Parquet writer, where headers that come later are lost.
   */
  readonly strict: boolean;
}

const ENVELOPE_NAME = "connector_records";

export function aivenAvroRows(options: AvroRowOptions): AvroRowsOf {
  return (first) => {
    checkSchemas(first);
    const bare = options.envelope ? null : bareRows(options, first);
    return bare ?? new EnvelopeRows(options, first);
  };
}

/** Rows without an envelope, where the single field is a record or a map; null where the envelope stays all the same. */
function bareRows(options: AvroRowOptions, first: SinkRecord): AvroRows | null {
  const [field] = options.fields;
  if (field !== "key" && field !== "value") return null;
  const { schema } = first[field];
  if (schema === null || schema.optional) return null;
  if (schema.type === "STRUCT") return new BareRows(options, first, field);
  const isMap = schema.type === "MAP" && (avroSchemaOf(schema, options.avroData) as { type?: unknown }).type === "map";
  return isMap ? new MapRows(options, first, field) : null;
}

/** The record's own fields are the row's. */
class BareRows implements AvroRows {
  readonly json: AvroJson;
  readonly type: AvroType;
  readonly part: NonNullable<AvroRows["part"]>;
  private readonly writer: AvroDatumWriter;
  private readonly unchanged: (record: SinkRecord) => void;

  constructor(
    options: AvroRowOptions,
    first: SinkRecord,
    private readonly field: "key" | "value",
  ) {
    const { schema } = first[field];
    this.json = printableAvro(avroSchemaOf(schema, options.avroData));
    this.type = parseAvroSchema(this.json);
    const writer = new AvroDatumWriter(schema, this.type);
    this.writer = writer;
    this.part = { field, isAlike: (type) => writer.isAlike(type) };
    this.unchanged = sameSchemas(options, first, [field]);
  }

  write(record: SinkRecord, out: AvroOutput): void {
    checkSchemas(record);
    this.unchanged(record);
    this.writer.write(record[this.field], out);
  }
}

/** The entries of the first record's map are the row's fields. */
class MapRows implements AvroRows {
  readonly json: AvroJson;
  readonly type: AvroRecord;
  private readonly names: readonly string[];
  private readonly writers: readonly AvroWrite[];
  private readonly unchanged: (record: SinkRecord) => void;

  constructor(
    options: AvroRowOptions,
    first: SinkRecord,
    private readonly field: "key" | "value",
  ) {
    const { schema } = first[field];
    const values = schema!.valueSchema;
    this.names = [...mapOf(first[field]).keys()];
    const fields = this.names.map((name) => ({ name, type: avroSchemaOf(values, options.avroData) }));
    this.json = printableAvro({ type: "record", name: ENVELOPE_NAME, namespace: options.namespace, fields });
    this.type = parseAvroSchema(this.json) as AvroRecord;
    this.writers = this.type.fields.map((each) => compileAvroWriter(values, each.type));
    this.unchanged = sameSchemas(options, first, [field]);
  }

  write(record: SinkRecord, out: AvroOutput): void {
    checkSchemas(record);
    this.unchanged(record);
    const map = mapOf(record[this.field]);
    for (const name of map.keys()) {
      if (!this.names.includes(name)) throw new ConnectError("data", `Not a valid schema field: ${name}`);
    }
    for (const [index, name] of this.names.entries()) {
      if (!map.has(name)) throw illegalSchemaChange();
      this.writers[index]!(map.get(name), out);
    }
  }
}

function mapOf(datum: Datum): ReadonlyMap<string, unknown> {
  return datum.value instanceof Map ? (datum.value as ReadonlyMap<string, unknown>) : new Map();
}

type FieldWrite = (record: SinkRecord, out: AvroOutput) => void;

/** A record with one field for each configured part of the Kafka record. */
class EnvelopeRows implements AvroRows {
  readonly json: AvroJson;
  readonly type: AvroRecord;
  private readonly writers: readonly FieldWrite[];
  private readonly unchanged: (record: SinkRecord) => void;

  constructor(
    private readonly options: AvroRowOptions,
    first: SinkRecord,
  ) {
    const fields = options.fields.map((field) => ({ name: field, type: this.schemaOf(field, first) }));
    this.json = printableAvro({ type: "record", name: ENVELOPE_NAME, namespace: options.namespace, fields });
    this.type = parseAvroSchema(this.json) as AvroRecord;
    this.writers = this.type.fields.map((field, index) => this.writerOf(options.fields[index]!, field.type, first));
    this.unchanged = sameSchemas(options, first, options.fields);
  }

  write(record: SinkRecord, out: AvroOutput): void {
    checkSchemas(record);
    this.unchanged(record);
    for (const write of this.writers) write(record, out);
  }

  private schemaOf(field: OutputField, first: SinkRecord): AvroJson {
    switch (field) {
      case "key":
        return avroSchemaOf(first.key.schema, this.options.avroData);
      case "value":
        return avroSchemaOf(first.value.schema, this.options.avroData);
      case "offset":
      case "timestamp":
        return "long";
      case "headers": {
        const schema = headerSchemaOf(first.headers.all);
        return schema === null ? "null" : { type: "map", values: avroSchemaOf(schema, this.options.avroData) };
      }
    }
  }

  private writerOf(field: OutputField, type: AvroType, first: SinkRecord): FieldWrite {
    switch (field) {
      case "key": {
        const writer = new AvroDatumWriter(first.key.schema, type);
        return (record, out) => {
          writer.write(record.key, out);
        };
      }
      case "value": {
        const writer = new AvroDatumWriter(first.value.schema, type);
        return (record, out) => {
          writer.write(record.value, out);
        };
      }
      case "offset":
        return (record, out) => {
          out.integer(record.offset);
        };
      case "timestamp":
        return (record, out) => {
          if (record.timestampMs === null) throw new ConnectError("data", "Null-value for required field: timestamp");
          out.integer(record.timestampMs);
        };
      case "headers":
        return type.kind === "map" ? headersWriter(headerSchemaOf(first.headers.all), type.values) : () => undefined;
    }
  }
}

function headersWriter(schema: Schema | null, values: AvroType): FieldWrite {
  const write = compileAvroWriter(schema, values);
  return ({ headers }, out) => {
    headerSchemaOf(headers.all);
    // Of headers with one key the last counts, at the place of the first.
    const byKey = new Map(headers.all.map((header) => [header.key, header]));
    if (byKey.size > 0) {
      out.integer(byKey.size);
      for (const header of byKey.values()) {
        out.string(header.key);
        write(header.value, out);
      }
    }
    out.byte(0);
  };
}

/** The schema that all headers share; null where there is none. */
function headerSchemaOf(headers: readonly Header[]): Schema | null {
  let shared: Schema | null = null;
  for (const { key, schema } of headers) {
    if (schema === null) throw new ConnectError("data", `Header ${key} without schema`);
    if (shared !== null && schema.type !== shared.type) {
      throw new ConnectError(
        "data",
        `Header schema Schema{${schema.type}} for '${key}' is not the same as the already defined map type: ` +
          `Schema{${shared.type}}. To force the same type, consider using StringConverter or similar.`,
      );
    }
    shared ??= schema;
  }
  return shared;
}

function checkSchemas(record: SinkRecord): void {
  if (record.key.schema === null) throw new ConnectError("data", "Record key without schema");
  if (record.value.schema === null) throw new ConnectError("data", "Record value without schema");
}

/** Says whether a record would have another file schema than the first one. Only strict rows mind. */
function sameSchemas(
  options: AvroRowOptions,
  first: SinkRecord,
  fields: readonly OutputField[],
): (record: SinkRecord) => void {
  if (!options.strict) return () => undefined;
  const watched = fields.filter((field) => field === "key" || field === "value");
  const schemas = watched.map((field) => first[field].schema!);
  const headers = fields.includes("headers") ? headerSchemaOf(first.headers.all) : null;
  return (record) => {
    for (const [index, field] of watched.entries()) {
      const expected = schemas[index]!;
      const schema = record[field].schema!;
      if (schema !== expected && !schema.equals(expected)) throw illegalSchemaChange();
    }
    if (!fields.includes("headers")) return;
    const given = headerSchemaOf(record.headers.all);
    if (given !== headers && (given === null || headers === null || !given.equals(headers)))
      throw illegalSchemaChange();
  };
}

function illegalSchemaChange(): ConnectError {
  return new ConnectError("data", "Illegal schema change", { javaClass: "java.io.IOException" });
}
