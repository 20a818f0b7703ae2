import {
  dateSchema,
  Decimal,
  decimalSchema,
  Schema,
  Struct,
  timeSchema,
  timestampSchema,
} from "../../runtime/api/index.js";

/** A schema with every Connect type, optional and not, nested in every way. */
const item = new Schema("STRUCT", {
  name: "sample.Item",
  fields: [
    { name: "code", schema: new Schema("INT32", { optional: true }) },
    { name: "counts", schema: new Schema("ARRAY", { valueSchema: new Schema("INT32") }) },
  ],
});

const inner = new Schema("STRUCT", {
  name: "sample.Inner",
  optional: true,
  fields: [
    { name: "text", schema: new Schema("STRING", { optional: true }) },
    { name: "longs", schema: new Schema("ARRAY", { valueSchema: new Schema("INT64"), optional: true }) },
  ],
});

export const sampleSchema = new Schema("STRUCT", {
  name: "sample.Row",
  fields: [
    { name: "id", schema: new Schema("INT64") },
    { name: "text", schema: new Schema("STRING") },
    { name: "note", schema: new Schema("STRING", { optional: true }) },
    { name: "small", schema: new Schema("INT8") },
    { name: "double", schema: new Schema("FLOAT64") },
    { name: "float", schema: new Schema("FLOAT32", { optional: true }) },
    { name: "flag", schema: new Schema("BOOLEAN") },
    { name: "bytes", schema: new Schema("BYTES", { optional: true }) },
    { name: "amount", schema: decimalSchema(2) },
    { name: "day", schema: dateSchema() },
    { name: "time", schema: timeSchema({ optional: true }) },
    { name: "at", schema: timestampSchema() },
    { name: "words", schema: new Schema("ARRAY", { valueSchema: new Schema("STRING"), optional: true }) },
    { name: "items", schema: new Schema("ARRAY", { valueSchema: item }) },
    {
      name: "map",
      schema: new Schema("MAP", {
        keySchema: new Schema("STRING"),
        valueSchema: new Schema("INT64", { optional: true }),
      }),
    },
    {
      name: "pairs",
      schema: new Schema("MAP", {
        keySchema: new Schema("INT32"),
        valueSchema: new Schema("STRING"),
        optional: true,
      }),
    },
    { name: "inner", schema: inner },
    { name: "fallback", schema: new Schema("STRING", { defaultValue: "dd" }) },
  ],
});

const range = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));

/** Row `i` of the sample: every seventh id is beyond the safe integers, nulls and empty lists come and go. */
export function sampleRow(i: number): Struct {
  return new Struct(sampleSchema)
    .put("id", i % 7 === 0 ? 9007199254740993n + BigInt(i) : i - 100)
    .put("text", `text${i % 100}${i % 3 === 0 ? "" : "é😀"}`)
    .put("note", i % 2 === 0 ? `note ${i}` : null)
    .put("small", (i % 256) - 128)
    .put("double", i / 3)
    .put("float", i % 5 === 0 ? null : Math.fround(i / 7))
    .put("flag", i % 2 === 0)
    .put("bytes", i % 3 === 0 ? null : Buffer.from([i & 255, 1]))
    .put("amount", new Decimal(BigInt(i) * -13n, 2))
    .put("day", new Date(86_400_000 * (i % 1000)))
    .put("time", i % 4 === 0 ? new Date(i % 86_400_000) : null)
    .put("at", new Date(1_700_000_000_000 + i))
    .put("words", i % 3 === 0 ? null : range(i % 4, (k) => `a${k}`))
    .put(
      "items",
      range(i % 3, (k) => new Struct(item).put("code", k % 2 === 0 ? k : null).put("counts", range(k, Number))),
    )
    .put("map", new Map(range(i % 3, (k) => [`k${k}`, k === 0 ? null : k])))
    .put("pairs", i % 2 === 0 ? null : new Map([[i, "x"]]))
    .put("inner", i % 2 === 0 ? new Struct(inner).put("text", i % 4 === 0 ? "p" : null).put("longs", [i, i + 1]) : null)
    .put("fallback", i % 2 === 0 ? "dd" : "e");
}
