import {
  ConnectError,
  DATE,
  dateToDays,
  Decimal,
  DECIMAL,
  decimalScale,
  ExactNumber,
  exactNumberText,
  formatFloat,
  hasDefault,
  javaClassName,
  jsonBytes,
  jsonDouble,
  jsonString,
  printJson,
  Struct,
  TIME,
  TIMESTAMP,
  timeToMs,
} from "../../../runtime/api/index.js";
import type { Schema } from "../../../runtime/api/index.js";

/** JsonConverter's `decimal.format`. */
export type DecimalFormat = "BASE64" | "NUMERIC";

/**
 * A Connect value as the JSON text that Kafka's JsonConverter gives with `schemas.enable=false`. Struct fields come in schema
 * order, a null where the schema has a default prints the default, logical types print as their base type.
 * Throws ConnectError `data` with JsonConverter's texts.
 */
export function printConnectJson(schema: Schema | null, value: unknown, decimals: DecimalFormat = "BASE64"): string {
  if (schema === null) return printJson(value);
  if (value === null || value === undefined) return printNull(schema, decimals);
  if (schema.name !== null) {
    const logical = printLogical(schema, value, decimals);
    if (logical !== null) return logical;
  }
  switch (schema.type) {
    case "STRING":
      return jsonString(value as string);
    case "BYTES":
      return jsonBytes(value as Uint8Array);
    case "FLOAT32":
      return printFloat(value as number);
    case "FLOAT64":
      return value instanceof ExactNumber ? exactNumberText(value) : jsonDouble(value as number);
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
    case "BOOLEAN":
      return (value as number | bigint | boolean).toString();
    case "ARRAY":
      return `[${(value as unknown[]).map((item) => printConnectJson(schema.valueSchema, item, decimals)).join(",")}]`;
    case "MAP":
      return printMap(schema, value as ReadonlyMap<unknown, unknown>, decimals);
    case "STRUCT":
      return printStruct(schema, value, decimals);
  }
}

function printNull(schema: Schema, decimals: DecimalFormat): string {
  if (hasDefault(schema)) return printConnectJson(schema, schema.defaultValue, decimals);
  if (schema.optional) return "null";
  throw new ConnectError("data", "Conversion error: null value for field that is required and has no default value");
}

function printFloat(value: number): string {
  const text = formatFloat(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

function printMap(schema: Schema, map: ReadonlyMap<unknown, unknown>, decimals: DecimalFormat): string {
  const parts: string[] = [];
  if (schema.keySchema?.type === "STRING") {
    for (const [key, item] of map)
      parts.push(
        `${key === null ? '"null"' : jsonString(key as string)}:${printConnectJson(schema.valueSchema, item, decimals)}`,
      );
    return `{${parts.join(",")}}`;
  }
  for (const [key, item] of map)
    parts.push(
      `[${printConnectJson(schema.keySchema, key, decimals)},${printConnectJson(schema.valueSchema, item, decimals)}]`,
    );
  return `[${parts.join(",")}]`;
}

/** For each struct schema, what stands before each value: `{"a":`, then `,"b":`. */
const memberTexts = new WeakMap<Schema, readonly string[]>();

function printStruct(schema: Schema, value: unknown, decimals: DecimalFormat): string {
  if (!(value instanceof Struct) || (value.schema !== schema && !value.schema.equals(schema)))
    throw new ConnectError("data", "Mismatching schema.");
  let members = memberTexts.get(schema);
  if (members === undefined) {
    members = schema.fields.map((field, index) => `${index === 0 ? "{" : ","}${jsonString(field.name)}:`);
    memberTexts.set(schema, members);
  }
  if (members.length === 0) return "{}";
  let text = "";
  for (const field of schema.fields)
    text += members[field.index]! + printConnectJson(field.schema, value.at(field.index), decimals);
  return `${text}}`;
}

/** The text for one of Connect's four logical types, null for any other name. */
function printLogical(schema: Schema, value: unknown, decimals: DecimalFormat): string | null {
  switch (schema.name) {
    case DECIMAL:
      if (!(value instanceof Decimal)) throw wrongType("Decimal", "BigDecimal", value);
      return printDecimal(decimalScale(schema), value, decimals);
    case DATE:
      return String(dateToDays(asDate("Date", value)));
    case TIME:
      return String(timeToMs(asDate("Time", value)));
    case TIMESTAMP:
      return String(asDate("Timestamp", value).getTime());
    default:
      return null;
  }
}

function printDecimal(scale: number, value: Decimal, decimals: DecimalFormat): string {
  if (value.scale === scale) return decimals === "NUMERIC" ? value.toString() : jsonBytes(value.toBytes());
  throw new ConnectError(
    "data",
    "Decimal value has mismatching scale for given Decimal schema. " +
      `Schema has scale ${scale}, value has scale ${value.scale}.`,
  );
}

function asDate(type: string, value: unknown): Date {
  if (value instanceof Date) return value;
  throw wrongType(type, "Date", value);
}

function wrongType(type: string, expected: string, value: unknown): ConnectError {
  return new ConnectError(
    "data",
    `Invalid type for ${type}, expected ${expected} but was class ${javaClassName(value)}`,
  );
}
