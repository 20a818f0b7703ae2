import {
  ConnectError,
  dateSchema,
  javaClassName,
  msToTimestamp,
  Schema,
  timeSchema,
  timestampSchema,
  type JavaDateFormat,
} from "../api/index.js";

/** The forms of a timestamp that TimestampConverter knows. */
export type TimestampType = "string" | "unix" | "Date" | "Time" | "Timestamp";

export interface TimestampOptions {
  readonly target: TimestampType;
  /** Null where none is configured. */
  readonly format: JavaDateFormat | null;
  readonly pattern: string;
  /** Unit of unix timestamps. */
  readonly precision: string;
}

const NS_PER_MS = 1_000_000n;
const US_PER_MS = 1000n;
const MS_PER_S = 1000n;
const MS_PER_DAY = 86_400_000;
const LONG_MAX = 2n ** 63n - 1n;

/** Milliseconds since the epoch. Throws ConnectError `data` for what is no timestamp of the type. */
export function readTimestamp(
  options: TimestampOptions,
  type: TimestampType,
  schema: Schema | null,
  value: unknown,
): number {
  switch (type) {
    case "string":
      return readText(options, schema, value);
    case "unix":
      if (typeof value !== "number" && typeof value !== "bigint")
        throw wrongClass("Unix timestamp", "a Long", schema, value);
      return msToTimestamp(unixToMs(BigInt(value), options.precision)).getTime();
    default:
      if (!(value instanceof Date)) throw wrongClass(type, "a java.util.Date", schema, value);
      return value.getTime();
  }
}

function readText({ format, pattern }: TimestampOptions, schema: Schema | null, value: unknown): number {
  if (typeof value !== "string") throw wrongClass("string timestamp", "a String", schema, value);
  if (format === null)
    throw new ConnectError(
      "data",
      'Cannot invoke "java.text.SimpleDateFormat.parse(String)" because "config.format" is null',
      {
        javaClass: "java.lang.NullPointerException",
      },
    );
  const ms = format.parse(value, Date.now());
  if (ms === null)
    throw new ConnectError("data", `Could not parse timestamp: value (${value}) does not match pattern (${pattern})`);
  return ms;
}

function unixToMs(value: bigint, precision: string): bigint {
  switch (precision) {
    case "seconds":
      return saturate(value * MS_PER_S);
    case "microseconds":
      return value / US_PER_MS;
    case "nanoseconds":
      return value / NS_PER_MS;
    default:
      return value;
  }
}

/** Java's `TimeUnit` stops at the ends of a long. */
function saturate(value: bigint): bigint {
  if (value > LONG_MAX) return LONG_MAX;
  return value < -LONG_MAX - 1n ? -LONG_MAX - 1n : value;
}

/** A timestamp in the target's form. */
export function writeTimestamp(options: TimestampOptions, ms: number): unknown {
  switch (options.target) {
    case "string":
      return options.format!.format(ms);
    case "unix":
      return msToUnix(ms, options.precision);
    case "Date":
      return new Date(ms - timeOfDay(ms));
    case "Time":
      return new Date(timeOfDay(ms));
    case "Timestamp":
      return new Date(ms);
  }
}

function timeOfDay(ms: number): number {
  return ((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
}

function msToUnix(ms: number, precision: string): number | bigint {
  switch (precision) {
    case "seconds":
      return Math.trunc(ms / 1000) + 0;
    case "microseconds":
      return small(BigInt(ms) * US_PER_MS);
    case "nanoseconds":
      return small(saturate(BigInt(ms) * NS_PER_MS));
    default:
      return ms;
  }
}

function small(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Schema of the target's form. */
export function targetSchema(target: TimestampType, optional: boolean): Schema {
  switch (target) {
    case "string":
      return new Schema("STRING", { optional });
    case "unix":
      return new Schema("INT64", { optional });
    case "Date":
      return dateSchema({ optional });
    case "Time":
      return timeSchema({ optional });
    case "Timestamp":
      return timestampSchema({ optional });
  }
}

function wrongClass(type: string, expected: string, schema: Schema | null, value: unknown): ConnectError {
  return new ConnectError(
    "data",
    `Expected ${type} to be ${expected}, but found class ${javaClassName(value, schema)}`,
  );
}
