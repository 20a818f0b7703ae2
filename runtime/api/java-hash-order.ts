/**
 * The entries of a map in the order in which a `java.util.HashMap` gives them that grew by itself, as Connect's converters make
 * them: by the buckets of their keys' hashes, in a bucket by their insertion. Entries with other keys than texts and numbers stay
 * in the map's own order.
 */
export function hashMapEntries(map: ReadonlyMap<unknown, unknown>): [unknown, unknown][] {
  const entries = [...map];
  if (entries.length < 2 || !entries.every(([key]) => typeof key === "string" || Number.isSafeInteger(key)))
    return entries;
  let capacity = 16;
  while (entries.length > capacity * 0.75) capacity *= 2;
  const bucketOf = (key: unknown): number => {
    const hash = typeof key === "string" ? stringHash(key) : longHash(key as number);
    return (hash ^ (hash >>> 16)) & (capacity - 1);
  };
  return entries
    .map((entry) => ({ entry, bucket: bucketOf(entry[0]) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ entry }) => entry);
}

/** Java's `String.hashCode`. */
function stringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** Java's `Long.hashCode`, which for small numbers that are not negative is that of the narrower types too. */
function longHash(value: number): number {
  const long = BigInt.asUintN(64, BigInt(value));
  return Number(BigInt.asIntN(32, long ^ (long >> 32n)));
}
