import assert from "node:assert/strict";
import {
  ConnectError,
  Struct,
  type Converter,
  type Schema,
  type SchemaAndValue,
} from "../../../../runtime/api/index.js";
import { jsonSchemaPlugins } from "../../../../runtime/converters/json-schema/json-schema-converter.js";
import { SchemaRegistry } from "../../../support/schema-registry.js";
import { mutations, valueColumns, wireMessage } from "../../../support/wire-format.js";

const FAILURE = "Converting byte[] to Kafka Connect data failed due to serialization error of topic t: ";

describe("JsonSchemaConverter", () => {
  let registry: SchemaRegistry;

  before(async () => {
    registry = await SchemaRegistry.start();
  });
  after(async () => {
    await registry.stop();
  });
  afterEach(() => {
    registry.fault = () => null;
  });

  function converter(more: Readonly<Record<string, string>> = {}): Converter {
    const [plugin] = jsonSchemaPlugins;
    assert.ok(plugin?.kind === "converter");
    const created = plugin.create();
    created.configure({ "schema.registry.url": registry.url, "max.retries": "0", ...more }, false);
    return created;
  }

  /** Registers the schema and reads one message of it. */
  async function read(
    schema: unknown,
    json: string,
    more: { references?: readonly unknown[]; config?: Readonly<Record<string, string>> } = {},
  ): Promise<SchemaAndValue> {
    const id = registry.register("t-value", schema, { schemaType: "JSON", references: more.references ?? [] });
    const message = wireMessage(id, json);
    const subject = converter(more.config);
    await subject.prepare?.("t", valueColumns([message]), "value");
    return subject.toConnect("t", message);
  }

  const fieldTypes = (schema: Schema | null): Record<string, string> =>
    Object.fromEntries((schema?.fields ?? []).map((field) => [field.name, field.schema.type]));
  const dataError =
    (text: string | RegExp) =>
    (error: unknown): boolean =>
      error instanceof ConnectError &&
      error.kind === "data" &&
      (typeof text === "string" ? error.message === text : text.test(error.message));

  it("JsonSchemaConverter reads scalars by type and connect.type, int64 to the last digit", async () => {
    const number = (type: string, connectType: string, index: number) => ({
      type,
      "connect.type": connectType,
      "connect.index": index,
    });
    const { schema, value } = await read(
      {
        type: "object",
        title: "shop.Order",
        "connect.version": 3,
        "connect.parameters": { a: "b" },
        description: "an order",
        properties: {
          b: { ...number("string", "bytes", 9) },
          f: number("number", "float32", 8),
          d: { type: "number", "connect.index": 7 },
          l: { type: "integer", "connect.index": 6 },
          i: number("integer", "int32", 5),
          h: number("integer", "int16", 4),
          t: number("integer", "int8", 3),
          s: { type: "string", "connect.index": 2, default: "x" },
          ok: { type: "boolean", "connect.index": 1 },
        },
      },
      '{"b":"AQID","f":0.1,"d":1e300,"l":-9223372036854775808,"i":1,"h":2,"t":3,"ok":true,"unknown":1}',
    );
    assert.deepEqual(
      [schema?.name, schema?.version, schema?.doc, schema?.parameters?.get("a")],
      ["shop.Order", 3, "an order", "b"],
    );
    assert.deepEqual(fieldTypes(schema), {
      ok: "BOOLEAN",
      s: "STRING",
      t: "INT8",
      h: "INT16",
      i: "INT32",
      l: "INT64",
      d: "FLOAT64",
      f: "FLOAT32",
      b: "BYTES",
    });
    assert.ok(value instanceof Struct);
    assert.equal(value.get("l"), -9223372036854775808n);
    assert.equal(value.get("s"), "x");
    assert.equal(value.get("f"), Math.fround(0.1));
    assert.deepEqual([...(value.get("b") as Uint8Array)], [1, 2, 3]);
  });

  it("JsonSchemaConverter gives the registry's version where the schema says none", async () => {
    const { schema } = await read({ type: "integer", title: "only.once" }, "1");
    assert.ok(typeof schema?.version === "number" && schema.version >= 1);
  });

  it("JsonSchemaConverter makes logical types of titles", async () => {
    const logical = (name: string, type: string, more: object = {}) => ({
      type,
      title: `org.apache.kafka.connect.data.${name}`,
      "connect.version": 1,
      ...more,
    });
    const { value } = await read(
      {
        type: "object",
        properties: {
          dec: logical("Decimal", "number", { "connect.type": "bytes", "connect.parameters": { scale: "2" } }),
          day: logical("Date", "integer", { "connect.type": "int32" }),
          time: logical("Time", "integer", { "connect.type": "int32" }),
          at: logical("Timestamp", "integer", { "connect.type": "int64" }),
        },
      },
      '{"dec":"MDk=","day":1,"time":1000,"at":1700000000000}',
    );
    assert.ok(value instanceof Struct);
    assert.equal(String(value.get("dec")), "123.45");
    const millis = ["day", "time", "at"].map((name) => (value.get(name) as Date).getTime());
    assert.deepEqual(millis, [86_400_000, 1000, 1_700_000_000_000]);
  });

  it("JsonSchemaConverter makes a type beside null optional, other unions a struct of optional fields", async () => {
    const union = {
      oneOf: [{ type: "null" }, { type: "integer" }, { type: "object", properties: { a: { type: "string" } } }],
    };
    const properties = {
      maybe: { oneOf: [{ type: "null" }, { type: "string" }], "connect.index": 0 },
      also: { type: ["null", "integer"], "connect.index": 1 },
      either: { ...union, "connect.index": 2 },
    };
    const { schema, value } = await read({ type: "object", properties }, '{"maybe":null,"also":5,"either":{"a":"x"}}');
    assert.equal(schema?.field("maybe")?.schema.optional, true);
    assert.equal(schema.field("also")?.schema.type, "INT64");
    assert.equal(schema.field("either")?.schema.name, "io.confluent.connect.json.OneOf");
    assert.equal(schema.field("either")?.schema.optional, true);
    assert.equal(String(value), "Struct{also=5,either=Struct{io.confluent.connect.json.OneOf.field.1=Struct{a=x}}}");
    const number = await read({ type: "object", properties }, '{"also":null,"maybe":"é","either":7}');
    assert.equal(String(number.value), "Struct{maybe=é,either=Struct{io.confluent.connect.json.OneOf.field.0=7}}");
    await assert.rejects(read(union, '"text"'), dataError("Did not find matching oneof field for data"));
  });

  it("JsonSchemaConverter makes one struct of the properties of an allOf and a string of an enum", async () => {
    const { schema, value } = await read(
      {
        allOf: [
          { type: "object", properties: { a: { type: "string", enum: ["X", "Y"] } }, required: ["a"] },
          { $ref: "#/definitions/more" },
        ],
        definitions: { more: { type: "object", properties: { b: { type: "array", items: { type: "number" } } } } },
      },
      '{"a":"Y","b":[1,2.5]}',
      { config: { "use.optional.for.nonrequired": "true" } },
    );
    assert.equal(String(value), "Struct{a=Y,b=[1.0, 2.5]}");
    assert.deepEqual(
      schema?.fields.map((field) => field.schema.optional),
      [false, true],
    );
    assert.deepEqual(
      [...(schema.field("a")?.schema.parameters ?? [])],
      [
        ["io.confluent.connect.json.Enum", ""],
        ["io.confluent.connect.json.Enum.X", "X"],
        ["io.confluent.connect.json.Enum.Y", "Y"],
      ],
    );
  });

  it("JsonSchemaConverter reads maps as objects and, with other keys, as arrays of key and value", async () => {
    const properties = {
      byText: { type: "object", "connect.type": "map", additionalProperties: { type: "integer" }, "connect.index": 0 },
      byNumber: {
        type: "array",
        "connect.type": "map",
        "connect.index": 1,
        items: { type: "object", properties: { key: { type: "integer" }, value: { type: "string" } } },
      },
    };
    const { value } = await read(
      { type: "object", properties },
      '{"byText":{"a":1,"b":2},"byNumber":[{"key":5,"value":"five"}]}',
    );
    assert.equal(String(value), "Struct{byText={a=1, b=2},byNumber={5=five}}");
  });

  it("JsonSchemaConverter resolves references to other subjects, by identifier, anchor and pointer", async () => {
    registry.register(
      "item",
      {
        $id: "item.json",
        type: "object",
        properties: { sku: { $ref: "#/$defs/sku" } },
        $defs: { sku: { type: "string" } },
      },
      { schemaType: "JSON" },
    );
    const { value } = await read(
      {
        $id: "https://example.com/cart.json",
        type: "object",
        properties: {
          item: { $ref: "item.json", "connect.index": 0 },
          code: { $ref: "item.json#/$defs/sku", "connect.index": 1 },
          named: { $ref: "#here", "connect.index": 2 },
        },
        $defs: { x: { $anchor: "here", type: "boolean" } },
      },
      '{"item":{"sku":"a"},"code":"b","named":true}',
      { references: [{ name: "item.json", subject: "item", version: 1 }] },
    );
    assert.equal(String(value), "Struct{item=Struct{sku=a},code=b,named=true}");
    for (const endless of [{ $ref: "nowhere.json" }, { $ref: "#" }, { type: "array", items: { $ref: "#" } }])
      await assert.rejects(read(endless, "1"), dataError(FAILURE));
  });

  it("JsonSchemaConverter reads schemas that hold themselves", async () => {
    const { schema, value } = await read(
      {
        type: "object",
        title: "Node",
        properties: { v: { type: "integer" }, next: { oneOf: [{ type: "null" }, { $ref: "#" }] } },
      },
      '{"v":1,"next":{"v":2,"next":{"v":3,"next":null}}}',
    );
    assert.equal(schema?.parameters?.get("io.confluent.connect.json.Id"), "#id1");
    const next = (value as Struct).get("next") as Struct;
    assert.equal((next.get("next") as Struct).get("v"), 3);
  });

  it("JsonSchemaConverter leaves absent members null and refuses null for what is not optional", async () => {
    const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
    assert.equal(String((await read(schema, "{}")).value), "Struct{}");
    await assert.rejects(read(schema, '{"a":null}'), dataError("Invalid null value for required STRING field"));
  });

  it("JsonSchemaConverter validates only with json.fail.invalid.schema, by the schema's own draft", async () => {
    const strict = { config: { "json.fail.invalid.schema": "true" } };
    const draft4 = {
      $schema: "http://json-schema.org/draft-04/schema#",
      type: "integer",
      minimum: 5,
      exclusiveMinimum: true,
    };
    const draft2020 = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "array",
      items: { type: "integer", exclusiveMinimum: 5 },
    };
    for (const [schema, good, bad] of [
      [draft4, "6", "5"],
      [draft2020, "[6]", "[5]"],
    ] as const) {
      assert.ok((await read(schema, bad)).schema);
      assert.ok((await read(schema, good, strict)).schema);
      await assert.rejects(read(schema, bad, strict), dataError(FAILURE));
    }
  });

  it("JsonSchemaConverter fails what is no JSON, empty, of another schema type or unknown, with kind data", async () => {
    for (const json of ["", " ", "{", "nope"])
      await assert.rejects(read({ type: "object", properties: {} }, json), dataError(FAILURE));
    const id = registry.register("t-value", '"string"');
    const subject = converter();
    for (const message of [wireMessage(id, "1"), wireMessage(9999, "1"), Buffer.from([1, 2, 3])]) {
      await subject.prepare?.("t", valueColumns([message]), "value");
      assert.throws(() => subject.toConnect("t", message), dataError(FAILURE));
    }
    assert.deepEqual(subject.toConnect("t", null), { schema: null, value: null });
  });

  it("JsonSchemaConverter's prepare() is retriable while the registry is down", async () => {
    registry.fault = () => 503;
    await assert.rejects(
      async () => converter().prepare?.("t", valueColumns([wireMessage(1, "1")]), "value"),
      (error) => error instanceof ConnectError && error.kind === "retriable",
    );
  });

  it("JsonSchemaConverter answers mutated messages and schemas with a value or a data error, never a crash", async () => {
    const schema = {
      type: "object",
      properties: {
        a: { type: "array", items: { oneOf: [{ type: "string" }, { type: "integer" }] } },
        m: { type: "object", "connect.type": "map", additionalProperties: { type: ["null", "number"] } },
        d: { type: "number", title: "org.apache.kafka.connect.data.Decimal", "connect.type": "bytes" },
      },
    };
    const outcome = (work: () => unknown): void => {
      try {
        work();
      } catch (error) {
        assert.ok(error instanceof ConnectError && error.kind === "data", String(error));
      }
    };
    const id = registry.register("t-value", schema, { schemaType: "JSON" });
    const good = wireMessage(id, '{"a":["x",1],"m":{"k":1.5,"n":null},"d":12.5}');
    const subject = converter();
    await subject.prepare?.("t", valueColumns([good]), "value");
    for (const mutated of mutations(good, 10_000)) outcome(() => subject.toConnect("t", mutated));
    let count = 0;
    for (const mutated of mutations(wireMessage(0, JSON.stringify(schema)), 200)) {
      const broken = registry.register(`broken-${count++}`, mutated.subarray(5).toString("latin1"), {
        schemaType: "JSON",
      });
      const message = wireMessage(broken, "{}");
      await subject.prepare?.("t", valueColumns([message]), "value");
      outcome(() => subject.toConnect("t", message));
    }
  });
});
