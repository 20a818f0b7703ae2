/** Values of a Java properties file as tests write them. */
export type Properties = Record<string, string | number | boolean>;

/** The text of a Java properties file with these entries. */
export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${escape(key, true)}=${escape(String(value), false)}\n`)
    .join("");
}

/** Java reads these files as Latin-1: everything else goes in as \uXXXX. */
function escape(text: string, isKey: boolean): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replace(/^ /, "\\ ")
    .replaceAll(/[^\t\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return isKey ? escaped.replaceAll(/[=: ]/g, "\\$&") : escaped;
}
