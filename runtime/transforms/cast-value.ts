import {
  ConnectError,
  DATE,
  dateToDays,
  Decimal,
  doubleToLong,
  ExactNumber,
  formatDouble,
  formatFloat,
  formatTemporal,
  javaClassName,
  javaToString,
  TIME,
  TIMESTAMP,
  timeToMs,
  type Schema,
  type SchemaType,
} from "../api/index.js";

const BITS: Readonly<Record<string, number>> = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 };
const INPUT_TYPES = "[INT8, INT16, INT32, INT64, FLOAT32, FLOAT64, BOOLEAN, STRING, BYTES]";

/** Connect's `Cast.castValueToType`: as Java casts numbers and parses texts. Throws ConnectError `data`. */
export function castValue(schema: Schema | null, value: unknown, type: SchemaType): unknown {
  if (value === null) return null;
  checkInput(schema, value);
  const raw = type === "STRING" || schema === null ? value : withoutLogicalType(schema, value);
  switch (type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "INT64":
      return toInteger(schema, raw, BITS[type]!);
    case "FLOAT32":
    case "FLOAT64":
      return toFloat(schema, raw, type);
    case "BOOLEAN":
      return toBoolean(schema, raw);
    default:
      return toText(schema, raw);
  }
}

function checkInput(schema: Schema | null, value: unknown): void {
  const type = schema?.type ?? schemalessType(value);
  if (type === null)
    throw new ConnectError(
      "data",
      `Cast transformation was passed a value of type class ${javaClassName(value)} which is not supported by Connect's data API`,
    );
  if (type === "ARRAY" || type === "MAP" || type === "STRUCT")
    throw new ConnectError(
      "data",
      `Cast transformation does not support casting from ${type}; supported types are ${INPUT_TYPES}`,
    );
}

function schemalessType(value: unknown): string | null {
  if (Array.isArray(value)) return "ARRAY";
  if (value instanceof Map) return "MAP";
  if (value instanceof Date || value instanceof Decimal) return null;
  return "primitive";
}

function withoutLogicalType(schema: Schema, value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  switch (schema.name) {
    case DATE:
      return dateToDays(value);
    case TIME:
      return timeToMs(value);
    case TIMESTAMP:
      return value.getTime();
    default:
      return value;
  }
}

/** Floats are cut to int for the narrow types and only then to their size, as Java does. */
function toInteger(schema: Schema | null, value: unknown, bits: number): number | bigint {
  let result: bigint;
  if (typeof value === "boolean") result = value ? 1n : 0n;
  else if (typeof value === "string") result = parseInteger(value, bits);
  else if (value instanceof Decimal) result = value.toInt64();
  else if (typeof value === "bigint") result = value;
  else if (value instanceof ExactNumber || isFloat(schema, value)) {
    const long = doubleToLong(Number(value));
    result = bits === 64 ? long : saturate32(long);
  } else if (typeof value === "number") result = BigInt(value);
  else throw unexpected(value);
  result = BigInt.asIntN(bits, result);
  return Number.isSafeInteger(Number(result)) ? Number(result) : result;
}

function saturate32(value: bigint): bigint {
  if (value > 2147483647n) return 2147483647n;
  return value < -2147483648n ? -2147483648n : value;
}

function isFloat(schema: Schema | null, value: unknown): value is number {
  if (typeof value !== "number") return false;
  return schema === null ? !Number.isInteger(value) : schema.type === "FLOAT32" || schema.type === "FLOAT64";
}

function parseInteger(text: string, bits: number): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace("+", "")) : null;
  if (value === null || BigInt.asIntN(bits, value) !== value) throw outOfRange(text);
  return value;
}

function toFloat(schema: Schema | null, value: unknown, type: "FLOAT32" | "FLOAT64"): number | ExactNumber {
  let result: number;
  if (typeof value === "boolean") result = value ? 1 : 0;
  else if (typeof value === "string") result = parseFloating(value);
  else if (value instanceof Decimal) result = value.toNumber();
  // JSON's numbers come by way of BigDecimal, which has no -0.
  else if (value instanceof ExactNumber) result = Number(value) + 0;
  else if (typeof value === "number" || typeof value === "bigint") result = Number(value);
  else throw unexpected(value);
  if (type === "FLOAT32") result = Math.fround(result);
  return schema === null ? schemalessFloat(result, type) : result;
}

/** Without a schema, a whole `number` would be taken for an integer and a float32 for a float64. */
function schemalessFloat(value: number, type: "FLOAT32" | "FLOAT64"): number | ExactNumber {
  const text = type === "FLOAT32" ? formatFloat(value) : formatDouble(value);
  const short = Number(text);
  return !Number.isInteger(short) && formatDouble(short) === text ? short : new ExactNumber(text);
}

/** `Double.parseDouble` without hexadecimal floats. */
function parseFloating(text: string): number {
  const trimmed = text.trim();
  const match = /^([+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))[fFdD]?$/.exec(trimmed);
  if (match === null) throw outOfRange(text);
  return Number(match[1]!.replace(/^[+-]NaN/, "NaN"));
}

function toBoolean(schema: Schema | null, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return value.toLowerCase() === "true";
  return toInteger(schema, value, 64) !== 0;
}

function toText(schema: Schema | null, value: unknown): string {
  if (value instanceof Date) return formatTemporal(value);
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  return javaToString(value, schema);
}

function outOfRange(text: string): ConnectError {
  return new ConnectError("data", `Value (${text}) was out of range for requested data type`);
}

function unexpected(value: unknown): ConnectError {
  return new ConnectError("data", `Unexpected type in Cast transformation: class ${javaClassName(value)}`);
}
