/** Values of a Java properties file as tests write them. */
export type Properties = Record<string, string | number | boolean>;

/** The text of a Java properties file with these entries. */
export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(([key, value]) => `${escape(key, true)}=${escape(String(value), false)}\n`)
    .join("");
}

function escape(text: string, isKey: boolean): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replace(/^ /, "\\ ");
  return isKey ? escaped.replaceAll(/[=: ]/g, "\\$&") : escaped;
}
