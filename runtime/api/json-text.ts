import { Decimal } from "./decimal.js";
import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { formatDouble } from "./java-number.js";
import { javaClassName } from "./java-text.js";
import { JsonOutput } from "./json-output.js";

const OUT = new JsonOutput();

/** The text that `write` writes. Not to be nested. */
export function jsonTextOf(write: (out: JsonOutput) => void): string {
  OUT.clear();
  write(OUT);
  return OUT.text();
}

/** {@link writeJson} as a string. */
export function printJson(value: unknown): string {
  return jsonTextOf((out) => {
    writeJson(value, out);
  });
}

/**
 * Schemaless Connect data as JSON text in the spelling of Connect's JsonConverter (Jackson): no white space, strings as
 * {@link JsonOutput} spells them, numbers as Java prints them, bytes in base64. A map with any key that is no string becomes an array
 * of pairs. Throws ConnectError `data` for what has no Connect type; `out` may hold a part of it then.
 */
export function writeJson(value: unknown, out: JsonOutput): void {
  switch (typeof value) {
    case "string":
      out.string(value);
      return;
    case "number":
      if (!Number.isInteger(value)) {
        if (!out.shortFraction(value)) out.ascii(jsonDouble(value));
      } else if (Number.isSafeInteger(value)) out.integer(value);
      else out.ascii(integerText(value));
      return;
    case "bigint":
      out.ascii(value.toString());
      return;
    case "boolean":
      out.ascii(value ? "true" : "false");
      return;
    default:
      if (value === null || value === undefined) out.ascii("null");
      else writeObject(value, out);
  }
}

function writeObject(value: unknown, out: JsonOutput): void {
  if (value instanceof Map) {
    writeMap(value, out);
    return;
  }
  if (Array.isArray(value)) {
    out.byte(OPEN_LIST);
    for (let i = 0; i < value.length; i++) {
      if (i > 0) out.byte(COMMA);
      writeJson(value[i], out);
    }
    out.byte(CLOSE_LIST);
    return;
  }
  if (value instanceof ExactNumber) {
    out.ascii(exactNumberText(value));
    return;
  }
  if (value instanceof Uint8Array) {
    out.ascii(jsonBytes(value));
    return;
  }
  if (isStruct(value)) throw new ConnectError("data", "Mismatching schema.");
  const name = javaClassName(value);
  throw new ConnectError("data", `Java class class ${name} does not have corresponding schema type.`);
}

function isStruct(value: unknown): boolean {
  return !(value instanceof Decimal) && !(value instanceof Date) && javaClassName(value).endsWith(".Struct");
}

function writeMap(map: ReadonlyMap<unknown, unknown>, out: JsonOutput): void {
  const start = out.length;
  out.byte(OPEN_OBJECT);
  let isFirst = true;
  for (const [key, item] of map) {
    if (typeof key !== "string") {
      out.length = start;
      writePairs(map, out);
      return;
    }
    if (isFirst) isFirst = false;
    else out.byte(COMMA);
    out.string(key);
    out.byte(COLON);
    writeJson(item, out);
  }
  out.byte(CLOSE_OBJECT);
}

function writePairs(map: ReadonlyMap<unknown, unknown>, out: JsonOutput): void {
  out.byte(OPEN_LIST);
  let isFirst = true;
  for (const [key, item] of map) {
    if (isFirst) isFirst = false;
    else out.byte(COMMA);
    out.byte(OPEN_LIST);
    writeJson(key, out);
    out.byte(COMMA);
    writeJson(item, out);
    out.byte(CLOSE_LIST);
  }
  out.byte(CLOSE_LIST);
}

const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const COLON = 58;
const COMMA = 44;

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

/** `text` as a JSON string in Jackson's spelling, with its quotes. */
export function jsonString(text: string): string {
  return jsonTextOf((out) => {
    out.string(text);
  });
}
