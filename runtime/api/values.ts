import { Decimal } from "./decimal.js";
import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { formatDouble, formatFloat } from "./java-number.js";
import { JavaDateFormat } from "./java-date-format.js";
import { javaClassName, javaToString } from "./java-text.js";
import { DATE, dateToDays, MS_PER_DAY, TIME, TIMESTAMP, timeToMs } from "./logical-types.js";
import { Schema } from "./schema.js";
import { Struct } from "./struct.js";
import { parseDecimalOrNull, parseValue } from "./values-parser.js";

export { parseValue };

/** Connect's `Values`: conversions between types, and the text form of header values. */

const TIME_FORMAT = new JavaDateFormat("HH:mm:ss.SSS'Z'");
const DATE_FORMAT = new JavaDateFormat("yyyy-MM-dd");
const TIMESTAMP_FORMAT = new JavaDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'");

/** `Values.dateFormatFor`: which of date, time and timestamp a moment is taken for. */
export function formatTemporal(value: Date): string {
  const ms = value.getTime();
  if (ms < MS_PER_DAY) return TIME_FORMAT.format(ms);
  return (ms % MS_PER_DAY === 0 ? DATE_FORMAT : TIMESTAMP_FORMAT).format(ms);
}

/** `Values.convertToString`: the text form, which {@link parseValue} reads. Null stays null. */
export function valueToString(schema: Schema | null, value: unknown): string | null {
  return value === null ? null : textOf(schema, value, false);
}

function textOf(schema: Schema | null, value: unknown, embedded: boolean): string {
  if (value === null) return "null";
  if (typeof value === "string") return embedded ? quoted(value) : value;
  if (typeof value === "number") {
    if (schema?.type === "FLOAT32") return formatFloat(value);
    return schema?.type === "FLOAT64" || !Number.isInteger(value) ? formatDouble(value) : javaToString(value);
  }
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
    return embedded ? `"${text}"` : text;
  }
  if (Array.isArray(value))
    return `[${value.map((item) => textOf(schema?.valueSchema ?? null, item, true)).join(",")}]`;
  if (value instanceof Map) return `{${mapEntries(schema, value).join(",")}}`;
  if (value instanceof Struct) return structText(value);
  if (value instanceof Date) return formatTemporal(value);
  return javaToString(value);
}

function mapEntries(schema: Schema | null, map: ReadonlyMap<unknown, unknown>): string[] {
  return Array.from(
    map,
    ([key, item]) =>
      `${textOf(schema?.keySchema ?? null, key, true)}:${textOf(schema?.valueSchema ?? null, item, true)}`,
  );
}

function structText(struct: Struct): string {
  const fields = struct.schema.fields.map(
    (field) => `${quoted(field.name)}:${textOf(field.schema, struct.get(field), true)}`,
  );
  return `{${fields.join(",")}}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

const INTEGER_BITS = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 } as const;
export type NumericType = keyof typeof INTEGER_BITS | "FLOAT32" | "FLOAT64";

/**
 * `Values.convertToByte` to `convertToDouble`: numbers are cut to the type's size as Java casts do, texts parsed, dates taken as
 * their number. Throws ConnectError `data` for what is no number. Null stays null.
 */
export function convertToNumber(type: NumericType, schema: Schema | null, value: unknown): number | bigint | null {
  if (value === null) return null;
  if (type === "FLOAT32") return Math.fround(toDouble(schema, value));
  if (type === "FLOAT64") return toDouble(schema, value);
  const number = BigInt.asIntN(INTEGER_BITS[type], toLong(schema, value));
  return Number.isSafeInteger(Number(number)) ? Number(number) : number;
}

/** `Values.convertToBoolean`: the texts true and false, else whether a number is not 0. Null stays null. */
export function convertToBoolean(schema: Schema | null, value: unknown): boolean | null {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") {
    const parsed = parseValue(value).value;
    if (typeof parsed === "boolean") return parsed;
  }
  return toLong(schema, value) !== 0n;
}

const LONG_MAX = 2n ** 63n - 1n;

/** A float as Java casts it to a long: towards zero, the nearest end where it is out of range, NaN to 0. */
export function doubleToLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return LONG_MAX;
  if (value <= -(2 ** 63)) return -LONG_MAX - 1n;
  return BigInt(Math.trunc(value));
}

/** `Values.asLong`. */
function toLong(schema: Schema | null, value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return doubleToLong(value);
  if (value instanceof ExactNumber) return doubleToLong(Number(value.text));
  if (value instanceof Decimal) return value.toInt64();
  if (typeof value === "string") {
    const decimal = parseDecimalOrNull(value);
    if (decimal !== null) return decimal.toInt64();
  }
  if (value instanceof Date) {
    if (schema?.name === DATE) return BigInt(dateToDays(value));
    if (schema?.name === TIME) return BigInt(timeToMs(value));
    if (schema?.name === TIMESTAMP) return BigInt(value.getTime());
  }
  const target = schema === null ? "a number" : schema.toString();
  throw new ConnectError(
    "data",
    `Unable to convert ${javaToString(value, schema)} (class ${javaClassName(value)}) to ${target}`,
  );
}

/** `Values.asDouble`. */
function toDouble(schema: Schema | null, value: unknown): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (value instanceof ExactNumber) return Number(value.text);
  if (value instanceof Decimal) return value.toNumber();
  if (typeof value === "string") {
    const decimal = parseDecimalOrNull(value);
    if (decimal !== null) return decimal.toNumber();
  }
  return Number(toLong(schema, value));
}

/** `Values.inferSchema`: the schema of schemaless data, or null where it has none. */
export function inferSchema(value: unknown): Schema | null {
  if (value instanceof Struct) return value.schema;
  if (Array.isArray(value)) {
    const items = commonSchema(value);
    return items === null ? null : new Schema("ARRAY", { valueSchema: items });
  }
  if (value instanceof Map) {
    const keySchema = commonSchema([...(value as Map<unknown, unknown>).keys()]);
    const valueSchema = commonSchema([...(value as Map<unknown, unknown>).values()]);
    return keySchema === null || valueSchema === null ? null : new Schema("MAP", { keySchema, valueSchema });
  }
  switch (typeof value) {
    case "string":
      return new Schema("STRING");
    case "boolean":
      return new Schema("BOOLEAN");
    case "number":
      return new Schema(Number.isInteger(value) ? "INT64" : "FLOAT64");
    case "bigint":
      return new Schema("INT64");
    default:
      if (value instanceof ExactNumber) return new Schema("FLOAT64");
      return value instanceof Uint8Array ? new Schema("BYTES") : null;
  }
}

/** The type that all values have, optional where one is null; null where there is none. */
function commonSchema(values: readonly unknown[]): Schema | null {
  let found: Schema | null = null;
  for (const value of values) {
    if (value === null) continue;
    const schema = inferSchema(value);
    if (schema === null || (found !== null && found.type !== schema.type)) return null;
    found = schema;
  }
  return found === null ? null : new Schema(found.type, { optional: values.includes(null) });
}
