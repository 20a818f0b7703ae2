import assert from "node:assert/strict";
import {
  arraySchema,
  ConnectError,
  EagerDatum,
  ExactNumber,
  INT32,
  NULL_DATUM,
  OPTIONAL_STRING,
  type Schema,
  SinkRecord,
  STRING,
  Struct,
  structSchema,
  timestampSchema,
  type Header,
  type Transformation,
} from "../../../../runtime/api/index.js";
import { plugins as converters } from "../../../../runtime/converters/index.js";
import { LazyDatum } from "../../../../runtime/task/lazy-datum.js";
import { plugins } from "../../../../runtime/transforms/index.js";

// The same transformations are compared with the JVM's over a thousand cases in test/integration/runtime.

function make(name: string, config: Readonly<Record<string, string>> = {}): Transformation {
  const plugin = plugins.find(({ className }) => className === `org.apache.kafka.connect.transforms.${name}`);
  assert.ok(plugin?.kind === "transformation", name);
  const transformation = plugin.create();
  transformation.configure(config);
  return transformation;
}

function recordOf(value: unknown, schema: Schema | null = null, headers: readonly Header[] = []): SinkRecord {
  const origin = { topic: "orders", partition: 3, offset: 42 };
  const datum = value === null ? NULL_DATUM : new EagerDatum(schema, value);
  return new SinkRecord("orders", 3, NULL_DATUM, datum, { all: headers }, 1718200000123, "CreateTime", origin);
}

const map = (entries: Readonly<Record<string, unknown>>): Map<string, unknown> => new Map(Object.entries(entries));
const isDataError = (message: RegExp) => (error: unknown) =>
  error instanceof ConnectError && error.kind === "data" && message.test(error.message);
const isConfigError = (message: RegExp) => (error: unknown) =>
  error instanceof ConnectError && error.kind === "config" && message.test(error.message);

describe("transformations", () => {
  it("plugins has Connect's 16 transformations, those of keys and values twice, and 3 predicates", () => {
    const names = plugins.map(({ className }) => className.replace(/\$(Key|Value)$/, ""));
    assert.equal(new Set(names).size, 19);
    assert.equal(plugins.length, 29);
  });

  it("Cast keeps the type of whole floats without a schema", () => {
    const cast = make("Cast$Value", { spec: "a:float64,b:float32,c:int8" });
    const result = cast.apply(recordOf(map({ a: 5, b: "0.1", c: 300 })))?.value.value;
    assert.deepEqual(result, map({ a: new ExactNumber("5.0"), b: 0.1, c: 44 }));
  });

  it("a record keeps its origin when its topic changes", () => {
    const routed = make("RegexRouter", { regex: "(.*)s", replacement: "new-$1" }).apply(recordOf("x"));
    assert.deepEqual([routed?.topic, routed?.origin.topic, routed?.offset], ["new-order", "orders", 42]);
  });

  it("a transformation of the topic does not ask for the value", () => {
    const value = {
      source: null,
      get schema(): never {
        throw new Error("converted");
      },
      get value(): never {
        throw new Error("converted");
      },
    };
    for (const transformation of [
      make("TimestampRouter"),
      make("RegexRouter", { regex: ".*", replacement: "x" }),
      make("DropHeaders", { headers: "a" }),
      make("InsertHeader", { header: "a", "value.literal": "1" }),
    ])
      assert.equal(transformation.apply(recordOf("x").with({ value }))?.value, value);
  });

  describe("of a value that is converted when it is read", () => {
    const converter = converters.find(({ className }) => className.endsWith(".JsonConverter"));
    assert.ok(converter?.kind === "converter");
    const json = converter.create();
    json.configure({ "schemas.enable": "false", "converter.type": "value" }, false);
    const text = '{"a":"1","at":1718200000123}';
    const lazy = () => recordOf(1).with({ value: new LazyDatum(json, "orders", Buffer.from(text), "json", 0) });
    const fields = map({ a: "1", at: 1718200000123 });
    for (const [name, config, expected] of [
      ["InsertField", { "static.field": "b", "static.value": "x" }, map({ a: "1", at: 1718200000123, b: "x" })],
      ["MaskField", { fields: "a" }, map({ a: "", at: 1718200000123 })],
      ["Cast", { spec: "a:int32" }, map({ a: 1, at: 1718200000123 })],
      ["TimestampConverter", { field: "at", "target.type": "Timestamp" }, map({ a: "1", at: new Date(1718200000123) })],
    ] as const)
      it(`${name} changes nothing that another one has`, () => {
        const transformation = make(`${name}$Value`, config);
        const unread = lazy();
        const results = [transformation.apply(unread), transformation.apply(unread)];
        for (const result of results) assert.deepEqual(result?.value.value, expected);
        assert.deepEqual(unread.value.value, fields);
        const read = lazy();
        const { value } = read.value;
        assert.deepEqual(transformation.apply(read)?.value.value, expected);
        assert.deepEqual(value, fields);
        assert.equal(read.value.value, value);
      });
  });

  it("TimestampRouter formats in UTC and takes dollars in topics as they are", () => {
    const router = make("TimestampRouter", { "topic.format": "${topic}_${timestamp}" });
    assert.equal(router.apply(recordOf("x").with({ topic: "a$1" }))?.topic, "a$1_20240612");
  });

  it("InsertField makes one schema for all records of a schema", () => {
    const insert = make("InsertField$Value", { "offset.field": "o!", "timestamp.field": "t" });
    const schema = structSchema({ a: INT32 });
    const first = insert.apply(recordOf(new Struct(schema).put("a", 1), schema))!;
    const second = insert.apply(recordOf(new Struct(schema).put("a", 2), schema))!;
    assert.equal(first.value.schema, second.value.schema);
    assert.equal(first.value.schema?.field("o")?.schema.optional, false);
    assert.ok(first.value.schema.field("t")?.schema.equals(timestampSchema({ optional: true })));
    assert.equal(String(second.value.value), "Struct{a=2,o=42,t=Wed Jun 12 13:46:40 UTC 2024}");
  });

  it("InsertField refuses a name that is taken", () => {
    const schema = structSchema({ a: INT32 });
    const insert = make("InsertField$Value", { "topic.field": "a" });
    assert.throws(
      () => insert.apply(recordOf(new Struct(schema).put("a", 1), schema)),
      isDataError(/^Cannot create field because of field name duplication a$/),
    );
  });

  it("Flatten joins names and makes what is below something optional optional", () => {
    const inner = structSchema({ x: STRING, l: arraySchema(INT32) }, { optional: true });
    const schema = structSchema({ a: inner });
    const value = new Struct(schema).put("a", new Struct(inner).put("x", "v").put("l", [1]));
    const flat = make("Flatten$Value", { delimiter: "_" }).apply(recordOf(value, schema))!;
    assert.equal(String(flat.value.value), "Struct{a_x=v,a_l=[1]}");
    assert.ok(flat.value.schema?.field("a_x")?.schema.equals(OPTIONAL_STRING));
  });

  it("ExtractField reads nested fields by KIP-821 paths", () => {
    const extract = make("ExtractField$Value", { field: "a.`b.c`.d", "field.syntax.version": "V2" });
    assert.equal(extract.apply(recordOf(map({ a: map({ "b.c": map({ d: 5 }) }) })))?.value.value, 5);
    assert.equal(extract.apply(recordOf(map({ a: null })))?.value.value, null);
    assert.throws(
      () => make("ExtractField$Value", { field: "`a", "field.syntax.version": "V2" }),
      isConfigError(/^Incomplete backtick pair in path: \[`a\]/),
    );
  });

  it("HeaderFrom moves fields to headers after those that are there", () => {
    const move = make("HeaderFrom$Value", { fields: "a,b", headers: "h,h", operation: "move" });
    const moved = move.apply(recordOf(map({ a: 1, b: null, c: 2 }), null, [{ key: "h", schema: null, value: 0 }]))!;
    assert.deepEqual(moved.value.value, map({ c: 2 }));
    assert.deepEqual(
      moved.headers.all.map(({ value }) => value),
      [0, 1, null],
    );
  });

  it("MaskField does not change the record it got", () => {
    const record = recordOf(map({ a: "secret" }));
    assert.deepEqual(make("MaskField$Value", { fields: "a" }).apply(record)?.value.value, map({ a: "" }));
    assert.deepEqual(record.value.value, map({ a: "secret" }));
  });

  it("TimestampConverter says what it could not read", () => {
    const convert = make("TimestampConverter$Value", { "target.type": "unix", format: "yyyy-MM-dd" });
    assert.throws(() => convert.apply(recordOf("x")), isDataError(/does not match pattern \(yyyy-MM-dd\)$/));
    assert.throws(() => convert.apply(recordOf(true)), isDataError(/does not support class java.lang.Boolean/));
  });

  it("Filter drops every record it sees", () => {
    assert.equal(make("Filter").apply(recordOf(null)), null);
  });
});
