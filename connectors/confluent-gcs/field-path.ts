import { ConnectError, Struct } from "../../runtime/api/index.js";
import type { Field } from "../../runtime/api/index.js";

/** A value found in a record, with the field that says its type. Null where something on the way is null. */
export interface FoundField {
  readonly field: Field;
  readonly value: unknown;
}

/**
 * The value at a dotted path in a struct. Null where a value on the way, or the last one, is null.
 * Throws ConnectError `data` where the schema has no such field.
 */
export function findField(struct: Struct, path: string): FoundField | null {
  const names = path.split(".");
  let current: Struct | null = struct;
  for (const [index, name] of names.entries()) {
    const field = current.schema.field(name);
    if (field === undefined) throw new ConnectError("data", `Field '${path}' is not present in the schema.`);
    const value = current.get(field);
    if (value === null) return null;
    if (index === names.length - 1) return { field, value };
    if (!(value instanceof Struct)) throw new ConnectError("data", `Field '${path}' is not present in the schema.`);
    current = value;
  }
  return null;
}

/** The value at a dotted path in nested maps; `undefined` where a key is missing. */
export function findInMap(map: ReadonlyMap<unknown, unknown>, path: string): unknown {
  let current: unknown = map;
  for (const name of path.split(".")) {
    if (!(current instanceof Map) || !current.has(name)) return undefined;
    current = current.get(name);
  }
  return current;
}
