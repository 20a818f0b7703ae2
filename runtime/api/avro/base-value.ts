import { bigintToBytes, Decimal } from "../decimal.js";
import { ConnectError } from "../errors.js";
import { dateToDays, DATE, DECIMAL, decimalScale, TIME, timeToMs, TIMESTAMP } from "../logical-types.js";
import type { Schema } from "../schema.js";

/**
 * A logical value as its base type holds it: a Decimal as its unscaled bytes, dates and times as numbers. Other values as they
 * are. Throws ConnectError `data` where the value does not fit, e.g. a Decimal of another scale.
 */
export function baseValue(schema: Schema, value: unknown): unknown {
  switch (schema.name) {
    case DECIMAL:
      return value instanceof Decimal ? decimalBytes(schema, value) : value;
    case DATE:
      return value instanceof Date ? dateToDays(value) : value;
    case TIME:
      return value instanceof Date ? timeToMs(value) : value;
    case TIMESTAMP:
      return value instanceof Date ? value.getTime() : value;
    default:
      return value;
  }
}

function decimalBytes(schema: Schema, value: Decimal): Uint8Array {
  const scale = decimalScale(schema);
  if (value.scale !== scale) {
    throw new ConnectError(
      "data",
      `Decimal value has mismatching scale for given Decimal schema. Schema has scale ${scale}, value has scale ${value.scale}.`,
    );
  }
  return bigintToBytes(value.unscaled);
}
