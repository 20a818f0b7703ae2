import {
  ConnectError,
  jsonString,
  printConnectJson,
  Schema,
  Struct,
  validateValue,
  type ConnectJsonOptions,
  type SchemaOptions,
  type SchemaType,
} from "../api/index.js";
import { readPayload, type JsonNode } from "./json-data.js";

const TYPES: readonly (readonly [string, SchemaType])[] = [
  ["boolean", "BOOLEAN"],
  ["int8", "INT8"],
  ["int16", "INT16"],
  ["int32", "INT32"],
  ["int64", "INT64"],
  ["float", "FLOAT32"],
  ["double", "FLOAT64"],
  ["bytes", "BYTES"],
  ["string", "STRING"],
  ["array", "ARRAY"],
  ["map", "MAP"],
  ["struct", "STRUCT"],
];
const TYPE_OF_NAME = new Map(TYPES);
const NAME_OF_TYPE = new Map(TYPES.map(([name, type]) => [type, name]));

/** The `schema` member of a JsonConverter envelope as a schema (`JsonConverter.asConnectSchema`). Throws ConnectError `data`. */
export function readJsonSchema(node: JsonNode, replaceNullWithDefault: boolean): Schema | null {
  if (node === null) return null;
  const json: ReadonlyMap<string, JsonNode> = node instanceof Map ? (node as Map<string, JsonNode>) : new Map();
  const typeName = json.get("type");
  if (typeof typeName !== "string") throw new ConnectError("data", "Schema must contain 'type' field");
  const type = TYPE_OF_NAME.get(typeName);
  if (type === undefined) throw new ConnectError("data", `Unknown schema type: ${typeName}`);
  const read = (child: JsonNode): Schema | null => readJsonSchema(child, replaceNullWithDefault);
  const options = { ...childSchemas(type, json, read), ...metadata(json) };
  const schema = new Schema(type, options);
  if (!json.has("default")) return schema;
  const defaultValue = readPayload(schema, json.get("default"), replaceNullWithDefault);
  // Connect compares the struct's schema with the unfinished one, which never equals it.
  if (defaultValue instanceof Struct)
    throw schemaError("Invalid default value", new ConnectError("data", "Struct schemas do not match."));
  try {
    validateValue(schema, defaultValue);
  } catch (cause) {
    throw schemaError("Invalid default value", cause);
  }
  return schema.with({ defaultValue });
}

function childSchemas(
  type: SchemaType,
  json: ReadonlyMap<string, JsonNode>,
  read: (child: JsonNode) => Schema | null,
): SchemaOptions {
  switch (type) {
    case "ARRAY":
      if ((json.get("items") ?? null) === null)
        throw new ConnectError("data", "Array schema did not specify the element type");
      return { valueSchema: read(json.get("items"))! };
    case "MAP": {
      if (!json.has("keys")) throw new ConnectError("data", "Map schema did not specify the key type");
      if (!json.has("values")) throw new ConnectError("data", "Map schema did not specify the value type");
      const keySchema = read(json.get("keys"));
      const valueSchema = read(json.get("values"));
      if (keySchema === null) throw schemaError("keySchema cannot be null.");
      if (valueSchema === null) throw schemaError("valueSchema cannot be null.");
      return { keySchema, valueSchema };
    }
    case "STRUCT":
      return { fields: readFields(json.get("fields"), read) };
    default:
      return {};
  }
}

function readFields(
  nodes: JsonNode,
  read: (child: JsonNode) => Schema | null,
): readonly { name: string; schema: Schema }[] {
  if (!Array.isArray(nodes)) throw new ConnectError("data", 'Struct schema\'s "fields" argument is not an array.');
  const fields = new Map<string, Schema>();
  for (const node of nodes as JsonNode[]) {
    const name = node instanceof Map ? (node as Map<string, JsonNode>).get("field") : undefined;
    if (typeof name !== "string") throw new ConnectError("data", "Struct schema's field name not specified properly");
    const schema = read(node)!;
    if (name === "") throw schemaError("fieldName cannot be null.");
    if (fields.has(name)) throw schemaError(`Cannot create field because of field name duplication ${name}`);
    fields.set(name, schema);
  }
  return Array.from(fields, ([name, schema]) => ({ name, schema }));
}

/** Metadata of another JSON type than it should have is ignored. */
function metadata(json: ReadonlyMap<string, JsonNode>): SchemaOptions {
  const text = (key: string): string | null => {
    const value = json.get(key);
    return typeof value === "string" ? value : null;
  };
  const version = json.get("version");
  return {
    optional: json.get("optional") === true,
    name: text("name"),
    doc: text("doc"),
    version:
      typeof version === "bigint" || Number.isInteger(version)
        ? Number(BigInt.asIntN(32, BigInt(version as number | bigint)))
        : null,
    parameters: readParameters(json.get("parameters")),
  };
}

function readParameters(node: JsonNode): ReadonlyMap<string, string> | null {
  if (!(node instanceof Map) || node.size === 0) return null;
  for (const value of node.values())
    if (typeof value !== "string") throw new ConnectError("data", "Schema parameters must have string values.");
  return node as Map<string, string>;
}

const SCHEMA_ERROR = "org.apache.kafka.connect.errors.SchemaBuilderException";

function schemaError(message: string, cause?: unknown): ConnectError {
  return new ConnectError("data", message, { javaClass: SCHEMA_ERROR, cause });
}

/** A schema as the `schema` member of an envelope (`JsonConverter.asJsonSchema`); `null` for none. */
export function printJsonSchema(schema: Schema | null, options: ConnectJsonOptions): string {
  return schema === null ? "null" : `{${members(schema, options)}}`;
}

function members(schema: Schema, options: ConnectJsonOptions): string {
  const child = (of: Schema | null): string => printJsonSchema(of, options);
  let text = `"type":"${NAME_OF_TYPE.get(schema.type)!}"`;
  if (schema.type === "ARRAY") text += `,"items":${child(schema.valueSchema)}`;
  if (schema.type === "MAP") text += `,"keys":${child(schema.keySchema)},"values":${child(schema.valueSchema)}`;
  if (schema.type === "STRUCT") {
    const fields = schema.fields.map(
      (field) => `{${members(field.schema, options)},"field":${jsonString(field.name)}}`,
    );
    text += `,"fields":[${fields.join(",")}]`;
  }
  text += `,"optional":${String(schema.optional)}`;
  if (schema.name !== null) text += `,"name":${jsonString(schema.name)}`;
  if (schema.version !== null) text += `,"version":${schema.version}`;
  if (schema.doc !== null) text += `,"doc":${jsonString(schema.doc)}`;
  if (schema.parameters !== null) {
    const parameters = Array.from(schema.parameters, ([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
    text += `,"parameters":{${parameters.join(",")}}`;
  }
  if (schema.defaultValue !== undefined && schema.defaultValue !== null)
    text += `,"default":${printConnectJson(schema, schema.defaultValue, options)}`;
  return text;
}
