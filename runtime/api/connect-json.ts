import { Decimal } from "./decimal.js";
import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { formatFloat } from "./java-number.js";
import { javaClassName } from "./java-text.js";
import { JsonOutput } from "./json-output.js";
import { exactNumberText, jsonBytes, jsonDouble, jsonTextOf, writeJson } from "./json-text.js";
import { DATE, dateToDays, DECIMAL, decimalScale, TIME, TIMESTAMP, timeToMs } from "./logical-types.js";
import type { Schema } from "./schema.js";
import { hasDefault, Struct } from "./struct.js";

export interface ConnectJsonOptions {
  /** BASE64: the unscaled value's bytes; NUMERIC: a JSON number. */
  readonly decimalFormat: "BASE64" | "NUMERIC";
  readonly replaceNullWithDefault: boolean;
}

export const DEFAULT_JSON_OPTIONS: ConnectJsonOptions = { decimalFormat: "BASE64", replaceNullWithDefault: true };

/** {@link writeConnectJson} as a string. */
export function printConnectJson(schema: Schema | null, value: unknown, options = DEFAULT_JSON_OPTIONS): string {
  return jsonTextOf((out) => {
    writeConnectJson(schema, value, out, options);
  });
}

/**
 * Connect data as JsonConverter writes it without an envelope (`JsonConverter.convertToJson`, then Jackson): structs are objects
 * with all their fields in the schema's order, maps with other than string keys arrays of pairs, bytes base64, logical types by
 * their base type. Throws ConnectError `data` where the value does not fit the schema; `out` may hold a part of it then.
 */
export function writeConnectJson(
  schema: Schema | null,
  value: unknown,
  out: JsonOutput,
  options: ConnectJsonOptions = DEFAULT_JSON_OPTIONS,
): void {
  if (schema === null) writeJson(value, out);
  else if (value === null || value === undefined) writeNull(schema, out, options);
  else if (schema.name === null || !writeLogical(schema, value, out, options)) writeTyped(schema, value, out, options);
}

function writeNull(schema: Schema, out: JsonOutput, options: ConnectJsonOptions): void {
  if (hasDefault(schema) && options.replaceNullWithDefault) writeConnectJson(schema, schema.defaultValue, out, options);
  else if (schema.optional) out.ascii("null");
  else
    throw new ConnectError("data", "Conversion error: null value for field that is required and has no default value");
}

/** False where the schema's name is no logical type of Connect's. */
function writeLogical(schema: Schema, value: unknown, out: JsonOutput, options: ConnectJsonOptions): boolean {
  switch (schema.name) {
    case DECIMAL:
      if (!(value instanceof Decimal)) throw wrongLogical("Decimal", "BigDecimal", value);
      out.ascii(options.decimalFormat === "NUMERIC" ? value.toString() : jsonBytes(decimalBytes(schema, value)));
      return true;
    case DATE:
      if (!(value instanceof Date)) throw wrongLogical("Date", "Date", value);
      out.integer(dateToDays(value));
      return true;
    case TIME:
      if (!(value instanceof Date)) throw wrongLogical("Time", "Date", value);
      out.integer(timeToMs(value));
      return true;
    case TIMESTAMP:
      if (!(value instanceof Date)) throw wrongLogical("Timestamp", "Date", value);
      out.integer(value.getTime());
      return true;
    default:
      return false;
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

function writeTyped(schema: Schema, value: unknown, out: JsonOutput, options: ConnectJsonOptions): void {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
      if (Number.isInteger(value) || typeof value === "bigint") {
        writeJson(value, out);
        return;
      }
      break;
    case "FLOAT32":
    case "FLOAT64":
      if (writeFloat(schema, value, out)) return;
      break;
    case "BOOLEAN":
      if (typeof value === "boolean") {
        out.ascii(value ? "true" : "false");
        return;
      }
      break;
    case "STRING":
      if (typeof value === "string") {
        out.string(value);
        return;
      }
      break;
    case "BYTES":
      if (value instanceof Uint8Array) {
        out.ascii(jsonBytes(value));
        return;
      }
      break;
    case "ARRAY":
      if (Array.isArray(value)) {
        writeList(schema.valueSchema, value, out, options);
        return;
      }
      break;
    case "MAP":
      if (value instanceof Map) {
        writeMap(schema, value, out, options);
        return;
      }
      break;
    case "STRUCT":
      if (value instanceof Struct) {
        writeStruct(schema, value, out, options);
        return;
      }
      break;
  }
  throw new ConnectError("data", `Invalid type for ${schema.type}: class ${javaClassName(value)}`);
}

function writeFloat({ type }: Schema, value: unknown, out: JsonOutput): boolean {
  if (typeof value === "number") {
    if (type === "FLOAT32" && Number.isFinite(value)) out.ascii(formatFloat(value));
    else if (Number.isInteger(value) || !out.shortFraction(value)) out.ascii(jsonDouble(value));
  } else if (type === "FLOAT64" && value instanceof ExactNumber) out.ascii(exactNumberText(value));
  else return false;
  return true;
}

function writeList(
  itemSchema: Schema | null,
  items: readonly unknown[],
  out: JsonOutput,
  options: ConnectJsonOptions,
): void {
  out.ascii("[");
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out.ascii(",");
    writeConnectJson(itemSchema, items[i], out, options);
  }
  out.ascii("]");
}

function writeMap(
  { keySchema, valueSchema }: Schema,
  map: ReadonlyMap<unknown, unknown>,
  out: JsonOutput,
  options: ConnectJsonOptions,
): void {
  const isObject = keySchema?.type === "STRING";
  out.ascii(isObject ? "{" : "[");
  let isFirst = true;
  for (const [key, item] of map) {
    if (isFirst) isFirst = false;
    else out.ascii(",");
    if (isObject) {
      out.string(memberName(key));
      out.ascii(":");
      writeConnectJson(valueSchema, item, out, options);
    } else {
      out.ascii("[");
      writeConnectJson(keySchema, key, out, options);
      out.ascii(",");
      writeConnectJson(valueSchema, item, out, options);
      out.ascii("]");
    }
  }
  out.ascii(isObject ? "}" : "]");
}

/** A null key of a map with string keys is written as the text `null`, as `JsonNode.asText` gives it. */
function memberName(key: unknown): string {
  if (key === null) return "null";
  if (typeof key !== "string") throw new ConnectError("data", `Invalid type for STRING: class ${javaClassName(key)}`);
  return key;
}

/** For each struct schema the texts before its values: `{"a":`, `,"b":`, ... */
const prefixes = new WeakMap<Schema, readonly Buffer[]>();

function writeStruct(schema: Schema, struct: Struct, out: JsonOutput, options: ConnectJsonOptions): void {
  if (struct.schema !== schema && !struct.schema.equals(schema)) throw new ConnectError("data", "Mismatching schema.");
  let before = prefixes.get(schema);
  if (before === undefined) {
    before = schema.fields.map(({ name }, index) =>
      Buffer.from(`${index === 0 ? "{" : ","}${new JsonOutput().quoted(name)}:`),
    );
    prefixes.set(schema, before);
  }
  for (let i = 0; i < before.length; i++) {
    out.bytes(before[i]!);
    writeConnectJson(schema.fields[i]!.schema, struct.at(i), out, options);
  }
  out.ascii(before.length === 0 ? "{}" : "}");
}

function wrongLogical(type: string, expected: string, value: unknown): ConnectError {
  return new ConnectError(
    "data",
    `Invalid type for ${type}, expected ${expected} but was class ${javaClassName(value)}`,
  );
}
