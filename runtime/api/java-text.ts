import { ExactNumber } from "./exact-number.js";
import { hashMapEntries } from "./java-hash-order.js";
import { formatDouble, formatFloat } from "./java-number.js";
import type { Schema } from "./schema.js";

/**
 * A Connect value as Java's `toString` prints it: `Struct{a=1}`, `{x=1, y=null}`, `[1, a]`, `1.0E10`, dates as
 * `Thu Jan 01 00:00:00 UTC 1970`. Maps are printed in the order of a Java HashMap, for texts of keys become object names. `schema` tells floats from integers where the value alone cannot.
 */
export function javaToString(value: unknown, schema: Schema | null = null): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return numberText(value, schema);
    case "bigint":
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : objectText(value, schema);
    default:
      return "null";
  }
}

function numberText(value: number, schema: Schema | null): string {
  if (schema?.type === "FLOAT32") return formatFloat(value);
  if (schema?.type === "FLOAT64" || !Number.isInteger(value)) return formatDouble(value);
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
    ? String(value)
    : BigInt(value).toString();
}

function objectText(value: object, schema: Schema | null): string {
  if (Array.isArray(value)) return `[${value.map((item) => javaToString(item, schema?.valueSchema)).join(", ")}]`;
  if (value instanceof Map) {
    const parts: string[] = [];
    for (const [key, item] of hashMapEntries(value as Map<unknown, unknown>))
      parts.push(`${javaToString(key, schema?.keySchema)}=${javaToString(item, schema?.valueSchema)}`);
    return `{${parts.join(", ")}}`;
  }
  if (value instanceof Uint8Array) return `[B@${contentHash(value)}`;
  if (value instanceof Date) return dateText(value);
  // Java holds the float64, which by way of BigDecimal is never -0.
  if (value instanceof ExactNumber) return formatDouble(Number(value.text) + 0);
  // Struct and Decimal print themselves.
  return (value as { toString(): string }).toString();
}

/** Java prints an arbitrary object identity here; ours depends on the content, so that it is the same every time. */
function contentHash(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16);
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `java.util.Date.toString` of a JVM whose zone is UTC. */
function dateText(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${DAYS[date.getUTCDay()]!} ${MONTHS[date.getUTCMonth()]!} ${two(date.getUTCDate())}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const year = date.getUTCFullYear();
  return `${day} ${time} UTC ${String(year > 0 ? year : 1 - year).padStart(4, "0")}`;
}

/** Class that Java would hold for a value: `java.lang.Long`, `java.util.HashMap`, `[B`. For error texts. */
export function javaClassName(value: unknown, schema: Schema | null = null): string {
  switch (typeof value) {
    case "string":
      return "java.lang.String";
    case "number":
    case "bigint": {
      const type = schema?.type ?? (typeof value === "bigint" || Number.isInteger(value) ? "INT64" : "FLOAT64");
      return NUMBER_CLASSES[type] ?? "java.lang.Long";
    }
    case "boolean":
      return "java.lang.Boolean";
    default:
      return javaObjectClassName(value);
  }
}

const NUMBER_CLASSES: Readonly<Record<string, string>> = {
  INT8: "java.lang.Byte",
  INT16: "java.lang.Short",
  INT32: "java.lang.Integer",
  INT64: "java.lang.Long",
  FLOAT32: "java.lang.Float",
  FLOAT64: "java.lang.Double",
};

const CLASSES: Readonly<Record<string, string>> = {
  Array: "java.util.ArrayList",
  Map: "java.util.HashMap",
  Date: "java.util.Date",
  Struct: "org.apache.kafka.connect.data.Struct",
  Decimal: "java.math.BigDecimal",
  ExactNumber: "java.lang.Double",
};

function javaObjectClassName(value: unknown): string {
  if (value instanceof Uint8Array) return "[B";
  const name = typeof value === "object" && value !== null ? value.constructor.name : "";
  return CLASSES[name] ?? "java.lang.Object";
}
