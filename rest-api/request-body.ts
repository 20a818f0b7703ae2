import { ConnectError, formatDouble } from "../runtime/api/index.js";
import type { TargetState } from "../runtime/herder.js";
import { parseJsonTree, type JsonNode, type JsonObject } from "../runtime/api/json-tree.js";

/**
 * Bodies of requests, bound as Jackson binds them to the JVM's request classes. What does not bind is answered with 500, as there.
 */

const ENTITIES = "org.apache.kafka.connect.runtime.rest.entities";
const STRING = "java.lang.String";
const STRING_MAP = "java.util.LinkedHashMap<java.lang.String,java.lang.String>";

/** A map of strings as a body holds it; scalars are kept in their source text. */
export type GivenStrings = Record<string, string | null>;

export interface CreateRequest {
  readonly name: string | null;
  readonly config: GivenStrings;
  readonly initialState: TargetState | null;
}

export interface GivenOffset {
  readonly partition: unknown;
  readonly offset: unknown;
}

/** `POST /connectors`. */
export function readCreateRequest(body: Uint8Array): CreateRequest {
  const type = `${ENTITIES}.CreateConnectorRequest`;
  const root = readRoot(body);
  if (root === null) throw nullPointer(`${type}.name()`, "createRequest");
  const fields = objectOf(root, type, ["name", "config", "initial_state"]);
  const config = readNullable(fields.get("config"), (node) => stringMap(node));
  const name = readNullable(fields.get("name"), stringOf);
  const initialState = readNullable(fields.get("initial_state"), initialStateOf);
  if (config === null) throw nullPointer("java.util.Map.get(Object)", "connectorConfig");
  return { name, config, initialState };
}

/** A configuration: `PUT` and `PATCH /connectors/{name}/config`, `PUT …/config/validate`. */
export function readConfig(body: Uint8Array): GivenStrings {
  const root = readRoot(body);
  if (root === null) throw nullPointer("java.util.Map.get(Object)", "connectorConfig");
  return stringMap(root);
}

/** {@link readConfig}, but null for no body, which `PATCH` finds out about later than about an unknown connector. */
export function readConfigOrNull(body: Uint8Array): GivenStrings | null {
  const root = readRoot(body);
  return root === null ? null : stringMap(root);
}

/** `PATCH /connectors/{name}/offsets`; null where the request gives no list. */
export function readOffsets(body: Uint8Array): readonly GivenOffset[] | null {
  const type = `${ENTITIES}.ConnectorOffsets`;
  const root = readRoot(body);
  if (root === null) throw nullPointer(`${type}.offsets()`, "offsets");
  const offsets = objectOf(root, type, ["offsets"]).get("offsets");
  return readNullable(offsets, (node) => {
    if (node.kind !== "array") throw mismatch(`java.util.ArrayList<${ENTITIES}.ConnectorOffset>`, node);
    return node.items.map((item) => {
      const fields = objectOf(item, `${ENTITIES}.ConnectorOffset`, ["partition", "offset"]);
      return { partition: freeMap(fields.get("partition")), offset: freeMap(fields.get("offset")) };
    });
  });
}

/** The `level` of `PUT /admin/loggers/{logger}`; other fields do not matter. */
export function readLevel(body: Uint8Array): string | null {
  const root = readRoot(body, false);
  if (root === null) throw nullPointer("java.util.Map.get(Object)", "levelMap");
  if (root.kind === "null") return null;
  const map = stringMap(root);
  return map["level"] ?? null;
}

/** `POST /connectors/{name}/tasks` between workers: checked here, read by the herder. */
export function checkTaskConfigs(body: Uint8Array): void {
  const root = readRoot(body);
  if (root === null) return;
  if (root.kind !== "array") throw mismatch(`java.util.ArrayList<${STRING_MAP}>`, root);
  for (const item of root.items) readNullable(item, (node) => stringMap(node));
}

/** Null for no value, and for a `null` where `nullIsNone`. */
function readRoot(body: Uint8Array, nullIsNone = true): JsonNode | null {
  const node = parseJsonTree(body);
  return node === null || (nullIsNone && node.kind === "null") ? null : node;
}

function readNullable<T>(node: JsonNode | undefined, read: (node: JsonNode) => T): T | null {
  return node === undefined || node.kind === "null" ? null : read(node);
}

function stringOf(node: JsonNode): string {
  if (node.kind === "object" || node.kind === "array") throw mismatch(STRING, node);
  return node.text;
}

function stringMap(node: JsonNode): GivenStrings {
  if (node.kind !== "object") throw mismatch(STRING_MAP, node, "java.util.LinkedHashMap");
  // Built from entries: a key called __proto__ is a key like any other.
  return Object.fromEntries([...node.members].map(([key, value]) => [key, readNullable(value, stringOf)]));
}

function initialStateOf(node: JsonNode): TargetState {
  const text = stringOf(node);
  switch (text.toUpperCase()) {
    case "RUNNING":
      return "STARTED";
    case "PAUSED":
      return "PAUSED";
    case "STOPPED":
      return "STOPPED";
    default:
      throw new ConnectError(
        "data",
        `Cannot construct instance of \`${ENTITIES}.CreateConnectorRequest$InitialState\`, problem: ` +
          `No enum constant ${ENTITIES}.CreateConnectorRequest.InitialState.${text.toUpperCase()}`,
      );
  }
}

function objectOf(node: JsonNode, type: string, known: readonly string[]): JsonObject["members"] {
  if (node.kind !== "object") throw mismatch(type, node);
  for (const name of node.members.keys())
    if (!known.includes(name))
      throw new ConnectError(
        "data",
        `Unrecognized field "${name}" (class ${type}), not marked as ignorable ` +
          `(${known.length === 1 ? "one known property" : `${known.length} known properties`}: ` +
          `${known.map((field) => `"${field}"`).join(", ")}])`,
      );
  return node.members;
}

/** A free-form map, `java.util.Map<String, Object>`: null stays null. */
function freeMap(node: JsonNode | undefined): Record<string, unknown> | null {
  return readNullable(node, (given) => {
    if (given.kind !== "object") throw mismatch("java.util.LinkedHashMap<java.lang.String,java.lang.Object>", given);
    return plain(given) as Record<string, unknown>;
  });
}

/** As JavaScript values; a number that is no safe integer becomes the text that Java prints for it. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "boolean":
      return node.text === "true";
    case "string":
      return node.text;
    case "number":
      if (!/^-?[0-9]+$/.test(node.text)) return formatDouble(Number(node.text));
      return Number.isSafeInteger(Number(node.text)) ? Number(node.text) : node.text;
    case "array":
      return node.items.map(plain);
    case "object":
      return Object.fromEntries([...node.members].map(([key, value]) => [key, plain(value)]));
  }
}

const TOKENS = {
  array: "Array value (token `JsonToken.START_ARRAY`)",
  object: "Object value (token `JsonToken.START_OBJECT`)",
};

function mismatch(type: string, node: JsonNode, raw = type): ConnectError {
  if (node.kind === "array" || node.kind === "object")
    return new ConnectError("data", `Cannot deserialize value of type \`${type}\` from ${TOKENS[node.kind]}`);
  const value = { string: "String value", number: "Number value", boolean: "Boolean value", null: "null" }[node.kind];
  return new ConnectError(
    "data",
    `Cannot construct instance of \`${raw}\` (although at least one Creator exists): ` +
      `no constructor or factory method to deserialize from ${value}`,
  );
}

/** The JVM answers what it does not check with the text of its null pointer. */
function nullPointer(call: string, variable: string): ConnectError {
  return new ConnectError("data", `Cannot invoke "${call}" because "${variable}" is null`, {
    javaClass: "java.lang.NullPointerException",
  });
}
