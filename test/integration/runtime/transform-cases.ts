import type { PluginUse, Step, TableCase } from "../../support/connect-data.js";

const JSON_CONVERTER = "org.apache.kafka.connect.json.JsonConverter";
const PLAIN: PluginUse = { class: JSON_CONVERTER, config: { "schemas.enable": "false" } };
const TYPED: PluginUse = { class: JSON_CONVERTER };
const BYTES: PluginUse = { class: "org.apache.kafka.connect.converters.ByteArrayConverter" };
const SIMPLE: PluginUse = { class: "org.apache.kafka.connect.storage.SimpleHeaderConverter" };

type Config = Readonly<Record<string, string>>;

const step = (name: string, config: Config = {}): Step => ({
  class: `org.apache.kafka.connect.transforms.${name}`,
  config,
});
const predicate = (name: string, config: Config = {}): PluginUse => ({
  class: `org.apache.kafka.connect.transforms.predicates.${name}`,
  config,
});
const envelope = (schema: unknown, payload: unknown): string => JSON.stringify({ schema, payload });
const logical = (name: string, type: string, more: object = {}): object => ({
  type,
  name: `org.apache.kafka.connect.data.${name}`,
  version: 1,
  ...more,
});

/** A record with schema whose fields are of every kind. */
const orderSchema = {
  type: "struct",
  name: "shop.Order",
  version: 2,
  doc: "an order",
  parameters: { p: "1" },
  fields: [
    { field: "id", type: "int32" },
    { field: "big", type: "int64", optional: true },
    { field: "price", type: "double", optional: true },
    { field: "ratio", type: "float", optional: true },
    { field: "ok", type: "boolean", optional: true },
    { field: "name", type: "string", optional: true },
    { field: "note", type: "string", optional: true, default: "none" },
    { field: "raw", type: "bytes", optional: true },
    { field: "at", ...logical("Timestamp", "int64", { optional: true }) },
    { field: "day", ...logical("Date", "int32", { optional: true }) },
    { field: "clock", ...logical("Time", "int32", { optional: true }) },
    { field: "amount", ...logical("Decimal", "bytes", { optional: true, parameters: { scale: "2" } }) },
    { field: "tags", type: "array", items: { type: "string" }, optional: true },
    {
      field: "who",
      type: "struct",
      optional: true,
      fields: [
        { field: "first", type: "string" },
        { field: "a.b", type: "int32", default: 9 },
        { field: "deep", type: "struct", fields: [{ field: "x", type: "int16" }], optional: true },
      ],
    },
    { field: "tiny", type: "int8", default: 1 },
  ],
};
const order = {
  id: 70000, big: 5000000000, price: 12.5, ratio: 0.1, ok: true, name: "Zoë", note: null, raw: "aGk=", at: 1718200000123, day: 19782,
  clock: 45296789, amount: "BNI=", tags: ["a", "b"], who: { first: "Ann", "a.b": 3, deep: { x: 7 } }, tiny: 5,
}; // prettier-ignore
const orderText = envelope(orderSchema, order);
const emptyOrder = envelope(orderSchema, { id: 1, tiny: null });
const plainText =
  '{"id":70000,"price":12.5,"whole":1.0,"big":9007199254740993,"name":"Zoë","ok":true,"at":1718200000123,"text":"42","nil":null,' +
  '"who":{"first":"Ann","a.b":3,"deep":{"x":7}},"tags":["a"],"time":"2024-06-12 13:14:15"}';

/** The same step on the key and the value, with and without schema. */
function everywhere(name: string, config: Config, more: Partial<TableCase> = {}): TableCase[] {
  const title = `${name} ${JSON.stringify(config)}`;
  return [
    { title: `${title} changes values with schema`, value: orderText, valueConverter: TYPED, steps: [step(`${name}$Value`, config)], ...more },
    { title: `${title} changes keys with schema`, key: orderText, keyConverter: TYPED, steps: [step(`${name}$Key`, config)], ...more },
    { title: `${title} changes values without schema`, value: plainText, valueConverter: PLAIN, steps: [step(`${name}$Value`, config)], ...more },
    { title: `${title} changes keys without schema`, key: plainText, keyConverter: PLAIN, steps: [step(`${name}$Key`, config)], ...more },
    { title: `${title} meets a null value`, value: null, valueConverter: PLAIN, steps: [step(`${name}$Value`, config)], ...more },
    { title: `${title} meets null and default fields`, value: emptyOrder, valueConverter: TYPED, steps: [step(`${name}$Value`, config)], ...more },
    { title: `${title} meets plain text`, value: "text", steps: [step(`${name}$Value`, config)], ...more },
  ]; // prettier-ignore
}

const typedField = (schema: object, value: unknown): Partial<TableCase> => ({
  value: envelope({ type: "struct", fields: [{ field: "v", ...schema }] }, { v: value }),
  valueConverter: TYPED,
});
const plainField = (text: string): Partial<TableCase> => ({ value: `{"v":${text}}`, valueConverter: PLAIN });

const CAST_TYPES = ["int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"];
const castSources: readonly (readonly [string, Partial<TableCase>])[] = [
  ["int 300", plainField("300")],
  ["long beyond 2^53", plainField("9223372036854775807")],
  ["float", plainField("-2.75")],
  ["large float", plainField("1e30")],
  ["whole float", plainField("3.0")],
  ["boolean", plainField("true")],
  ["number text", plainField('"42"')],
  ["fraction text", plainField('" 1.50 "')],
  ["other text", plainField('"TRUE"')],
  ["null", plainField("null")],
  ["array", plainField("[1]")],
  ["typed double", typedField({ type: "double" }, 300.7)],
  ["typed whole double", typedField({ type: "double" }, 1e10)],
  ["typed float", typedField({ type: "float" }, 0.1)],
  ["typed int64", typedField({ type: "int64" }, 70000)],
  ["typed boolean", typedField({ type: "boolean" }, false)],
  ["typed string", typedField({ type: "string" }, "-7")],
  ["typed timestamp", typedField(logical("Timestamp", "int64"), 1718200000123)],
  ["typed midnight", typedField(logical("Timestamp", "int64"), 1718150400000)],
  ["typed date", typedField(logical("Date", "int32"), 19782)],
  ["typed time", typedField(logical("Time", "int32"), 45296789)],
  ["typed decimal", typedField(logical("Decimal", "bytes", { parameters: { scale: "2" } }), "BNI=")],
  ["typed bytes", typedField({ type: "bytes" }, "aGk=")],
  ["typed default", typedField({ type: "int32", default: 7, optional: true }, null)],
  ["typed struct", typedField({ type: "struct", fields: [] }, {})],
];

/** Java's dates have a wider range than ours, which end in the year 275760. */
const inRange = (value: string, precision: string): boolean => value.length < 12 || /^(micro|nano)/.test(precision);

/** Java 17 prints these with more digits than needed; since 19 it prints as here. */
const SHORTER_FLOATS = ["typed timestamp", "typed midnight"];

const TIMES = ["string", "unix", "Date", "Time", "Timestamp"];
const PATTERN = "yyyy-MM-dd HH:mm:ss";

const patterns = [
  "yyyyMMdd", "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yy/M/d h:mm a", "EEE, d MMM yyyy HH:mm:ss z", "EEEE dd MMMM YYYY", "yyyy.D.w.W.F.u", "G yyyyy kk KK",
  "''yyyy'' 'at' XXX X XX", "yyyy-'W'ww", "SSSSSS", "MMM/LLL", "zzzz", "yyy-MMMMM",
]; // prettier-ignore
const moments = [
  0, 1718200000123, 1735689599999, 951782399000, -1, -62135596800001, 253402300800000, 1704067200000, 1719705600000,
];

const parsed: readonly (readonly [string, string])[] = [
  [PATTERN, "2024-06-12 13:14:15"],
  [PATTERN, "2024-6-2 3:4:5 and more"],
  [PATTERN, "2024-13-45 25:61:61"],
  [PATTERN, "2024-06-12"],
  [PATTERN, "x"],
  ["yyyyMMdd", "20240612"],
  ["yyyyMMdd", "2024061"],
  ["yyyyMMddHHmmss", "20240612131415999"],
  ["yy-MM-dd", "24-06-12"],
  ["yy-MM-dd", "99-06-12"],
  ["yy-MM-dd", "2024-06-12"],
  ["y", "5"],
  ["EEE, d MMM yyyy HH:mm:ss z", "Wed, 12 Jun 2024 13:14:15 GMT"],
  ["EEE, d MMM yyyy HH:mm:ss z", "wednesday, 12 june 2024 13:14:15 GMT+02:00"],
  ["yyyy-MM-dd'T'HH:mm:ssZ", "2024-06-12T13:14:15-0330"],
  ["yyyy-MM-dd'T'HH:mm:ssX", "2024-06-12T13:14:15+02"],
  ["yyyy-MM-dd'T'HH:mm:ssXXX", "2024-06-12T13:14:15Z"],
  ["yyyy-MM-dd'T'HH:mm:ssXXX", "2024-06-12T13:14:15+0200"],
  ["yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-06-12T13:14:15.5"],
  ["hh:mm a", "12:30 AM"],
  ["hh:mm a", "12:30 pm"],
  ["hh:mm", "12:30"],
  ["kk:mm", "24:30"],
  ["yyyy DDD", "2024 060"],
  ["yyyy-MM-dd", "-5-01-01"],
  ["yyyy-MM-dd", "1500-02-29"],
  ["yyyy-MM-dd G", "0044-03-15 BC"],
  ["yyyy-MM-dd", " 2024- 06-12"],
];

export const transformCases: readonly TableCase[] = [
  ...everywhere("Cast", { spec: "id:int64,price:string,ok:int8,name:string" }, { anyError: true }),
  ...castSources.flatMap(([what, source]) =>
    CAST_TYPES.filter((type) => type !== "float32" || !SHORTER_FLOATS.includes(what)).map((type) => ({ title: `Cast makes ${type} of ${what}`, ...source, steps: [step("Cast$Value", { spec: `v:${type}` })], output: PLAIN })),
  ),
  ...CAST_TYPES.flatMap((type) => [
    { title: `Cast makes ${type} of a whole value`, value: "42", valueConverter: PLAIN, steps: [step("Cast$Value", { spec: type })] },
    {
      title: `Cast makes ${type} of a whole timestamp`,
      value: envelope(logical("Timestamp", "int64", { optional: true, default: 5 }), 1718200000123),
      valueConverter: TYPED,
      steps: [step("Cast$Value", { spec: type })],
      anyError: true,
    },
  ]),
  ...["int9", "a:int9", "a:b:c", "int8,a:int8", "a:bytes", "struct", "a:int8:"].map((spec) => ({
    title: `Cast is configured with ${spec}`,
    value: '{"a":1}',
    valueConverter: PLAIN,
    steps: [step("Cast$Value", { spec })],
  })),
  { title: "Cast without spec is refused", value: "1", steps: [step("Cast$Value")], anyError: true },
  {
    title: "DropHeaders removes every header of a name",
    headers: [["a", "1"], ["b", "2"], ["a", "3"]],
    headerConverter: SIMPLE,
    steps: [step("DropHeaders", { headers: "a,c" })],
  },
  { title: "DropHeaders without names is refused", steps: [step("DropHeaders", { headers: "" })] },
  ...everywhere("ExtractField", { field: "name" }),
  ...everywhere("ExtractField", { field: "missing" }),
  ...everywhere("ExtractField", { field: "note", "replace.null.with.default": "false" }),
  ...everywhere("ExtractField", { field: "who.deep.x", "field.syntax.version": "v2" }),
  ...everywhere("ExtractField", { field: "who.`a.b`", "field.syntax.version": "V2" }),
  ...everywhere("ExtractField", { field: "name.x", "field.syntax.version": "V2" }, { anyError: true }),
  ...["`a", "`a\\`", "a.`b`c`.d", "`a\\`.b`", "a..b", "a.", ".a", "`who`", "``"].map((field) => ({
    title: `ExtractField reads the path ${field}`,
    value: '{"a":{"b`c":{"d":1},"":{"b":2}},"who":5,"":{"a":3},"a`.b":6}',
    valueConverter: PLAIN,
    steps: [step("ExtractField$Value", { field, "field.syntax.version": "V2" })],
    anyError: true,
  })),
  { title: "Filter drops the record", steps: [step("Filter")] },
  ...everywhere("Flatten", {}, { anyError: false }),
  ...everywhere("Flatten", { delimiter: "_" }),
  { title: "Flatten refuses maps with schema", ...typedField({ type: "map", keys: { type: "string" }, values: { type: "int32" } }, {}), steps: [step("Flatten$Value")] },
  { title: "Flatten refuses names that collide", value: envelope({ type: "struct", fields: [{ field: "a.b", type: "int32" }, { field: "a", type: "struct", fields: [{ field: "b", type: "int32" }] }] }, { "a.b": 1, a: { b: 2 } }), valueConverter: TYPED, steps: [step("Flatten$Value")] },
  ...["move", "copy"].flatMap((operation) => everywhere("HeaderFrom", { fields: "id,name,note", headers: "h1,h2,h3", operation })),
  ...everywhere("HeaderFrom", { fields: "missing", headers: "h", operation: "copy" }, { anyError: true }),
  { title: "HeaderFrom refuses lists of different length", steps: [step("HeaderFrom$Value", { fields: "a,b", headers: "c", operation: "copy" })] },
  { title: "HeaderFrom refuses other operations", steps: [step("HeaderFrom$Value", { fields: "a", headers: "c", operation: "cut" })] },
  { title: "HeaderFrom keeps the headers it finds", value: '{"a":1}', valueConverter: PLAIN, headers: [["h", "x"]], steps: [step("HeaderFrom$Value", { fields: "a", headers: "h", operation: "move" })] },
  ...everywhere("HoistField", { field: "all" }),
  ...everywhere("InsertField", { "topic.field": "t!", "partition.field": "p?", "offset.field": "o", "timestamp.field": "ts", "static.field": "s!", "static.value": "v" }),
  ...everywhere("InsertField", { "timestamp.field": "ts!", "partition.field": "p" }, { timestamp: null }),
  ...everywhere("InsertField", { "topic.field": "id" }),
  { title: "InsertField refuses to insert nothing", steps: [step("InsertField$Value")] },
  { title: "InsertField refuses a field without value", steps: [step("InsertField$Value", { "static.field": "a" })], anyError: true },
  ...["5", "true", "2024-06-12", "a b", "[1,2]", ""].map((text) => ({
    title: `InsertHeader inserts ${JSON.stringify(text)}`,
    headers: [["a", "x"]] as const,
    steps: [step("InsertHeader", { header: "a", "value.literal": text })],
  })),
  { title: "InsertHeader without value is refused", steps: [step("InsertHeader", { header: "a" })] },
  ...everywhere("MaskField", { fields: "id,big,price,ratio,ok,name,note,at,day,clock,amount,tags,tiny,whole,missing" }),
  ...everywhere("MaskField", { fields: "who" }),
  ...everywhere("MaskField", { fields: "raw" }),
  ...everywhere("MaskField", { fields: "id,big,price,ratio,name,amount,tiny,whole", replacement: "300" }),
  ...everywhere("MaskField", { fields: "price", replacement: "7.25" }),
  ...everywhere("MaskField", { fields: "id", replacement: "x" }),
  ...everywhere("MaskField", { fields: "amount", replacement: "x" }),
  ...everywhere("MaskField", { fields: "ok", replacement: "1" }),
  { title: "MaskField refuses an empty replacement", steps: [step("MaskField$Value", { fields: "a", replacement: "" })] },
  ...[
    ["topic-(.*)", "new.$1"], ["t|topic-a", "X"], ["nothing", "X"], ["(t)(opic)-(?<rest>.)", "${rest}-$2$1$11"], [".*", "a\\$b\\\\"], ["(x)?topic-a", "[$1]"],
    ["topic-a", "$3"], ["topic-a", "$"], ["topic-a", "$x"], ["topic-a", "${x}"], ["topic-a", "a\\"], ["(?i)TOPIC-\\p{Alpha}", "ok"], ["\\Qtopic-a\\E", "q"], ["[a-z&&[^q]]++-a", "p"],
  ].map(([regex, replacement]) => ({
    title: `RegexRouter renames ${String(regex)} to ${String(replacement)}`,
    steps: [step("RegexRouter", { regex: regex!, replacement: replacement! })],
  })),
  { title: "RegexRouter refuses a wrong pattern", steps: [step("RegexRouter", { regex: "(", replacement: "x" })], anyError: true },
  ...everywhere("ReplaceField", { exclude: "big,tags,who", renames: "id:key,name:label" }),
  ...everywhere("ReplaceField", { include: "id,note,tiny" }),
  ...everywhere("ReplaceField", { include: "note", "replace.null.with.default": "false" }),
  ...everywhere("ReplaceField", { renames: "id:name,name:id" }),
  ...everywhere("ReplaceField", { include: "id,name", renames: "id:name" }).filter(({ title }) => !title.includes("without schema")),
  ...["a", "a:", ":b", "a:b:", "a:b:c"].map((renames) => ({
    title: `ReplaceField is configured with renames ${renames}`,
    value: '{"":1,"a":2}',
    valueConverter: PLAIN,
    steps: [step("ReplaceField$Value", { renames })],
  })),
  ...everywhere("SetSchemaMetadata", { "schema.name": "new.Name", "schema.version": "9" }),
  ...everywhere("SetSchemaMetadata", { "schema.version": "4" }),
  { title: "SetSchemaMetadata refuses to set nothing", steps: [step("SetSchemaMetadata$Value")] },
  { title: "SetSchemaMetadata names an array", value: envelope({ type: "array", items: { type: "int32" } }, [1]), valueConverter: TYPED, steps: [step("SetSchemaMetadata$Value", { "schema.name": "n" })] },
  ...TIMES.flatMap((target) => [
    ...["at", "day", "clock", "big", "name", "price"].map((field) => ({
      title: `TimestampConverter makes ${target} of the typed field ${field}`,
      value: orderText,
      valueConverter: TYPED,
      steps: [step("TimestampConverter$Value", { field, "target.type": target, format: PATTERN })],
      anyError: true,
    })),
    ...["at", "time", "nil", "id", "price", "ok", "absent"].map((field) => ({
      title: `TimestampConverter makes ${target} of the field ${field} without schema`,
      value: plainText,
      valueConverter: PLAIN,
      steps: [step("TimestampConverter$Value", { field, "target.type": target, format: PATTERN })],
      anyError: true,
    })),
    { title: `TimestampConverter makes ${target} of a whole value`, value: "1718200000123", valueConverter: PLAIN, steps: [step("TimestampConverter$Value", { "target.type": target, format: PATTERN })] },
    { title: `TimestampConverter makes ${target} of a whole key`, key: envelope(logical("Timestamp", "int64", { optional: true }), 1718200000123), keyConverter: TYPED, steps: [step("TimestampConverter$Key", { "target.type": target, format: PATTERN })] },
    { title: `TimestampConverter makes ${target} of null`, value: null, valueConverter: PLAIN, steps: [step("TimestampConverter$Value", { "target.type": target, format: PATTERN })] },
    { title: `TimestampConverter makes ${target} of null with schema`, value: emptyOrder, valueConverter: TYPED, steps: [step("TimestampConverter$Value", { field: "at", "target.type": target, format: PATTERN })] },
  ]),
  ...["seconds", "milliseconds", "microseconds", "nanoseconds"].flatMap((precision) => [
    ...["1718200000", "-1", "1718200000123456789"].filter((value) => inRange(value, precision)).map((value) => ({
      title: `TimestampConverter reads ${value} as ${precision}`,
      value,
      valueConverter: PLAIN,
      steps: [step("TimestampConverter$Value", { "target.type": "string", format: PATTERN, "unix.precision": precision })],
    })),
    ...[1718200000123, -1].map((value) => ({
      title: `TimestampConverter writes ${value} as ${precision}`,
      value: envelope(logical("Timestamp", "int64"), value),
      valueConverter: TYPED,
      steps: [step("TimestampConverter$Value", { "target.type": "unix", "unix.precision": precision })],
    })),
  ]),
  { title: "TimestampConverter refuses strings without format", steps: [step("TimestampConverter$Value", { "target.type": "string" })] },
  { title: "TimestampConverter refuses a wrong format", steps: [step("TimestampConverter$Value", { "target.type": "string", format: "yyyy b" })] },
  { title: "TimestampConverter refuses an open quote", steps: [step("TimestampConverter$Value", { "target.type": "string", format: "yyyy '" })] },
  { title: "TimestampConverter refuses another type", steps: [step("TimestampConverter$Value", { "target.type": "date" })] },
  ...parsed.map(([format, text]) => ({
    title: `TimestampConverter reads ${text} by ${format}`,
    value: JSON.stringify(text),
    valueConverter: PLAIN,
    steps: [step("TimestampConverter$Value", { "target.type": "unix", format })],
  })),
  ...patterns.flatMap((pattern) =>
    moments.map((timestamp) => ({
      title: `TimestampRouter writes ${timestamp} by ${pattern}`,
      timestamp,
      steps: [step("TimestampRouter", { "topic.format": "${timestamp}", "timestamp.format": pattern })],
    })),
  ),
  { title: "TimestampRouter has a format of its own", topic: "a$1b", steps: [step("TimestampRouter")] },
  { title: "TimestampRouter needs a timestamp", timestamp: null, steps: [step("TimestampRouter")], anyError: true },
  ...["id", "id,note", "missing", "id,id"].flatMap((fields) => [
    { title: `ValueToKey copies ${fields} with schema`, value: orderText, valueConverter: TYPED, steps: [step("ValueToKey", { fields })] },
    { title: `ValueToKey copies ${fields} without schema`, value: plainText, valueConverter: PLAIN, steps: [step("ValueToKey", { fields })] },
  ]),
  { title: "ValueToKey refuses a null value", value: null, valueConverter: PLAIN, steps: [step("ValueToKey", { fields: "a" })] },
  { title: "ValueToKey refuses plain text", value: "x", steps: [step("ValueToKey", { fields: "a" })] },
  ...[
    ["TopicNameMatches", { pattern: "topic-." }], ["TopicNameMatches", { pattern: "topic" }], ["HasHeaderKey", { name: "h" }], ["HasHeaderKey", { name: "x" }],
    ["RecordIsTombstone", {}], ["TopicNameMatches", { pattern: "" }], ["HasHeaderKey", { name: "" }],
  ].flatMap(([name, config]) =>
    [false, true].flatMap((negate) =>
      ["x", null].map((value) => ({
        title: `${name as string} ${JSON.stringify(config)} filters ${String(value)}${negate ? ", negated" : ""}`,
        value,
        headers: [["h", "1"]] as const,
        steps: [{ ...step("Filter"), predicate: predicate(name as string, config as Config), negate }],
      })),
    ),
  ),
  {
    title: "a chain of transformations works on what the one before made",
    key: "k",
    value: orderText,
    valueConverter: TYPED,
    keyConverter: BYTES,
    steps: [
      step("ReplaceField$Value", { include: "id,who,at" }),
      step("Flatten$Value", { delimiter: "_" }),
      step("Cast$Value", { spec: "id:string" }),
      step("InsertField$Value", { "offset.field": "off" }),
      step("ValueToKey", { fields: "id,off" }),
      step("TimestampConverter$Value", { field: "at", "target.type": "string", format: "yyyy" }),
      step("RegexRouter", { regex: "topic-(.)", replacement: "orders.$1" }),
    ],
    output: TYPED,
  },
]; // prettier-ignore
