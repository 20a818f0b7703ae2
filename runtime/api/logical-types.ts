import { ConnectError } from "./errors.js";
import { Schema } from "./schema.js";
import type { SchemaOptions } from "./schema.js";

/** Connect's logical types: a schema name over a base type. Source: `org.apache.kafka.connect.data.{Decimal,Date,Time,Timestamp}`. */
export const DECIMAL = "org.apache.kafka.connect.data.Decimal";
export const DATE = "org.apache.kafka.connect.data.Date";
export const TIME = "org.apache.kafka.connect.data.Time";
export const TIMESTAMP = "org.apache.kafka.connect.data.Timestamp";

export const MS_PER_DAY = 86_400_000;

/** BYTES; the parameter `scale` holds the scale. */
export function decimalSchema(scale: number, options: SchemaOptions = {}): Schema {
  const parameters = new Map([["scale", String(scale)], ...(options.parameters ?? [])]);
  return new Schema("BYTES", { name: DECIMAL, version: 1, ...options, parameters });
}

/** INT32, days since the epoch; values are `Date` at midnight UTC. */
export function dateSchema(options: SchemaOptions = {}): Schema {
  return new Schema("INT32", { name: DATE, version: 1, ...options });
}

/** INT32, milliseconds since midnight; values are `Date` on 1970-01-01. */
export function timeSchema(options: SchemaOptions = {}): Schema {
  return new Schema("INT32", { name: TIME, version: 1, ...options });
}

/** INT64, milliseconds since the epoch; values are `Date`. */
export function timestampSchema(options: SchemaOptions = {}): Schema {
  return new Schema("INT64", { name: TIMESTAMP, version: 1, ...options });
}

/** Scale of a Decimal schema. Throws ConnectError `data` where the parameter is missing or no number. */
export function decimalScale(schema: Schema): number {
  const text = schema.parameters?.get("scale");
  if (text === undefined) throw new ConnectError("data", "Invalid Decimal schema: scale parameter not found.");
  if (!/^[+-]?\d+$/.test(text)) throw new ConnectError("data", "Invalid scale parameter found in Decimal schema: ");
  return Number(text);
}

/** Days since the epoch of a Connect Date. Throws ConnectError `data` where it has a time of day. */
export function dateToDays(value: Date): number {
  const ms = value.getTime();
  if (ms % MS_PER_DAY !== 0)
    throw new ConnectError("data", "Kafka Connect Date type should not have any time fields set to non-zero values.");
  return ms / MS_PER_DAY;
}

export function daysToDate(days: number): Date {
  return checkedDate(days * MS_PER_DAY);
}

/** Milliseconds since midnight of a Connect Time. Throws ConnectError `data` where it has a date. */
export function timeToMs(value: Date): number {
  const ms = value.getTime();
  // Connect's own limit is inclusive.
  if (ms < 0 || ms > MS_PER_DAY)
    throw new ConnectError("data", "Kafka Connect Time type should not have any date fields set to non-zero values.");
  return ms;
}

/** Throws ConnectError `data` outside of one day. */
export function msToTime(ms: number): Date {
  if (ms < 0 || ms > MS_PER_DAY)
    throw new ConnectError("data", "Time values must use number of milliseconds greater than 0 and less than 86400000");
  return new Date(ms);
}

/** Throws ConnectError `data` beyond the range of `Date` (the years -271821 to 275760), which Java's long exceeds. */
export function msToTimestamp(ms: number | bigint): Date {
  return checkedDate(Number(ms));
}

function checkedDate(ms: number): Date {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new ConnectError("data", "Date out of range");
  return date;
}
