const prefix = "CONNECT_";

/**
 * The text of a worker's properties file from `CONNECT_*` variables, under the rule of the images people come from:
 * `_` stands for a dot, `__` for a dash, `___` for an underscore, so `CONNECT_BOOTSTRAP_SERVERS` is `bootstrap.servers`.
 * `CONNECT_LOG4J_*` is about logging, which the worker reads itself. Empty when there is no such variable.
 */
export function propertiesFromEnvironment(environment: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(environment)
    .filter(([name, value]) => /^CONNECT_(?!LOG4J_)./.test(name) && value !== undefined)
    .map(([name, value = ""]) => `${escape(keyOf(name))}=${escape(value)}\n`)
    .join("");
}

function keyOf(name: string): string {
  const separators = { _: ".", __: "-", ___: "_" } as const;
  return name
    .slice(prefix.length)
    .toLowerCase()
    .replaceAll(/_{1,3}/g, (run) => separators[run as keyof typeof separators]);
}

/** Java reads these files as Latin-1, drops leading blanks, and joins a line that ends in a backslash with the next. */
function escape(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replace(/^[ \t\f]/, "\\$&")
    .replaceAll(/[^\t\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
