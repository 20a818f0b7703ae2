import {
  ConnectError,
  javaClassName,
  javaRegex,
  Struct,
  type Field,
  type ParsedValue,
  type Schema,
  type Validator,
} from "../api/index.js";
import type { Taken } from "./plugin.js";

/** Schemaless fields by name. */
export type Fields = ReadonlyMap<string, unknown>;

/** Connect's `Requirements.requireMap`. `purpose` is what the transformation does, for the text. Throws ConnectError `data`. */
export function requireMap(value: unknown, purpose: string): Fields {
  if (value instanceof Map) return value as Fields;
  throw new ConnectError(
    "data",
    `Only Map objects supported in absence of schema for [${purpose}], found: ${classOf(value, null)}`,
  );
}

/** {@link requireMap}, and the map is one that the caller may change. */
export function ownMap({ value, isOwn }: Taken, purpose: string): Map<string, unknown> {
  const fields = requireMap(value, purpose);
  if (isOwn) return fields as Map<string, unknown>;
  const copy = new Map<string, unknown>();
  // Quicker than `new Map(map)`.
  for (const [name, member] of fields) copy.set(name, member);
  return copy;
}

/** Connect's `Requirements.requireStruct`. Throws ConnectError `data`. */
export function requireStruct(value: unknown, purpose: string, schema: Schema | null = null): Struct {
  if (value instanceof Struct) return value;
  throw new ConnectError("data", `Only Struct objects supported for [${purpose}], found: ${classOf(value, schema)}`);
}

function classOf(value: unknown, schema: Schema | null): string {
  return value === null ? "null" : javaClassName(value, schema);
}

/** A field's value; with `withDefault` its default where it is null. */
export function fieldValue(struct: Struct, field: Field, withDefault: boolean): unknown {
  return withDefault ? struct.get(field) : struct.getWithoutDefault(field);
}

/** The field of a schema. Throws ConnectError `data` for a schema that is no STRUCT. */
export function lookUpField(schema: Schema, name: string): Field | undefined {
  if (schema.type !== "STRUCT") throw new ConnectError("data", "Cannot look up fields on non-struct type");
  return schema.field(name);
}

/** What Java's `null.something()` ends in. */
export function nullPointer(message: string): ConnectError {
  return new ConnectError("data", message, { javaClass: "java.lang.NullPointerException" });
}

/** `NonEmptyListValidator`. */
export const nonEmptyList: Validator = (value) => ((value as readonly string[] | null)?.length ? null : "Empty list");

/** `RegexValidator`. */
export const validRegex: Validator = (value) => {
  if (value === null) return "Invalid regex: null";
  try {
    javaRegex(value as string);
    return null;
  } catch (error) {
    return `Invalid regex: ${(error as Error).message}`;
  }
};

/** `NonNullValidator`. */
export const nonNull: Validator = (value: ParsedValue) => (value === null ? "entry must be non null" : null);
