import type { Schema } from "../schema.js";
import type { AvroJson } from "./avro-schema.js";
import { defaultToAvroJson } from "./avro-defaults.js";

/**
 * The Avro schema of a Connect schema, as Confluent's `AvroData.fromConnectSchema` makes it (schema registry 7.2–7.9).
 * Which property comes on which type follows its source; see the table in docs/COMPATIBILITY.md.
 */

export interface AvroDataOptions {
  /** `enhanced.avro.schema.support`: enums stay enums. */
  readonly enhanced: boolean;
  /** `connect.meta.data`: write `connect.*` properties. */
  readonly connectMetaData: boolean;
  /** `allow.optional.map.keys`: a map with optional string keys is an Avro map. */
  readonly allowOptionalMapKeys: boolean;
}

export const AVRO_DATA_DEFAULTS: AvroDataOptions = {
  enhanced: false,
  connectMetaData: true,
  allowOptionalMapKeys: false,
};

export const NAMESPACE = "io.confluent.connect.avro";
export const UNION_NAME = `${NAMESPACE}.Union`;
export const ENUM_PARAMETER = `${NAMESPACE}.Enum`;
export const FIXED_SIZE_PARAMETER = "connect.fixed.size";
export const PRECISION_PARAMETER = "connect.decimal.precision";
export const FIELD_DOC_PARAMETER = `${NAMESPACE}.field.doc.`;
export const RECORD_DOC_PARAMETER = `${NAMESPACE}.record.doc`;
export const ENUM_DOC_PARAMETER = `${NAMESPACE}.enum.doc.`;
export const ENUM_DEFAULT_PARAMETER = `${NAMESPACE}.enum.default.`;
export const FIELD_DEFAULT_PARAMETER = `${NAMESPACE}.field.default`;
/** Precision of a decimal whose schema does not say one. */
export const DEFAULT_PRECISION = 64;

const DECIMAL = "org.apache.kafka.connect.data.Decimal";
const LOGICAL_TYPES: Readonly<Record<string, string>> = {
  [DECIMAL]: "decimal",
  "org.apache.kafka.connect.data.Date": "date",
  "org.apache.kafka.connect.data.Time": "time-millis",
  "org.apache.kafka.connect.data.Timestamp": "timestamp-millis",
};

type MutableJson = Record<string, unknown>;

/** Avro JSON of `schema`; null is `AvroData`'s schema of anything. */
export function avroSchemaOf(schema: Schema | null, options: AvroDataOptions = AVRO_DATA_DEFAULTS): AvroJson {
  return new Conversion(options).convert(schema, false);
}

/** True for the structs that stand for Avro unions. */
export function isUnionSchema(schema: Schema): boolean {
  return schema.type === "STRUCT" && schema.name === UNION_NAME;
}

/** True when a MAP becomes an Avro map rather than an array of entries. */
export function isAvroMap(schema: Schema, options: AvroDataOptions): boolean {
  const key = schema.keySchema;
  return key?.type === "STRING" && (!key.optional || options.allowOptionalMapKeys);
}

class Conversion {
  private defaultNames = 0;
  /** Names of structs that are being converted: a struct inside itself refers to its name. */
  private readonly open = new Set<string>();

  constructor(private readonly options: AvroDataOptions) {}

  convert(schema: Schema | null, ignoreOptional: boolean): AvroJson {
    if (schema === null) return ANYTHING;
    if (schema.type === "STRUCT" && schema.name !== null && this.open.has(schema.name))
      return this.wrapOptional(schema, schema.name);
    if (isUnionSchema(schema)) return this.union(schema);
    const base = this.base(schema);
    this.annotate(schema, base);
    const json = simplify(base);
    return ignoreOptional ? json : this.wrapOptional(schema, json);
  }

  private wrapOptional(schema: Schema, json: AvroJson): AvroJson {
    if (!schema.optional) return json;
    const nullLast = schema.defaultValue !== undefined && schema.defaultValue !== null && schema.type !== "STRUCT";
    return nullLast ? [json, "null"] : ["null", json];
  }

  private union(schema: Schema): AvroJson {
    const branches = schema.fields.map((field) => this.convert(field.schema, true));
    return schema.optional ? ["null", ...branches] : branches;
  }

  private base(schema: Schema): MutableJson {
    switch (schema.type) {
      case "INT8":
      case "INT16":
      case "INT32":
        return { type: "int" };
      case "INT64":
        return { type: "long" };
      case "FLOAT32":
        return { type: "float" };
      case "FLOAT64":
        return { type: "double" };
      case "BOOLEAN":
        return { type: "boolean" };
      case "STRING":
        return this.options.enhanced && schema.parameters?.has(ENUM_PARAMETER) === true
          ? this.enum(schema)
          : { type: "string" };
      case "BYTES":
        return this.bytes(schema);
      case "ARRAY":
        return { type: "array", items: this.convert(schema.valueSchema, false) };
      case "MAP":
        return this.map(schema);
      case "STRUCT":
        return this.record(schema);
    }
  }

  private enum(schema: Schema): MutableJson {
    const parameters = schema.parameters ?? new Map<string, string>();
    const prefix = `${ENUM_PARAMETER}.`;
    const symbols = [...parameters.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    const { namespace, name } = this.splitName(schema);
    const doc = parameters.get(ENUM_DOC_PARAMETER + name);
    const fallback = parameters.get(ENUM_DEFAULT_PARAMETER + name);
    return {
      type: "enum",
      name,
      namespace,
      ...(doc === undefined ? {} : { doc }),
      symbols,
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  }

  private bytes(schema: Schema): MutableJson {
    const size = schema.parameters?.get(FIXED_SIZE_PARAMETER);
    const json: MutableJson =
      size !== undefined && schema.name !== null
        ? { type: "fixed", ...this.splitName(schema), size: Number(size) }
        : { type: "bytes" };
    if (schema.name === DECIMAL) {
      json["scale"] = Number(schema.parameters?.get("scale") ?? 0);
      json["precision"] = Number(schema.parameters?.get(PRECISION_PARAMETER) ?? DEFAULT_PRECISION);
    }
    return json;
  }

  private map(schema: Schema): MutableJson {
    if (isAvroMap(schema, this.options)) return { type: "map", values: this.convert(schema.valueSchema, false) };
    const entry: MutableJson =
      schema.name === null
        ? { type: "record", name: "MapEntry", namespace: NAMESPACE }
        : { type: "record", ...this.splitName(schema), "connect.internal.type": "MapEntry" };
    entry["fields"] = [
      this.field("key", schema.keySchema, undefined),
      this.field("value", schema.valueSchema, undefined),
    ];
    return { type: "array", items: entry };
  }

  private record(schema: Schema): MutableJson {
    const names = this.splitName(schema);
    const doc = schema.parameters?.get(RECORD_DOC_PARAMETER);
    if (schema.name !== null) this.open.add(schema.name);
    const fields = schema.fields.map((field) =>
      this.field(field.name, field.schema, schema.parameters?.get(FIELD_DOC_PARAMETER + field.name)),
    );
    if (schema.name !== null) this.open.delete(schema.name);
    return { type: "record", ...names, ...(doc === undefined ? {} : { doc }), fields };
  }

  private field(name: string, schema: Schema | null, doc: string | undefined): MutableJson {
    const json: MutableJson = { name, type: this.convert(schema, false) };
    if (doc !== undefined) json["doc"] = doc;
    if (schema === null) return json;
    if (schema.defaultValue !== undefined && schema.defaultValue !== null) {
      const value = defaultToAvroJson(schema, schema.defaultValue);
      // A struct's union starts with null, so Avro refuses its default and AvroData drops it.
      if (value !== undefined && !(schema.optional && schema.type === "STRUCT")) json["default"] = value;
    } else if (schema.optional) json["default"] = null;
    return json;
  }

  /** Connect's own properties on the type, in AvroData's order. */
  private annotate(schema: Schema, json: MutableJson): void {
    if (this.options.connectMetaData) {
      if (schema.doc !== null) json["connect.doc"] = schema.doc;
      if (schema.version !== null) json["connect.version"] = schema.version;
      const parameters = [...(schema.parameters ?? [])].filter(([key]) => key !== FIELD_DEFAULT_PARAMETER);
      if (parameters.length > 0) json["connect.parameters"] = Object.fromEntries(parameters);
      if (
        schema.defaultValue !== undefined &&
        schema.defaultValue !== null &&
        schema.parameters?.has(FIELD_DEFAULT_PARAMETER) !== true
      ) {
        const value = defaultToAvroJson(schema, schema.defaultValue);
        if (value !== undefined) json["connect.default"] = value;
      }
      if (schema.name !== null) json["connect.name"] = schema.name;
      if (schema.type === "INT8" || schema.type === "INT16") json["connect.type"] = schema.type.toLowerCase();
    }
    const logicalType = schema.name === null ? undefined : LOGICAL_TYPES[schema.name];
    if (logicalType !== undefined) json["logicalType"] = logicalType;
    for (const [key, value] of schema.parameters ?? []) if (key.startsWith("avro")) json[key] = value;
  }

  private splitName(schema: Schema): { name: string; namespace: string } {
    if (schema.name === null) {
      this.defaultNames++;
      const suffix = this.defaultNames === 1 ? "" : String(this.defaultNames);
      return { name: `ConnectDefault${suffix}`, namespace: NAMESPACE };
    }
    const dot = schema.name.lastIndexOf(".");
    return dot < 0
      ? { name: schema.name, namespace: "" }
      : { name: schema.name.slice(dot + 1), namespace: schema.name.slice(0, dot) };
  }
}

/** `{"type":"int"}` is printed by Avro as `"int"`. */
function simplify(json: MutableJson): AvroJson {
  const keys = Object.keys(json);
  return keys.length === 1 && typeof json["type"] === "string" ? json["type"] : json;
}

const ANYTHING: AvroJson = {
  type: "record",
  name: "Anything",
  namespace: NAMESPACE,
  fields: [
    ...["boolean", "bytes", "double", "float", "int", "long", "string"].map((name) => ({
      name,
      type: ["null", name],
      default: null,
    })),
    { name: "array", type: ["null", { type: "array", items: "Anything" }], default: null },
    {
      name: "map",
      type: [
        "null",
        {
          type: "array",
          items: {
            type: "record",
            name: "MapEntry",
            fields: [
              { name: "key", type: "Anything" },
              { name: "value", type: "Anything" },
            ],
          },
        },
      ],
      default: null,
    },
  ],
};
