import { ConnectError, inHashMapOrder, Struct, type Schema } from "../../api/index.js";
import {
  childrenOf,
  isNumber,
  LOGICAL_READERS,
  nodeType,
  readBytes,
  toDouble,
  toInt32,
  toInt64,
  type JsonNode,
} from "../json-data.js";
import { ONE_OF, UNION_PARAMETER } from "./names.js";

/**
 * A JSON value (undefined: none) as data of `schema`, by the rules of `JsonSchemaData.toConnectData`. Throws ConnectError `data`.
 */
export function readJson(schema: Schema, node: JsonNode): unknown {
  if (node === null || node === undefined) {
    if (schema.defaultValue !== undefined && schema.defaultValue !== null) return schema.defaultValue;
    if (node === undefined || schema.optional) return null;
    throw new ConnectError("data", `Invalid null value for required ${schema.type} field`);
  }
  const logical = schema.name === null ? undefined : LOGICAL_READERS.get(schema.name);
  if (logical !== undefined) return logical(schema, node);
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
      return readBytes(node, "Invalid bytes field") ?? notBytes(node);
    case "ARRAY":
      return childrenOf(node).map((item) => readJson(schema.valueSchema!, item));
    case "MAP":
      return readMap(schema, node);
    case "STRUCT":
      return isUnion(schema) ? readUnion(schema, node) : readStruct(schema, node);
  }
}

function notBytes(node: JsonNode): never {
  throw new ConnectError("data", `Invalid type for bytes: ${nodeType(node)}`);
}

function isUnion(schema: Schema): boolean {
  return schema.name === ONE_OF || schema.parameters?.has(UNION_PARAMETER) === true;
}

/** Absent members stay null even where they are required: only a struct around this one checks. */
function readStruct(schema: Schema, node: JsonNode): Struct {
  if (!(node instanceof Map))
    throw new ConnectError("data", `Structs should be encoded as JSON objects, but found ${nodeType(node)}`);
  const result = new Struct(schema);
  for (const field of schema.fields) {
    const value = readJson(field.schema, node.get(field.name));
    if (value !== null) result.put(field, value);
  }
  return result;
}

/** The first field of a fitting type, else the struct that has the most members of the object. */
function readUnion(schema: Schema, node: JsonNode): Struct {
  let best = schema.fields.find((field) => fitsSimple(field.schema, node));
  if (best === undefined && node instanceof Map) {
    let most = -1;
    for (const field of schema.fields) {
      if (field.schema.type !== "STRUCT") continue;
      const matching = field.schema.fields.filter(({ name }) => node.has(name)).length;
      if (matching <= most) continue;
      most = matching;
      best = field;
    }
  }
  if (best === undefined) throw new ConnectError("data", "Did not find matching oneof field for data");
  return new Struct(schema).put(best, readJson(best.schema, node));
}

function fitsSimple(schema: Schema, node: JsonNode): boolean {
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
      return isIntegral(node);
    case "FLOAT32":
    case "FLOAT64":
      return isNumber(node);
    case "BOOLEAN":
      return typeof node === "boolean";
    case "STRING":
      return typeof node === "string";
    case "BYTES":
      return isNumber(node) && !isIntegral(node);
    case "ARRAY":
      return Array.isArray(node);
    case "MAP":
      return node instanceof Map || Array.isArray(node);
    case "STRUCT":
      return false;
  }
}

/** A number without fraction and exponent; those with one are no JavaScript integers (see `parseJson`). */
function isIntegral(node: JsonNode): boolean {
  return typeof node === "bigint" || Number.isInteger(node);
}

function readMap(schema: Schema, node: JsonNode): Map<unknown, unknown> {
  const keySchema = schema.keySchema!;
  const valueSchema = schema.valueSchema!;
  const result = new Map<unknown, unknown>();
  if (keySchema.type === "STRING" && !keySchema.optional) {
    if (!(node instanceof Map))
      throw new ConnectError(
        "data",
        `Maps with string fields should be encoded as JSON objects, but found ${nodeType(node)}`,
      );
    for (const [key, item] of node as Map<string, JsonNode>) result.set(key, readJson(valueSchema, item));
    return inHashMapOrder(result);
  }
  if (!Array.isArray(node))
    throw new ConnectError(
      "data",
      `Maps with non-string fields should be encoded as JSON array of objects, but found ${nodeType(node)}`,
    );
  for (const entry of node as JsonNode[]) {
    if (!(entry instanceof Map))
      throw new ConnectError("data", `Found invalid map entry instead of object: ${nodeType(entry)}`);
    if (entry.size !== 2)
      throw new ConnectError("data", `Found invalid map entry, expected length 2 but found :${entry.size}`);
    result.set(readJson(keySchema, entry.get("key")), readJson(valueSchema, entry.get("value")));
  }
  return inHashMapOrder(result);
}
