import { Decimal, jsonString, printJson } from "../../runtime/api/index.js";
import type { Datum, Schema } from "../../runtime/api/index.js";
import { printConnectJson } from "../objects/formats/connect-json.js";

/**
 * A value as JsonFormat writes it. Structs go through JsonConverter; everything else goes through Jackson as the Java object that
 * it is, so a top-level Decimal is a number, a date its milliseconds, and the keys of a map are texts. `numericDecimals` is
 * `json.decimal.format=NUMERIC`.
 */
export function printValue(numericDecimals: boolean): (datum: Datum) => string {
  const decimals = numericDecimals ? "NUMERIC" : "BASE64";
  return ({ schema, value }) => {
    if (value === null || value === undefined) return "null";
    if (value instanceof Date) return String(value.getTime());
    if (value instanceof Decimal) return value.toString();
    if (schema === null) return printJson(value);
    if (schema.type === "MAP" && value instanceof Map && schema.keySchema?.type !== "STRING")
      return printMap(schema, value);
    return printConnectJson(schema, value, decimals);
  };
}

function printMap(schema: Schema, map: ReadonlyMap<unknown, unknown>): string {
  const members = [...map].map(([key, item]) => {
    const text = printConnectJson(schema.keySchema, key).replace(/^"|"$/g, "");
    return `${jsonString(text)}:${printConnectJson(schema.valueSchema, item)}`;
  });
  return `{${members.join(",")}}`;
}
