import { Decimal } from "./decimal.js";
import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { formatFloat } from "./java-number.js";
import { javaClassName } from "./java-text.js";
import { exactNumberText, jsonBytes, jsonDouble, jsonString, printJson } from "./json-text.js";
import { DATE, dateToDays, DECIMAL, decimalScale, TIME, TIMESTAMP, timeToMs } from "./logical-types.js";
import type { Schema } from "./schema.js";
import { hasDefault, Struct } from "./struct.js";

export interface ConnectJsonOptions {
  /** BASE64: the unscaled value's bytes; NUMERIC: a JSON number. */
  readonly decimalFormat: "BASE64" | "NUMERIC";
  readonly replaceNullWithDefault: boolean;
}

export const DEFAULT_JSON_OPTIONS: ConnectJsonOptions = { decimalFormat: "BASE64", replaceNullWithDefault: true };

/**
 * Connect data as JsonConverter writes it without an envelope (`JsonConverter.convertToJson`, then Jackson): structs are objects
 * with all their fields in the schema's order, maps with other than string keys arrays of pairs, bytes base64, logical types by
 * their base type. Throws ConnectError `data` where the value does not fit the schema.
 */
export function printConnectJson(
  schema: Schema | null,
  value: unknown,
  options: ConnectJsonOptions = DEFAULT_JSON_OPTIONS,
): string {
  if (schema === null) return printJson(value);
  if (value === null || value === undefined) {
    if (hasDefault(schema) && options.replaceNullWithDefault) {
      return printConnectJson(schema, schema.defaultValue, options);
    }
    if (schema.optional) return "null";
    throw new ConnectError("data", "Conversion error: null value for field that is required and has no default value");
  }
  if (schema.name !== null) {
    const logical = printLogical(schema, value, options);
    if (logical !== null) return logical;
  }
  return printTyped(schema, value, options);
}

/** Null where the schema's name is no logical type of Connect's. */
function printLogical(schema: Schema, value: unknown, options: ConnectJsonOptions): string | null {
  switch (schema.name) {
    case DECIMAL:
      if (!(value instanceof Decimal)) throw wrongLogical("Decimal", "BigDecimal", value);
      return options.decimalFormat === "NUMERIC" ? value.toString() : jsonBytes(decimalBytes(schema, value));
    case DATE:
      if (!(value instanceof Date)) throw wrongLogical("Date", "Date", value);
      return String(dateToDays(value));
    case TIME:
      if (!(value instanceof Date)) throw wrongLogical("Time", "Date", value);
      return String(timeToMs(value));
    case TIMESTAMP:
      if (!(value instanceof Date)) throw wrongLogical("Timestamp", "Date", value);
      return String(value.getTime());
    default:
      return null;
  }
}

/** Connect's `Decimal.fromLogical`. Throws ConnectError `data` where the value's scale is not the schema's. */
export function decimalBytes(schema: Schema, value: Decimal): Uint8Array {
  const scale = decimalScale(schema);
  if (value.scale !== scale)
    throw new ConnectError(
      "data",
      `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}, value has scale ${value.scale}.`,
    );
  return value.toBytes();
}

function printTyped(schema: Schema, value: unknown, options: ConnectJsonOptions): string {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
      if (Number.isInteger(value) || typeof value === "bigint") return printJson(value);
      break;
    case "FLOAT32":
      if (typeof value !== "number") break;
      return Number.isFinite(value) ? formatFloat(value) : jsonDouble(value);
    case "FLOAT64":
      if (typeof value === "number") return jsonDouble(value);
      if (value instanceof ExactNumber) return exactNumberText(value);
      break;
    case "BOOLEAN":
      if (typeof value === "boolean") return String(value);
      break;
    case "STRING":
      if (typeof value === "string") return jsonString(value);
      break;
    case "BYTES":
      if (value instanceof Uint8Array) return jsonBytes(value);
      break;
    case "ARRAY":
      if (!Array.isArray(value)) break;
      return `[${value.map((item) => printConnectJson(schema.valueSchema, item, options)).join(",")}]`;
    case "MAP":
      if (value instanceof Map) return printMap(schema, value, options);
      break;
    case "STRUCT":
      if (value instanceof Struct) return printStruct(schema, value, options);
      break;
  }
  throw new ConnectError("data", `Invalid type for ${schema.type}: class ${javaClassName(value)}`);
}

function printMap(schema: Schema, map: ReadonlyMap<unknown, unknown>, options: ConnectJsonOptions): string {
  const { keySchema, valueSchema } = schema;
  const parts: string[] = [];
  if (keySchema?.type === "STRING") {
    for (const [key, item] of map) parts.push(`${memberName(key)}:${printConnectJson(valueSchema, item, options)}`);
    return `{${parts.join(",")}}`;
  }
  for (const [key, item] of map)
    parts.push(`[${printConnectJson(keySchema, key, options)},${printConnectJson(valueSchema, item, options)}]`);
  return `[${parts.join(",")}]`;
}

/** A null key of a map with string keys is written as the text `null`, as `JsonNode.asText` gives it. */
function memberName(key: unknown): string {
  if (key === null) return '"null"';
  if (typeof key !== "string") throw new ConnectError("data", `Invalid type for STRING: class ${javaClassName(key)}`);
  return jsonString(key);
}

/** For each struct schema the texts before its values: `{"a":`, `,"b":`, ... */
const prefixes = new WeakMap<Schema, readonly string[]>();

function printStruct(schema: Schema, struct: Struct, options: ConnectJsonOptions): string {
  if (struct.schema !== schema && !struct.schema.equals(schema)) throw new ConnectError("data", "Mismatching schema.");
  let before = prefixes.get(schema);
  if (before === undefined) {
    before = schema.fields.map((field, index) => `${index === 0 ? "{" : ","}${jsonString(field.name)}:`);
    prefixes.set(schema, before);
  }
  let text = "";
  for (let i = 0; i < before.length; i++)
    text += before[i]! + printConnectJson(schema.fields[i]!.schema, struct.at(i), options);
  return before.length === 0 ? "{}" : `${text}}`;
}

function wrongLogical(type: string, expected: string, value: unknown): ConnectError {
  return new ConnectError(
    "data",
    `Invalid type for ${type}, expected ${expected} but was class ${javaClassName(value)}`,
  );
}
