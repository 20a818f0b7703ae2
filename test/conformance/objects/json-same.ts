/** A JSON number in its source's spelling. */
class NumberText {
  constructor(readonly text: string) {}
}

/** JSON with every number as it was written. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === "number" ? new NumberText(context?.source ?? String(value)) : value,
  );
}

/**
 * The first difference between two values of {@link parseExactly}, or null. `numbers` says how numbers are compared; members of
 * objects may come in any order.
 */
export function difference(
  expected: unknown,
  actual: unknown,
  numbers: (expected: string, actual: string) => boolean,
  path = "$",
): string | null {
  if (expected instanceof NumberText && actual instanceof NumberText)
    return numbers(expected.text, actual.text) ? null : `${path}: ${expected.text} is not ${actual.text}`;
  // What the JVM prints as a text where a number is too large, the source's number may stay.
  if (typeof expected === "string" && expected.endsWith("Infinity") && actual instanceof NumberText)
    return Number(actual.text) === Number(expected) ? null : `${path}: ${expected} is not ${actual.text}`;
  if (typeof expected !== "object" || typeof actual !== "object" || expected === null || actual === null)
    return expected === actual ? null : `${path}: ${JSON.stringify(expected)} is not ${JSON.stringify(actual)}`;
  if (Array.isArray(expected) !== Array.isArray(actual)) return `${path}: one is an array`;
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  for (const key of keys) {
    if (!Object.hasOwn(expected, key)) return `${path}.${key} is not expected`;
    if (!Object.hasOwn(actual, key)) return `${path}.${key} is missing`;
    const at = (holder: object): unknown => (holder as Record<string, unknown>)[key];
    const found = difference(at(expected), at(actual), numbers, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** Equal as doubles; an integer that the JVM wrapped to 64 bits may be the source's. */
export function sameNumber(expected: string, actual: string): boolean {
  const isInteger = /^-?\d+$/;
  if (isInteger.test(expected) && isInteger.test(actual))
    return BigInt.asIntN(64, BigInt(expected) - BigInt(actual)) === 0n;
  return Number(expected) === Number(actual);
}

export function sameText(expected: string, actual: string): boolean {
  return expected === actual;
}
