import { Decimal } from "../decimal.js";
import { ConnectError } from "../errors.js";
import { DATE, DECIMAL, decimalScale, MS_PER_DAY, TIME, TIMESTAMP } from "../logical-types.js";
import type { Schema } from "../schema.js";
import { Struct } from "../struct.js";
import { nullableOf } from "./avro-schema.js";
import type { AvroType } from "./avro-schema.js";

/** The Connect value of a default in an Avro schema's JSON. Throws ConnectError `data` where it does not fit. */
export function defaultFromAvroJson(type: AvroType, schema: Schema, json: unknown): unknown {
  if (json === null) return null;
  const base = plainDefault(type, schema, json);
  switch (schema.name) {
    case DECIMAL:
      return base instanceof Uint8Array ? Decimal.fromBytes(base, decimalScale(schema)) : base;
    case DATE:
      return new Date((base as number) * MS_PER_DAY);
    case TIME:
    case TIMESTAMP:
      return new Date(Number(base));
    default:
      return base;
  }
}

function plainDefault(type: AvroType, schema: Schema, json: unknown): unknown {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
    case "FLOAT32":
    case "FLOAT64":
      return expect(typeof json === "number", schema, json);
    case "BOOLEAN":
      return expect(typeof json === "boolean", schema, json);
    case "STRING":
      return expect(typeof json === "string", schema, json);
    case "BYTES":
      return new Uint8Array(Buffer.from(expect(typeof json === "string", schema, json) as string, "latin1"));
    case "ARRAY": {
      const items = type.kind === "array" ? type.items : type;
      return (expect(Array.isArray(json), schema, json) as unknown[]).map((item) =>
        element(items, schema.valueSchema!, item),
      );
    }
    case "MAP": {
      const values = type.kind === "map" ? type.values : type;
      const entries = Object.entries(expect(typeof json === "object", schema, json) as object);
      return new Map(entries.map(([key, value]) => [key, element(values, schema.valueSchema!, value)]));
    }
    case "STRUCT":
      return structDefault(
        type,
        schema,
        expect(typeof json === "object", schema, json) as Readonly<Record<string, unknown>>,
      );
  }
}

function structDefault(type: AvroType, schema: Schema, json: Readonly<Record<string, unknown>>): Struct {
  const struct = new Struct(schema);
  if (type.kind !== "record") return struct;
  for (const field of type.fields) {
    const value = field.name in json ? json[field.name] : field.default;
    if (value !== undefined && value !== null)
      struct.put(field.name, element(field.type, schema.field(field.name)!.schema, value));
  }
  return struct;
}

/** The default of a union is one of its first branch. */
function element(type: AvroType, schema: Schema, json: unknown): unknown {
  const nullable = nullableOf(type);
  return defaultFromAvroJson(nullable?.type ?? type, schema, json);
}

function expect(fits: boolean, schema: Schema, json: unknown): unknown {
  if (fits) return json;
  throw new ConnectError("data", `Invalid default value ${JSON.stringify(json)} for type ${schema.type}`);
}
