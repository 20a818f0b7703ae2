import { ConnectError } from "./errors.js";
import { DATE, daysToDate, msToTime, msToTimestamp, TIME, TIMESTAMP } from "./logical-types.js";
import type { Schema } from "./schema.js";

const WIDTHS = ["INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64"];

/** `Values.mergeSchemas`: the schema for elements of both, or null where there is none. Of two numbers the wider type. */
export function mergeSchemas(previous: Schema, next: Schema): Schema | null {
  if (previous.type !== next.type) {
    const before = WIDTHS.indexOf(previous.type);
    const after = WIDTHS.indexOf(next.type);
    if (before < 0 || after < 0) return null;
    return before > after ? previous : next;
  }
  if (previous.optional === next.optional) return previous.optional ? previous : next;
  return previous.equals(next) ? previous : null;
}

/**
 * `Values.convertTo` for what a parser can have read: an element as one of the schema that all elements share. Throws
 * ConnectError `data` for a null, and for a date among numbers.
 */
export function alignWith(schema: Schema, value: unknown): unknown {
  if (value === null)
    throw new ConnectError("data", "Unable to convert a null value to a schema that requires a value");
  if (!WIDTHS.includes(schema.type)) return value;
  if (schema.name === DATE || schema.name === TIME || schema.name === TIMESTAMP) {
    if (value instanceof Date) return value;
    if (schema.name === TIMESTAMP) return msToTimestamp(value as number | bigint);
    return schema.name === DATE ? daysToDate(Number(value)) : msToTime(Number(value));
  }
  if (value instanceof Date) throw new ConnectError("data", "Unable to convert a date to a number");
  if (schema.type === "FLOAT32") return Math.fround(Number(value));
  return schema.type === "FLOAT64" ? Number(value) : value;
}
