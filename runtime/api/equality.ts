/** A value that knows what equals it, as Java's `equals`: `Schema`, `Struct`, `Decimal`. */
export interface Equatable {
  equals(other: unknown): boolean;
}

/** Java's `Objects.deepEquals` over Connect values: bytes and arrays by content, maps in any order, `NaN` equals itself. */
export function deepEquals(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isEquatable(a)) return a.equals(b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && bytesEqual(a, b);
  if (a instanceof Date) return b instanceof Date && a.getTime() === b.getTime();
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEquals(item, b[index]));
  if (a instanceof Map) return b instanceof Map && mapsEqual(a, b);
  return false;
}

function isEquatable(value: object): value is Equatable {
  return "equals" in value && typeof value.equals === "function" && !(value instanceof Uint8Array);
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function mapsEqual(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!deepEquals(value, b.get(key))) return false;
    } else if (typeof key !== "object" || !hasEntry(b, key, value)) return false;
  }
  return true;
}

/** Keys that are structs, bytes or dates are compared by content. */
function hasEntry(map: ReadonlyMap<unknown, unknown>, key: unknown, value: unknown): boolean {
  for (const [otherKey, otherValue] of map) if (deepEquals(key, otherKey) && deepEquals(value, otherValue)) return true;
  return false;
}
