import {
  ConnectError,
  DATE,
  daysToDate,
  Decimal,
  DECIMAL,
  decimalScale,
  ExactNumber,
  hasDefault,
  msToTime,
  msToTimestamp,
  Struct,
  TIME,
  TIMESTAMP,
  type Schema,
  inHashMapOrder,
} from "../api/index.js";

/** A parsed JSON value (see `parseJson`), or undefined where there is none. */
export type JsonNode = unknown;

/**
 * A JSON payload as data of `schema`, by the rules of `JsonConverter.convertToConnect`: numbers are cut to the type's size, a
 * value of another JSON type reads as 0, false or null, unknown members are ignored. Throws ConnectError `data`.
 */
export function readPayload(schema: Schema, node: JsonNode, replaceNullWithDefault: boolean): unknown {
  if (node === null || node === undefined) {
    if (replaceNullWithDefault && hasDefault(schema)) return schema.defaultValue;
    if (schema.optional) return null;
    throw new ConnectError("data", `Invalid null value for required ${schema.type} field`);
  }
  if (schema.name !== null && LOGICAL_READERS.has(schema.name)) return LOGICAL_READERS.get(schema.name)!(schema, node);
  switch (schema.type) {
    case "INT8":
      return (toInt32(node) << 24) >> 24;
    case "INT16":
      return (toInt32(node) << 16) >> 16;
    case "INT32":
      return toInt32(node);
    case "INT64":
      return toInt64(node);
    case "FLOAT32":
      return Math.fround(toDouble(node));
    case "FLOAT64":
      return toDouble(node);
    case "BOOLEAN":
      return node === true;
    case "STRING":
      return typeof node === "string" ? node : null;
    case "BYTES":
      return readBytes(node, "Invalid bytes field");
    case "ARRAY":
      return childrenOf(node).map((item) => readPayload(schema.valueSchema!, item, replaceNullWithDefault));
    case "MAP":
      return readMap(schema, node, replaceNullWithDefault);
    case "STRUCT":
      return readStruct(schema, node, replaceNullWithDefault);
  }
}

function readStruct(schema: Schema, node: JsonNode, replaceNullWithDefault: boolean): Struct {
  if (!(node instanceof Map))
    throw new ConnectError("data", `Structs should be encoded as JSON objects, but found ${nodeType(node)}`);
  const values = new Array<unknown>(schema.fields.length);
  for (const field of schema.fields) {
    const value = readPayload(field.schema, node.get(field.name), replaceNullWithDefault);
    // A text that was none is null here; only the struct knows whether that is allowed.
    if (value === null && !field.schema.optional) new Struct(schema).put(field, value);
    values[field.index] = value;
  }
  return new Struct(schema, values);
}

function readMap(schema: Schema, node: JsonNode, replaceNullWithDefault: boolean): Map<unknown, unknown> {
  const keySchema = schema.keySchema!;
  const valueSchema = schema.valueSchema!;
  const result = new Map<unknown, unknown>();
  if (keySchema.type === "STRING") {
    if (!(node instanceof Map))
      throw new ConnectError(
        "data",
        `Maps with string fields should be encoded as JSON objects, but found ${nodeType(node)}`,
      );
    for (const [key, item] of node as Map<string, JsonNode>)
      result.set(key, readPayload(valueSchema, item, replaceNullWithDefault));
    return inHashMapOrder(result);
  }
  if (!Array.isArray(node))
    throw new ConnectError(
      "data",
      `Maps with non-string fields should be encoded as JSON array of tuples, but found ${nodeType(node)}`,
    );
  for (const entry of node as JsonNode[]) {
    if (!Array.isArray(entry))
      throw new ConnectError("data", `Found invalid map entry instead of array tuple: ${nodeType(entry)}`);
    if (entry.length !== 2)
      throw new ConnectError("data", `Found invalid map entry, expected length 2 but found :${entry.length}`);
    const key = readPayload(keySchema, entry[0], replaceNullWithDefault);
    result.set(key, readPayload(valueSchema, entry[1], replaceNullWithDefault));
  }
  return inHashMapOrder(result);
}

/** How logical types are read, by schema name. */
export const LOGICAL_READERS: ReadonlyMap<string, (schema: Schema, node: JsonNode) => unknown> = new Map<
  string,
  (schema: Schema, node: JsonNode) => unknown
>([
  [DECIMAL, readDecimal],
  [
    DATE,
    (_schema: Schema, node: JsonNode) => {
      if (!isInt32(node)) throw wrongRepresentation("Date", "integer", node);
      return daysToDate(node);
    },
  ],
  [
    TIME,
    (_schema: Schema, node: JsonNode) => {
      if (!isInt32(node)) throw wrongRepresentation("Time", "integer", node);
      return msToTime(node);
    },
  ],
  [
    TIMESTAMP,
    (_schema: Schema, node: JsonNode) => {
      if (typeof node !== "bigint" && !Number.isInteger(node)) throw wrongRepresentation("Timestamp", "integral", node);
      return msToTimestamp(toInt64(node));
    },
  ],
]);

function readDecimal(schema: Schema, node: JsonNode): Decimal {
  if (isNumber(node)) return Decimal.parse(String(node));
  if (typeof node !== "string")
    throw new ConnectError(
      "data",
      `Invalid type for Decimal, underlying representation should be numeric or bytes but was ${nodeType(node)}`,
    );
  try {
    return Decimal.fromBytes(readBytes(node, "Invalid bytes")!, decimalScale(schema));
  } catch (cause) {
    throw new ConnectError("data", "Invalid bytes for Decimal field", { cause });
  }
}

// eslint-disable-next-line no-control-regex -- Jackson skips exactly these, and only between groups of four
const BASE64 = /^(?:[\u0000-\u0020]*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==))*[\u0000-\u0020]*$/;

/** A base64 string as bytes; null for any other JSON type. */
export function readBytes(node: JsonNode, message: string): Uint8Array | null {
  if (typeof node !== "string") return null;
  if (!BASE64.test(node))
    throw new ConnectError("data", message, {
      cause: new ConnectError("data", "Not base64 with padding", {
        javaClass: "com.fasterxml.jackson.databind.exc.InvalidFormatException",
      }),
    });
  // Jackson reads on after padding, Node does not.
  const pieces = node.split(/(?<==)(?!=)/);
  return pieces.length === 1
    ? Buffer.from(node, "base64")
    : Buffer.concat(pieces.map((piece) => Buffer.from(piece, "base64")));
}

/** True for every representation of a JSON number. */
export function isNumber(node: JsonNode): node is number | bigint | ExactNumber {
  return typeof node === "number" || typeof node === "bigint" || node instanceof ExactNumber;
}

/** Jackson's `isInt`: an integer that was read as Java's int. */
function isInt32(node: JsonNode): node is number {
  return Number.isInteger(node) && (node as number) === ((node as number) | 0);
}

/** Jackson's `longValue`: the lowest 64 bits of the whole part; 0 for what is no number. */
export function toInt64(node: JsonNode): number | bigint {
  if (Number.isSafeInteger(node)) return node as number;
  if (!isNumber(node)) return 0;
  const value = typeof node === "bigint" ? BigInt.asIntN(64, node) : Decimal.parse(String(node)).toInt64();
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

export function toInt32(node: JsonNode): number {
  const value = toInt64(node);
  return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(32, value));
}

/** Read by way of BigDecimal, which has no -0. */
export function toDouble(node: JsonNode): number {
  return isNumber(node) ? Number(node) + 0 : 0;
}

/** Jackson iterates the values of an object and nothing of a scalar. */
export function childrenOf(node: JsonNode): JsonNode[] {
  if (Array.isArray(node)) return node;
  return node instanceof Map ? [...(node as Map<string, JsonNode>).values()] : [];
}

/** Jackson's `JsonNodeType`. */
export function nodeType(node: JsonNode): string {
  if (node === null) return "NULL";
  if (Array.isArray(node)) return "ARRAY";
  if (node instanceof Map) return "OBJECT";
  if (typeof node === "string") return "STRING";
  return typeof node === "boolean" ? "BOOLEAN" : "NUMBER";
}

function wrongRepresentation(type: string, expected: string, node: JsonNode): ConnectError {
  return new ConnectError(
    "data",
    `Invalid type for ${type}, underlying representation should be ${expected} but was ${nodeType(node)}`,
  );
}
