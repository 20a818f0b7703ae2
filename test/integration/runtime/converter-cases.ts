import type { PluginUse, TableCase } from "../../support/connect-data.js";

const json = (config: Readonly<Record<string, string>> = {}): PluginUse => ({
  class: "org.apache.kafka.connect.json.JsonConverter",
  config,
});
const PLAIN = json({ "schemas.enable": "false" });
const core = (name: string): PluginUse => ({ class: `org.apache.kafka.connect.converters.${name}` });
const string = (encoding: string): PluginUse => ({
  class: "org.apache.kafka.connect.storage.StringConverter",
  config: { "converter.encoding": encoding },
});
const SIMPLE: PluginUse = { class: "org.apache.kafka.connect.storage.SimpleHeaderConverter" };

const envelope = (schema: unknown, payload: unknown): string => JSON.stringify({ schema, payload });
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

/** Schemaless JSON, read and written again. */
const plainTexts = [
  '{"b":1,"a":[1,2.5,true,null,"x"],"n":{"z":{}}}',
  "null",
  "",
  " \n ",
  "5",
  "-0",
  "007",
  '"\\u001f\\u0041/é😀\\uD83D\\uDE00 \\"\\\\ \\b\\f\\n\\r\\t"',
  '{"a":1,"a":2}',
  '{"a":1} trailing',
  "1 2",
  "null$x",
  "[]",
  "{}",
  "9223372036854775807",
  "-9223372036854775808",
  "1.5",
  "0.001",
  "1234567.5",
  "\ufeff[1]",
];
const invalidTexts = [
  "{",
  "[1,]",
  '{"a"}',
  "tru",
  "1a",
  "'a'",
  '"a\nb"',
  '"\\x"',
  "NaN",
  ".5",
  "1.",
  "[1 2]",
  "1e99999999999",
  "trues",
  "// x",
];

const bytes = [
  ["an encoded surrogate", "22 ed a0 80 22"],
  ["an over-long slash", "22 c0 af 22"],
  ["a wrong lead byte", "22 ff 22"],
  ["a broken sequence", "22 c3 22"],
  ["malformed bytes after a value", "22 61 22 ff"],
  ["malformed bytes after a word", "6e 75 6c 6c ff"],
  ["UTF-16", "22 00 61 00 22 00"],
  ["UTF-16, big-endian", "00 22 00 61 00 22"],
] as const;

const everything = {
  type: "struct",
  name: "all.Types",
  version: 3,
  doc: "all",
  optional: false,
  parameters: { p: "1" },
  fields: [
    { field: "i8", type: "int8", optional: true },
    { field: "i16", type: "int16", optional: true },
    { field: "i32", type: "int32", optional: true },
    { field: "i64", type: "int64", optional: true },
    { field: "f32", type: "float", optional: true },
    { field: "f64", type: "double", optional: true },
    { field: "bool", type: "boolean", optional: true },
    { field: "str", type: "string", optional: true },
    { field: "bin", type: "bytes", optional: true },
    { field: "arr", type: "array", items: { type: "int32" }, optional: true },
    { field: "map", type: "map", keys: { type: "string" }, values: { type: "int64" }, optional: true },
    {
      field: "pairs",
      type: "map",
      keys: { type: "int32" },
      values: { type: "string", optional: true },
      optional: true,
    },
    { field: "sub", type: "struct", fields: [{ field: "x", type: "string", default: "dx" }], optional: true },
    { field: "def", type: "int32", optional: true, default: 7 },
    {
      field: "dec",
      type: "bytes",
      name: "org.apache.kafka.connect.data.Decimal",
      version: 1,
      parameters: { scale: "2" },
      optional: true,
    },
    { field: "date", type: "int32", name: "org.apache.kafka.connect.data.Date", version: 1, optional: true },
    { field: "time", type: "int32", name: "org.apache.kafka.connect.data.Time", version: 1, optional: true },
    { field: "ts", type: "int64", name: "org.apache.kafka.connect.data.Timestamp", version: 1, optional: true },
  ],
};
const fullPayload = {
  i8: -5, i16: 300, i32: 70000, i64: 5000000000, f32: 0.1, f64: 2.5, bool: true, str: "é", bin: "aGk=", arr: [1, 2], map: { a: 1 },
  pairs: [[1, "a"], [2, null]], sub: { x: "y" }, def: 8, dec: "BNI=", date: 19782, time: 45296789, ts: 1718200000123,
}; // prettier-ignore

const field = (schema: object): object => ({ type: "struct", fields: [{ field: "v", ...schema }] });
const valueOf = (schema: object, value: unknown): string => envelope(field(schema), { v: value });
const decimal = { type: "bytes", name: "org.apache.kafka.connect.data.Decimal", parameters: { scale: "2" } };

/** An envelope each, read with schemas on. */
const envelopes: readonly (readonly [string, string])[] = [
  ["every type", envelope(everything, fullPayload)],
  ["every type, all null", envelope(everything, {})],
  ["a null schema", '{"schema":null,"payload":{"a":1.5}}'],
  ["payload first and white space", '{ "payload" : 5 , "schema" : {"type":"int32"} }'],
  ["no envelope", '{"a":1}'],
  ["an envelope with more", '{"schema":null,"payload":1,"x":2}'],
  ["null", "null"],
  ["nothing", ""],
  ["an array", "[1]"],
  ["a broken payload", '{"schema":{"type":"int32"},"payload":}'],
  ["null for a required value", envelope({ type: "int32" }, null)],
  ["null for a required field", valueOf({ type: "string" }, null)],
  ["null for a field with default", valueOf({ type: "string", default: "d" }, null)],
  ["null for an optional value with default", envelope({ type: "int32", optional: true, default: 3 }, null)],
  ["a number as a string", valueOf({ type: "string" }, 5)],
  ["a number as an optional string", valueOf({ type: "string", optional: true }, 5)],
  ["a string as a number", valueOf({ type: "int32" }, "5")],
  ["a number as a boolean", valueOf({ type: "boolean" }, 1)],
  ["a wide number as int8", valueOf({ type: "int8" }, 300)],
  ["a wide number as int16", valueOf({ type: "int16" }, 70000)],
  ["a wide number as int32", valueOf({ type: "int32" }, 5000000000)],
  ["a fraction as int32", valueOf({ type: "int32" }, -2.9)],
  ["a wide number as int64", '{"schema":{"type":"int64"},"payload":12345678901234567890}'],
  ["a huge exponent as int64", '{"schema":{"type":"int64"},"payload":1e400}'],
  ["a tiny exponent as int64", '{"schema":{"type":"int64"},"payload":1e-400}'],
  ["-0.0 as double", '{"schema":{"type":"double"},"payload":-0.0}'],
  ["1e400 as double", '{"schema":{"type":"double"},"payload":1e400}'],
  ["a number as bytes", valueOf({ type: "bytes", optional: true }, 1)],
  ["bad base64", valueOf({ type: "bytes" }, "a*")],
  ["base64 without padding", valueOf({ type: "bytes" }, "aGk")],
  ["base64 with a line end", valueOf({ type: "bytes" }, "aG\r\nk=")],
  ["an object as an array", valueOf({ type: "array", items: { type: "int32" } }, { a: 1, b: 2 })],
  ["a scalar as an array", valueOf({ type: "array", items: { type: "int32" } }, 5)],
  ["an array as a map", valueOf({ type: "map", keys: { type: "string" }, values: { type: "int32" } }, [1])],
  ["an object as a map of numbers", valueOf({ type: "map", keys: { type: "int32" }, values: { type: "int32" } }, { a: 1 })],
  ["no pair", valueOf({ type: "map", keys: { type: "int32" }, values: { type: "int32" } }, [5])],
  ["a triple", valueOf({ type: "map", keys: { type: "int32" }, values: { type: "int32" } }, [[1, 2, 3]])],
  ["a scalar as a struct", envelope(field({ type: "string" }), "x")],
  ["a decimal as a number", '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}},"payload":12.34}'],
  ["a decimal of another scale", '{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}},"payload":-0.5}'],
  ["a decimal as a boolean", envelope(decimal, true)],
  ["a decimal of bad bytes", envelope(decimal, "*")],
  ["a date as a string", envelope({ type: "int32", name: "org.apache.kafka.connect.data.Date" }, "x")],
  ["a date beyond int32", envelope({ type: "int32", name: "org.apache.kafka.connect.data.Date" }, 5000000000)],
  ["a time beyond a day", envelope({ type: "int32", name: "org.apache.kafka.connect.data.Time" }, 86400001)],
  ["a time of a whole day", envelope({ type: "int32", name: "org.apache.kafka.connect.data.Time" }, 86400000)],
  ["a timestamp as a fraction", envelope({ type: "int64", name: "org.apache.kafka.connect.data.Timestamp" }, 1.5)],
  ["a schema without type", envelope({}, 1)],
  ["a schema that is no object", envelope(5, 1)],
  ["an unknown type", envelope({ type: "int" }, 1)],
  ["an array without items", envelope({ type: "array" }, [])],
  ["a map without keys", envelope({ type: "map", values: { type: "int32" } }, {})],
  ["a map without values", envelope({ type: "map", keys: { type: "int32" } }, {})],
  ["a map with null keys", envelope({ type: "map", keys: null, values: { type: "int32" } }, {})],
  ["a struct without fields", envelope({ type: "struct" }, {})],
  ["a field without name", envelope({ type: "struct", fields: [{ type: "int32" }] }, {})],
  ["a field with an empty name", envelope({ type: "struct", fields: [{ field: "", type: "int32" }] }, {})],
  ["a field twice", envelope({ type: "struct", fields: [{ field: "a", type: "int32" }, { field: "a", type: "int32" }] }, { a: 1 })],
  ["parameters that are no strings", envelope({ type: "int32", parameters: { a: 1 } }, 1)],
  ["metadata of other types", envelope({ type: "int32", name: 1, version: "x", doc: 2, optional: "true", parameters: [] }, 1)],
  ["a default that does not fit", envelope({ type: "string", default: 5 }, "x")],
  ["a struct default", envelope({ type: "struct", fields: [{ field: "a", type: "int32" }], default: { a: 5 }, optional: true }, null)],
  ["a date default", envelope({ type: "int32", name: "org.apache.kafka.connect.data.Date", default: 3 }, null)],
]; // prettier-ignore

const numbers: readonly (readonly [string, string, string])[] = [
  ["ShortConverter", "ff fe", "00"],
  ["IntegerConverter", "80 00 00 00", "00 00 00 00 00"],
  ["LongConverter", "7f ff ff ff ff ff ff ff", "00 00 00 00"],
  ["FloatConverter", "3d cc cc cd", ""],
  ["DoubleConverter", "80 00 00 00 00 00 00 00", "01"],
  ["BooleanConverter", "01", "02"],
];

const headerTexts = [
  "", "  ", "true", "false", "null", "True", " true ", "true}", "1", "-1", "+5", "007", "127", "128", "-32769", "2147483648", "9223372036854775808",
  "1.0", "2.50", "1e3", "1e400", "1e-50", "0.1", "123.456", "0.0", "-0.0", "3.4e39", "123456789012345678901234567890", "1.2.3", "--1", "5 apples", "NaN",
  "2024-02-29", "2024-13-45", "12-34-5678", "2024-2-9xx", "12:34:56.789Z", "2020-01-01T00:00:00.000Z", "2020-01-01T00\\:00\\:00.000Z", "99:99:99.999Z",
  "hello", "hello, world", '"in quotes"', "a:b", "https://x.y/z?a=1", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "[]", "[1,2,3]", "[1, 300, 70000]", "[1,2.5]", '["a","b"]', '["a",1]', "[true,false]", "[null,null]", "[null,1]", "[1,,2]", "[1,2", "[1 2]", "[a]", "[[1,2],[3]]",
  '["2024-02-29"]', "[2024-02-29]", '["a\\"b"]', "{}", '{"a":1,"b":2}', '{"a":1,"b":"x"}', '{"a":null}', "{1:2}", '{"a"}', '{"a":1', '{"a":{"b":[1]}}', '{"a":1,}', "{a:1}",
  '{"k": "v" , "l" : "w"}', "]", "}", ":", ",", '"', "\\", '[{"a":1},{"b":2}]', "[1] x", "{} x", "[1,2]]", "-", "+", "[-]", "[2024-02-29,1]", "[1,2024-02-29]", "[70000,2024-02-29]", "[2024-02-29,12:00:00.000Z]", "[5000000000,2024-02-29]", '{"a":1,"b":null}',
]; // prettier-ignore

/** An object with many names. */
const mapOf = (size: number): string =>
  JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, index) => [`key_${index * 7}-é`, index])));

export const converterCases: readonly TableCase[] = [
  ...plainTexts.map((text) => ({
    title: `JsonConverter without schemas reads ${JSON.stringify(text)}`,
    value: text,
    valueConverter: PLAIN,
    output: PLAIN,
  })),
  ...plainTexts.slice(0, 3).map((text) => ({
    title: `JsonConverter wraps ${JSON.stringify(text)} in an envelope`,
    value: text,
    valueConverter: PLAIN,
    output: json(),
  })),
  ...invalidTexts.map((text) => ({
    title: `JsonConverter refuses ${JSON.stringify(text)}`,
    value: text,
    valueConverter: PLAIN,
  })),
  ...bytes.map(([what, value]) => ({
    title: `JsonConverter reads ${what} as Jackson does`,
    value: hex(value),
    valueConverter: PLAIN,
  })),
  { title: "JsonConverter reads null bytes as null", value: null, valueConverter: json() },
  ...envelopes.map(([what, value]) => ({
    title: `JsonConverter with schemas reads ${what}`,
    value,
    valueConverter: json(),
    output: json(),
  })),
  ...["every type", "a decimal as a number"].map((what) => ({
    title: `JsonConverter writes ${what} with decimal.format numeric`,
    value: envelopes.find(([name]) => name === what)![1],
    valueConverter: json(),
    output: json({ "decimal.format": "numeric", "schemas.enable": "false" }),
  })),
  ...["every type, all null", "null for a field with default", "null for an optional value with default"].map((what) => ({
    title: `JsonConverter without replace.null.with.default reads ${what}`,
    value: envelopes.find(([name]) => name === what)![1],
    valueConverter: json({ "replace.null.with.default": "false" }),
    output: json({ "replace.null.with.default": "false", "schemas.enable": "false" }),
  })),
  ...numbers.flatMap(([name, good, bad]) => [
    { title: `${name} reads and writes its bytes`, value: hex(good), valueConverter: core(name), output: core(name) },
    { title: `${name} reads null`, value: null, valueConverter: core(name), output: core(name) },
    { title: `${name} refuses wrong bytes`, value: hex(bad), valueConverter: core(name) },
    { title: `${name} is written by StringConverter`, value: hex(good), valueConverter: core(name), output: string("UTF-8") },
  ]),
  { title: "ByteArrayConverter hands bytes on", value: hex("00ff"), valueConverter: core("ByteArrayConverter"), output: core("ByteArrayConverter") },
  { title: "ByteArrayConverter refuses other schemas", value: "x", output: core("ByteArrayConverter") },
  { title: "ByteArrayConverter refuses other values", value: "5", valueConverter: PLAIN, output: core("ByteArrayConverter") },
  { title: "BooleanConverter refuses other schemas", value: "x", output: core("BooleanConverter") },
  { title: "LongConverter refuses other values", value: "true", valueConverter: PLAIN, output: core("LongConverter"), anyError: true },
  ...["ed a0 80", "f8 88 80 80 80", "f4 90 80 80", "c0 af", "e2 82", "61 ed a0", "ed a0 61", "ed a0 80 ed b0 80", "f0 9f 98", "ff fe 41", "e0 80 80", "c3 a9 ed bf bf c3"].map(
    (value) => ({ title: `StringConverter reads malformed UTF-8 ${value} as the JDK does`, value: hex(value) }),
  ),
  ...["UTF-8", "utf8", "UTF-16", "UTF-16LE", "utf-16be", "ISO-8859-1", "latin1", "US-ASCII", "ascii"].flatMap((encoding) =>
    ["c3 a9 41", "ff fe 41 00", "fe ff 00 41", "00 41 d8 3d de 00", "41 00 3d d8", "41", "", "d8 00 00 41"].map((value) => ({
      title: `StringConverter with ${encoding} reads and writes ${value}`,
      value: hex(value),
      valueConverter: string(encoding),
      output: string(encoding),
    })),
  ),
  ...['{"x":1,"y":null,"l":[1.5,"a",true]}', mapOf(12), mapOf(13), mapOf(100), '{"zeta":1,"alpha":{"user_id":1,"ts":2,"b":3,"a":4,"name":5},"id":2}', "1e10", "12345678901", "0.1", "[1.0]"].map((text) => ({
    title: `StringConverter writes ${text} as Java prints it`,
    value: text,
    valueConverter: PLAIN,
    output: string("UTF-8"),
  })),
  { title: "StringConverter writes a struct as Java prints it", value: envelope(everything, { ...fullPayload, bin: null, map: null }), valueConverter: json(), output: string("UTF-8") },
  ...headerTexts.map((text) => ({
    title: `SimpleHeaderConverter reads ${JSON.stringify(text)}`,
    headers: [["h", text]] as const,
    headerConverter: SIMPLE,
  })),
  { title: "SimpleHeaderConverter reads null", headers: [["h", null]], headerConverter: SIMPLE },
  { title: "SimpleHeaderConverter reads bytes that are no UTF-8", headers: [["h", hex("ff 00")]], headerConverter: SIMPLE },
  ...['{"a":[1,"x\\"y\\\\",null,2.5],"b":{"c":true}}', '"plain"', "5", "1e10"].map((text) => ({
    title: `SimpleHeaderConverter writes ${text}`,
    value: text,
    valueConverter: PLAIN,
    headerOutput: SIMPLE,
  })),
  { title: "SimpleHeaderConverter writes a struct", value: envelope(everything, fullPayload), valueConverter: json(), headerOutput: SIMPLE },
  { title: "every converter reads headers", headers: [["h", '{"a":1}']], headerConverter: PLAIN },
]; // prettier-ignore
