import { Decimal, printConnectJson, writeConnectJson, writeJson } from "../../runtime/api/index.js";
import type { JsonOutput, Schema } from "../../runtime/api/index.js";
import type { WriteDatum } from "../objects/formats/json-envelope.js";

/**
 * A value as JsonFormat writes it. Structs go through JsonConverter; everything else goes through Jackson as the Java object that
 * it is, so a top-level Decimal is a number, a date its milliseconds, and the keys of a map are texts. `numericDecimals` is
 * `json.decimal.format=NUMERIC`.
 */
export function writeValue(numericDecimals: boolean): WriteDatum {
  const options = { decimalFormat: numericDecimals ? "NUMERIC" : "BASE64", replaceNullWithDefault: true } as const;
  return ({ schema, value }, out) => {
    if (value === null || value === undefined) out.ascii("null");
    else if (value instanceof Date) out.integer(value.getTime());
    else if (value instanceof Decimal) out.ascii(value.toString());
    else if (schema === null) writeJson(value, out);
    else if (schema.type === "MAP" && value instanceof Map && schema.keySchema?.type !== "STRING")
      writeMap(schema, value, out);
    else writeConnectJson(schema, value, out, options);
  };
}

function writeMap(schema: Schema, map: ReadonlyMap<unknown, unknown>, out: JsonOutput): void {
  out.ascii("{");
  let isFirst = true;
  for (const [key, item] of map) {
    if (isFirst) isFirst = false;
    else out.ascii(",");
    out.string(printConnectJson(schema.keySchema, key).replace(/^"|"$/g, ""));
    out.ascii(":");
    writeConnectJson(schema.valueSchema, item, out);
  }
  out.ascii("}");
}
