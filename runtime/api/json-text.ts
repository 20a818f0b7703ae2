import { Decimal } from "./decimal.js";
import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { formatDouble } from "./java-number.js";
import { javaClassName } from "./java-text.js";

/**
 * Schemaless Connect data as JSON text in the spelling of Connect's JsonConverter (Jackson): no white space, the shortest
 * escapes, upper-case hexadecimal, characters beyond U+FFFF as two escapes, numbers as Java prints them, bytes in base64.
 * A map with any key that is no string becomes an array of pairs. Throws ConnectError `data` for what has no Connect type.
 */
export function printJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      return jsonString(value);
    case "number":
      return Number.isInteger(value) ? integerText(value) : jsonDouble(value);
    case "bigint":
      return value.toString();
    case "boolean":
      return value ? "true" : "false";
    default:
      return value === null || value === undefined ? "null" : printObject(value);
  }
}

function printObject(value: unknown): string {
  if (value instanceof Map) return printMap(value);
  if (Array.isArray(value)) {
    let text = "[";
    for (let i = 0; i < value.length; i++) text += i === 0 ? printJson(value[i]) : `,${printJson(value[i])}`;
    return `${text}]`;
  }
  if (value instanceof ExactNumber) return exactNumberText(value);
  if (value instanceof Uint8Array) return jsonBytes(value);
  if (isStruct(value)) throw new ConnectError("data", "Mismatching schema.");
  const name = javaClassName(value);
  throw new ConnectError("data", `Java class class ${name} does not have corresponding schema type.`);
}

function isStruct(value: unknown): boolean {
  return !(value instanceof Decimal) && !(value instanceof Date) && javaClassName(value).endsWith(".Struct");
}

function printMap(map: ReadonlyMap<unknown, unknown>): string {
  let text = "";
  for (const [key, item] of map) {
    if (typeof key !== "string") return printPairs(map);
    text += text === "" ? `{${jsonString(key)}:${printJson(item)}` : `,${jsonString(key)}:${printJson(item)}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

function printPairs(map: ReadonlyMap<unknown, unknown>): string {
  const pairs: string[] = [];
  for (const [key, item] of map) pairs.push(`[${printJson(key)},${printJson(item)}]`);
  return `[${pairs.join(",")}]`;
}

function integerText(value: number): string {
  return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
}

/** A float64 as Jackson writes it: Java's text, in quotes where it is no number. */
export function jsonDouble(value: number): string {
  const text = formatDouble(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

/** The source's own text; that of a value that is no JSON number (`NaN`) in quotes. */
export function exactNumberText(value: ExactNumber): string {
  return /[0-9]/.test(value.text) ? value.text : `"${value.text}"`;
}

/** Bytes as a base64 string, as Jackson writes `byte[]`. */
export function jsonBytes(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64")}"`;
}

// eslint-disable-next-line no-control-regex -- these are the characters that need an escape
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;
// eslint-disable-next-line no-control-regex -- as above
const EACH_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/g;
const SHORT_ESCAPES = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** `text` as a JSON string in Jackson's spelling, with its quotes. */
export function jsonString(text: string): string {
  return NEEDS_ESCAPE.test(text) ? `"${text.replace(EACH_ESCAPE, escapeCharacter)}"` : `"${text}"`;
}

function escapeCharacter(character: string): string {
  return SHORT_ESCAPES.get(character) ?? `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
