/**
 * Java's `HashMap` keeps its entries in the order of their hashes, which is how a map's members come out of the JVM sinks. This
 * gives maps that order, for byte identity. Not modelled: the trees that replace buckets of eight and more colliding keys.
 */

const DEFAULT_CAPACITY = 16;

/** The capacity of `new HashMap<>(n)`: the least power of two that is at least n. */
export function hashMapCapacity(size: number): number {
  let capacity = 1;
  while (capacity < size) capacity *= 2;
  return capacity;
}

/**
 * The same entries in the order in which a `HashMap` would iterate over them after they were put in their present order.
 * A map with keys of which the hash is not modelled (structs, lists, …) is given back as it is.
 */
export function inHashMapOrder(map: Map<unknown, unknown>, initialCapacity = DEFAULT_CAPACITY): Map<unknown, unknown> {
  if (map.size < 2) return map;
  let capacity = initialCapacity;
  while (map.size > capacity * 0.75) capacity *= 2;
  const buckets: [key: unknown, value: unknown][][] = [];
  for (const entry of map) {
    const hash = javaHash(entry[0]);
    if (hash === null) return map;
    const index = (hash ^ (hash >>> 16)) & (capacity - 1);
    (buckets[index] ??= []).push(entry);
  }
  const ordered = new Map<unknown, unknown>();
  for (const bucket of buckets)
    for (const [key, value] of (bucket as typeof bucket | undefined) ?? []) ordered.set(key, value);
  return ordered;
}

/** `Object.hashCode` of strings, integers that Long and Integer hash alike, and booleans. */
function javaHash(key: unknown): number | null {
  switch (typeof key) {
    case "string": {
      let hash = 0;
      for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
      return hash;
    }
    case "boolean":
      return key ? 1231 : 1237;
    case "number":
      return Number.isInteger(key) && key >= 0 && key < 0x8000_0000 ? key : null;
    default:
      return key === null ? 0 : null;
  }
}
