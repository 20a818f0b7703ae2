import { ConnectError } from "../errors.js";
import { DATE, DECIMAL, TIME, TIMESTAMP } from "../logical-types.js";
import { Schema } from "../schema.js";
import type { SchemaOptions, SchemaType } from "../schema.js";
import { defaultFromAvroJson } from "./avro-default-values.js";
import { branchName, nullableOf } from "./avro-schema.js";
import type { AvroField, AvroFixed, AvroPrimitive, AvroRecord, AvroType } from "./avro-schema.js";
import {
  DEFAULT_PRECISION,
  ENUM_DEFAULT_PARAMETER,
  ENUM_DOC_PARAMETER,
  ENUM_PARAMETER,
  FIELD_DEFAULT_PARAMETER,
  FIELD_DOC_PARAMETER,
  FIXED_SIZE_PARAMETER,
  NAMESPACE,
  PRECISION_PARAMETER,
  RECORD_DOC_PARAMETER,
  UNION_NAME,
} from "./connect-to-avro.js";

/** The Connect schema of an Avro schema, as Confluent's `AvroData.toConnectSchema` makes it (schema registry 7.2–7.9). */

export interface ToConnectOptions {
  /** `enhanced.avro.schema.support`: branches of unions are named by their full names. */
  readonly enhanced: boolean;
  /** `connect.meta.data`: keep docs, defaults and `connect.*` properties. */
  readonly connectMetaData: boolean;
}

/**
 * `version` is the registry's version of the schema, used where the schema says none itself; null for none.
 * Gives null for `AvroData`'s schema of anything: such data is schemaless. Throws ConnectError `data`.
 */
export function connectSchemaOf(
  type: AvroType,
  options: ToConnectOptions,
  version: number | null = null,
): Schema | null {
  return new Conversion(options).convert(type, { optional: false, fieldDefault: undefined, version });
}

/** True for the record that stands for schemaless data. */
export function isAnything(type: AvroType): boolean {
  return type.kind === "record" && type.name === `${NAMESPACE}.Anything`;
}

/** True for the entry record of a map that is written as an array. */
export function isMapEntry(type: AvroType): type is AvroRecord {
  return (
    type.kind === "record" &&
    (type.name === `${NAMESPACE}.MapEntry` || type.props["connect.internal.type"] === "MapEntry")
  );
}

/** The name of a union's branch as a field of the union struct. */
export function unionFieldName(branch: AvroType, enhanced: boolean): string {
  const name = branchName(branch);
  const isNamed = branch.kind === "record" || branch.kind === "enum" || branch.kind === "fixed";
  return isNamed && !enhanced ? name.slice(name.lastIndexOf(".") + 1) : name;
}

interface Around {
  readonly optional: boolean;
  /** JSON of the field's default; `undefined` for none. */
  readonly fieldDefault: unknown;
  readonly version: number | null;
}

const INSIDE: Around = { optional: false, fieldDefault: undefined, version: null };

interface Draft {
  readonly type: SchemaType;
  readonly options: Partial<{ -readonly [K in keyof SchemaOptions]: SchemaOptions[K] }>;
  readonly parameters: Map<string, string>;
}

class Conversion {
  /** Records that are being converted, with a place for their schemas. */
  private readonly open = new Map<AvroType, { schema: Schema | null }>();

  constructor(private readonly options: ToConnectOptions) {}

  convert(type: AvroType, around: Around): Schema | null {
    if (isAnything(type)) return null;
    if (type.kind === "union") return this.union(type.branches, around);
    if (type.kind === "null")
      throw new ConnectError("data", "Standalone null schemas are not supported by this converter");
    const outer = this.open.get(type);
    if (outer !== undefined) {
      const fields = () => outer.schema?.fields ?? [];
      return this.finish(type, { type: "STRUCT", options: { fields }, parameters: new Map() }, around);
    }
    const own: { schema: Schema | null } = { schema: null };
    this.open.set(type, own);
    const draft = this.draft(type);
    this.open.delete(type);
    own.schema = this.finish(type, draft, around);
    return own.schema;
  }

  private inside(type: AvroType, around: Around = INSIDE): Schema {
    const schema = this.convert(type, around);
    if (schema === null) throw new ConnectError("data", "Schemaless data inside a schema is not supported");
    return schema;
  }

  private union(branches: readonly AvroType[], around: Around): Schema | null {
    const nullable = nullableOf({ kind: "union", branches });
    // AvroData drops the field's default here: it belongs to the union, not to the branch.
    if (nullable !== null)
      return this.convert(nullable.type, { optional: true, fieldDefault: undefined, version: null });
    if (branches.length === 1 && branches[0]!.kind !== "null") return this.convert(branches[0]!, around);
    const fields = branches
      .filter((branch) => branch.kind !== "null")
      .map((branch) => ({
        name: unionFieldName(branch, this.options.enhanced),
        schema: this.inside(branch, { ...INSIDE, optional: true }),
      }));
    const names = new Set(fields.map(({ name }) => name));
    if (names.size < fields.length) {
      throw new ConnectError("data", "Multiple union schemas map to the Connect union field name");
    }
    const optional = around.optional || branches.some((branch) => branch.kind === "null");
    return new Schema("STRUCT", {
      name: UNION_NAME,
      optional,
      fields,
      ...(around.version === null ? {} : { version: around.version }),
    });
  }

  private draft(type: Exclude<AvroType, { readonly kind: "union" }>): Draft {
    const parameters = new Map<string, string>();
    const plain = (connect: SchemaType, options: Draft["options"] = {}): Draft => ({
      type: connect,
      options,
      parameters,
    });
    switch (type.kind) {
      case "boolean":
        return plain("BOOLEAN");
      case "float":
        return plain("FLOAT32");
      case "double":
        return plain("FLOAT64");
      case "string":
        return plain("STRING");
      case "int":
        return intDraft(type.logicalType, type.props["connect.type"], parameters);
      case "long":
        return type.logicalType === "timestamp-millis"
          ? plain("INT64", { name: TIMESTAMP, version: 1 })
          : plain("INT64");
      case "bytes":
      case "fixed":
        return bytesDraft(type, parameters);
      case "enum":
        return this.enum(type, parameters);
      case "array":
        if (isMapEntry(type.items)) return plain("MAP", this.entries(type.items));
        return plain("ARRAY", { valueSchema: this.inside(type.items) });
      case "map":
        return plain("MAP", { keySchema: new Schema("STRING"), valueSchema: this.inside(type.values) });
      case "record":
        return plain("STRUCT", { fields: type.fields.map((field) => this.field(field)) });
      case "null":
        throw new ConnectError("data", "Standalone null schemas are not supported by this converter");
    }
  }

  private field(field: AvroField): { readonly name: string; readonly schema: Schema } {
    return { name: field.name, schema: this.inside(field.type, { ...INSIDE, fieldDefault: field.default }) };
  }

  private entries(entry: AvroRecord): Draft["options"] {
    const key = entry.fields.find((field) => field.name === "key");
    const value = entry.fields.find((field) => field.name === "value");
    if (key === undefined || value === undefined || entry.fields.length !== 2) {
      throw new ConnectError(
        "data",
        "Found array of items with record type that does not have the fields key and value",
      );
    }
    return { keySchema: this.inside(key.type), valueSchema: this.inside(value.type) };
  }

  private enum(type: AvroType & { readonly kind: "enum" }, parameters: Map<string, string>): Draft {
    const simple = type.name.slice(type.name.lastIndexOf(".") + 1);
    if (this.options.connectMetaData) {
      if (type.doc !== null) parameters.set(ENUM_DOC_PARAMETER + simple, type.doc);
      if (type.default !== null) parameters.set(ENUM_DEFAULT_PARAMETER + simple, type.default);
    }
    parameters.set(ENUM_PARAMETER, type.name);
    for (const symbol of type.symbols) parameters.set(`${ENUM_PARAMETER}.${symbol}`, symbol);
    return { type: "STRING", options: {}, parameters };
  }

  /** What comes from the type's properties and from around it. */
  private finish(type: Exclude<AvroType, { readonly kind: "union" }>, draft: Draft, around: Around): Schema {
    const { options, parameters } = draft;
    const { props } = type;
    const version = props["connect.version"];
    if (typeof version === "number") options.version = version;
    else if (around.version !== null) options.version = around.version;
    if (this.options.connectMetaData) this.addMetaData(type, draft);
    for (const [key, value] of Object.entries(props))
      if (key.startsWith("avro")) parameters.set(key, typeof value === "string" ? value : JSON.stringify(value));
    const connectDefault = props["connect.default"];
    if (
      around.fieldDefault !== undefined &&
      around.fieldDefault !== null &&
      connectDefault === undefined &&
      this.options.connectMetaData
    ) {
      parameters.set(FIELD_DEFAULT_PARAMETER, "true");
    }
    const name = nameOf(type);
    if (name !== null && options.name === undefined) options.name = name;
    const bare = new Schema(draft.type, {
      ...options,
      parameters: parameters.size > 0 ? parameters : null,
      optional: around.optional,
    });
    const given = around.fieldDefault ?? connectDefault;
    if (given === undefined || given === null) return bare;
    const all = { ...options, parameters: parameters.size > 0 ? parameters : null, optional: around.optional };
    return new Schema(draft.type, { ...all, defaultValue: defaultFromAvroJson(type, bare, given) });
  }

  private addMetaData(type: Exclude<AvroType, { readonly kind: "union" }>, { options, parameters }: Draft): void {
    if (type.kind === "record") {
      if (type.doc !== null) parameters.set(RECORD_DOC_PARAMETER, type.doc);
      for (const field of type.fields)
        if (field.doc !== null) parameters.set(FIELD_DOC_PARAMETER + field.name, field.doc);
    }
    const doc = type.props["connect.doc"];
    if (typeof doc === "string") options.doc = doc;
    const given = type.props["connect.parameters"];
    if (typeof given === "object" && given !== null) {
      for (const [key, value] of Object.entries(given)) {
        if (typeof value !== "string")
          throw new ConnectError("data", `Expected parameter value to be a string but found ${typeof value}`);
        parameters.set(key, value);
      }
    }
  }
}

function intDraft(logicalType: string | null, connectType: unknown, parameters: Map<string, string>): Draft {
  if (logicalType === "date") return { type: "INT32", options: { name: DATE, version: 1 }, parameters };
  if (logicalType === "time-millis") return { type: "INT32", options: { name: TIME, version: 1 }, parameters };
  if (logicalType !== null || connectType === undefined) return { type: "INT32", options: {}, parameters };
  if (connectType === "int8") return { type: "INT8", options: {}, parameters };
  if (connectType === "int16") return { type: "INT16", options: {}, parameters };
  throw new ConnectError("data", "Connect type annotation for Avro int field is neither int8 nor int16");
}

function bytesDraft(type: AvroPrimitive | AvroFixed, parameters: Map<string, string>): Draft {
  if (type.kind === "fixed") parameters.set(FIXED_SIZE_PARAMETER, String(type.sizeBytes));
  if (type.logicalType !== "decimal") return { type: "BYTES", options: {}, parameters };
  parameters.set("scale", String(type.scale));
  if (type.precision > 0 && type.precision !== DEFAULT_PRECISION)
    parameters.set(PRECISION_PARAMETER, String(type.precision));
  return { type: "BYTES", options: { name: DECIMAL, version: 1 }, parameters };
}

function nameOf(type: AvroType): string | null {
  const given = type.kind === "union" ? undefined : type.props["connect.name"];
  const named = type.kind === "record" || type.kind === "enum" || type.kind === "fixed" ? type.name : null;
  const name = typeof given === "string" ? given : named;
  return name === null || name.startsWith(`${NAMESPACE}.ConnectDefault`) ? null : name;
}
