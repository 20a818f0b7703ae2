import type { Schema } from "../schema.js";
import { Struct } from "../struct.js";
import { baseValue } from "./base-value.js";

/** TypeScript does not know it yet (ES2026): JSON of a number with its digits as given. */
const rawJson = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON;

/** A Connect default as the JSON that Avro schemas hold; `undefined` where JSON has none (NaN, infinities). */
export function defaultToAvroJson(schema: Schema, value: unknown): unknown {
  const base = baseValue(schema, value);
  switch (schema.type) {
    case "INT8":
    case "INT16":
    case "INT32":
    case "BOOLEAN":
    case "STRING":
      return base;
    case "INT64":
      return typeof base === "bigint" ? rawJson(base.toString()) : base;
    case "FLOAT32":
    case "FLOAT64": {
      const number = Number(base);
      return Number.isFinite(number) ? number : undefined;
    }
    case "BYTES":
      return Buffer.from(base as Uint8Array).toString("latin1");
    case "ARRAY":
      return (base as readonly unknown[]).map((item) => elementToJson(schema.valueSchema!, item));
    case "MAP":
      return mapToJson(schema, base as ReadonlyMap<unknown, unknown>);
    case "STRUCT": {
      const struct = base as Struct;
      return Object.fromEntries(
        schema.fields.map((field) => [
          field.name,
          elementToJson(field.schema, struct instanceof Struct ? struct.get(field) : null),
        ]),
      );
    }
  }
}

function elementToJson(schema: Schema, value: unknown): unknown {
  return value === null || value === undefined ? null : defaultToAvroJson(schema, value);
}

function mapToJson(schema: Schema, map: ReadonlyMap<unknown, unknown>): unknown {
  const entries = [...map].map(([key, value]) => [key, elementToJson(schema.valueSchema!, value)] as const);
  if (schema.keySchema?.type === "STRING" && !schema.keySchema.optional) return Object.fromEntries(entries);
  return entries.map(([key, value]) => [elementToJson(schema.keySchema!, key), value]);
}
