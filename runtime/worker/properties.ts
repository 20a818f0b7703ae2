import { parse } from "dot-properties";
import { ConnectError } from "../api/index.js";

export type Properties = Readonly<Record<string, string>>;

/**
 * The text of a Java properties file as a map, by `java.util.Properties.load`: escapes, continued lines, `#` and `!` comments, the
 * last of equal keys wins, blanks at the end of a value stay. Throws ConnectError `config` for a malformed `\uXXXX`.
 */
export function parseProperties(text: string): Properties {
  const unix = text.replace(/\r\n?/g, "\n");
  for (const line of unix.split("\n"))
    if (!/^[ \t\f]*[#!]/.test(line) && /(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})/.test(line))
      throw new ConnectError("config", "Malformed \\uxxxx encoding.", {
        javaClass: "java.lang.IllegalArgumentException",
      });
  return { ...(parse(unix, false) as Record<string, string>) };
}

/** The properties whose key starts with `prefix`, without it. */
export function withPrefix(properties: Properties, prefix: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of Object.entries(properties))
    if (key.startsWith(prefix) && key.length > prefix.length) found[key.slice(prefix.length)] = value;
  return found;
}
