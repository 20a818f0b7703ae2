const PLACEHOLDER = /\$\{([A-Z][A-Z0-9_]*)\}/g;

const PATTERNS: Readonly<Record<string, string>> = {
  WORKER: "[^\\s:]+:\\d+",
  VERSION: ".+",
  COMMIT: "[0-9a-zA-Z]+",
  CLUSTER: ".+",
  NUM: "-?\\d+",
};

/** Values of `${NAME}`; the names that are not there are placeholders for what the answer holds. */
export type Variables = Readonly<Record<string, string>>;

/** `value` with the variables put in, in keys too. */
export function substitute<T>(value: T, variables: Variables): T {
  if (typeof value === "string")
    return value.replace(PLACEHOLDER, (text, name: string) => variables[name] ?? text) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => substitute(item, variables)) as T;
  if (typeof value !== "object" || value === null || isRaw(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [substitute(key, variables), substitute(item as unknown, variables)]),
  ) as T;
}

function isRaw(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

/** The placeholder that the whole of `expected` is, or null. */
export function placeholderOf(expected: unknown): string | null {
  return typeof expected === "string" ? (/^\$\{([A-Z][A-Z0-9_]*)\}$/.exec(expected)?.[1] ?? null) : null;
}

/** Whether a value can stand where the placeholder is. */
export function fits(placeholder: string, actual: unknown): boolean {
  const pattern = PATTERNS[placeholder];
  if (pattern === undefined) return true;
  return (
    (typeof actual === "string" || typeof actual === "number") &&
    new RegExp(`^(?:${pattern})$`, "s").test(String(actual))
  );
}

/** Whether a text is the expected one, placeholders allowed within. */
export function textMatches(expected: string, actual: string): boolean {
  if (expected === actual) return true;
  let pattern = "";
  let position = 0;
  for (const match of expected.matchAll(PLACEHOLDER)) {
    pattern += `${escape(expected.slice(position, match.index))}(?:${PATTERNS[match[1]!] ?? ".*"})`;
    position = match.index + match[0].length;
  }
  return position > 0 && new RegExp(`^${pattern}${escape(expected.slice(position))}$`, "s").test(actual);
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
