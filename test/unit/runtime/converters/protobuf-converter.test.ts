import assert from "node:assert/strict";
import protobuf from "protobufjs";
import { ConnectError, Struct, type Converter, type SchemaAndValue } from "../../../../runtime/api/index.js";
import { BUILT_IN_FILES } from "../../../../runtime/converters/protobuf/built-in-files.js";
import { protobufPlugins } from "../../../../runtime/converters/protobuf/protobuf-converter.js";
import { SchemaRegistry } from "../../../support/schema-registry.js";
import { mutations, valueColumns, wireMessage } from "../../../support/wire-format.js";

const FAILURE = "Failed to deserialize data for topic t to Protobuf: ";

const ORDER = `syntax = "proto3"; package shop;
import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
import "google/type/date.proto"; import "google/type/timeofday.proto"; import "confluent/type/decimal.proto"; import "confluent/meta.proto";
message Order {
  enum State { NEW = 0; PAID = 7; }
  message Line { string sku = 1; repeated sint64 counts = 2; map<string, Line> parts = 3; }
  int64 id = 1; uint64 big = 2; State state = 3; repeated Line lines = 4; map<int32, string> names_by_id = 5;
  oneof choice { string text = 6; Line line = 7; }
  optional int32 maybe = 8; google.protobuf.Timestamp at = 9; google.protobuf.StringValue wrapped = 10;
  google.type.Date day = 11; google.type.TimeOfDay time = 12; Order parent = 14; bytes raw = 15; bool ok = 16;
  confluent.type.Decimal amount = 13 [(confluent.field_meta) = { params: [{ key: "scale", value: "2" }, { key: "precision", value: "9" }] }];
  int32 small = 17 [(confluent.field_meta) = { params: [{ key: "connect.type", value: "int8" }] }];
}
message Other { message Inner { double d = 1; } }`;

const SAMPLE = {
  id: 5,
  state: 7,
  lines: [{ sku: "s", counts: [-1, 2], parts: { p: { sku: "part" } } }],
  names_by_id: { 5: "f" },
  text: "hi",
  at: { seconds: 1, nanos: 999_999 },
  wrapped: { value: "w" },
  day: { year: 2000, month: 2, day: 3 },
  time: { hours: 1, minutes: 2 },
  amount: { value: Buffer.from([0x30, 0x39]), scale: 2 },
  small: 257,
};

describe("ProtobufConverter", () => {
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
    const [plugin] = protobufPlugins;
    assert.ok(plugin?.kind === "converter");
    const created = plugin.create();
    created.configure({ "schema.registry.url": registry.url, "max.retries": "0", ...more }, false);
    return created;
  }

  /** Bytes of message indexes and a datum. */
  async function read(
    schema: string,
    payload: Uint8Array,
    more: { references?: readonly unknown[]; config?: Readonly<Record<string, string>> } = {},
  ): Promise<SchemaAndValue> {
    const references = more.references ?? [];
    const id = registry.register("t-value", schema, { schemaType: "PROTOBUF", references });
    const message = wireMessage(id, Buffer.from(payload));
    const subject = converter(more.config);
    await subject.prepare?.("t", valueColumns([message]), "value");
    return subject.toConnect("t", message);
  }

  /** Encodes with protobufjs, as the first message of the file. */
  function encode(schema: string, name: string, value: Record<string, unknown>): Buffer {
    const root = new protobuf.Root();
    for (const file of [schema, ...BUILT_IN_FILES.values()]) protobuf.parse(file, root, { keepCase: true });
    for (const file of ["timestamp", "wrappers"])
      root.addJSON(protobuf.common.get(`google/protobuf/${file}.proto`)?.nested ?? {});
    const type = root.resolveAll().lookupType(name);
    return Buffer.concat([Buffer.from([0]), type.encode(type.fromObject(value)).finish()]);
  }

  const failure = (error: unknown): boolean =>
    error instanceof ConnectError && error.kind === "data" && error.message === FAILURE;

  it("ProtobufConverter reads scalars, int64 to the last digit, and gives proto3's defaults for what is not set", async () => {
    const schema = `syntax = "proto3"; message M { int64 a = 1; uint64 b = 2; string c = 3; repeated sint32 d = 4; double e = 5; optional int32 f = 6; fixed32 g = 7; }`;
    const value = { a: "-9223372036854775808", b: "18446744073709551615", c: "é😀", d: [-1, 2], g: 4294967295 };
    const given = await read(schema, encode(schema, "M", value));
    assert.equal(String(given.value), "Struct{a=-9223372036854775808,b=-1,c=é😀,d=[-1, 2],e=0.0,g=4294967295}");
    assert.equal(given.schema?.field("g")?.schema.parameters?.get("io.confluent.connect.protobuf.Type"), "fixed32");
    assert.equal(given.schema.name, "M");
    assert.ok(given.schema.fields.every((field) => field.schema.optional));
    assert.ok((given.schema.version ?? 0) >= 1);
  });

  it("ProtobufConverter gives Tag parameters, enums as strings, oneofs as structs, maps and logical types", async () => {
    const payload = encode(ORDER, "shop.Order", SAMPLE);
    const { schema, value } = await read(ORDER, payload);
    assert.ok(value instanceof Struct && schema !== null);
    assert.equal(value.get("state"), "PAID");
    assert.equal(String(value.get("choice_0")), "Struct{text=hi}");
    assert.deepEqual(value.get("names_by_id"), new Map([[5, "f"]]));
    assert.equal(String(value.get("amount")), "123.45");
    assert.equal(value.get("small"), 1);
    assert.equal((value.get("day") as Date).toISOString(), "2000-02-03T00:00:00.000Z");
    assert.equal((value.get("time") as Date).getTime(), 3_720_000);
    assert.equal((value.get("at") as Date).getTime(), 1000);
    assert.equal(String(value.get("wrapped")), "Struct{value=w}");
    assert.equal(value.get("parent"), null);
    const lines = "[Struct{sku=s,counts=[-1, 2],parts={p=Struct{sku=part,counts=[],parts={}}}}]";
    assert.ok(String(value).includes(`lines=${lines}`));
    assert.equal(schema.fields[0]?.name, "choice_0");
    assert.equal(schema.field("choice_0")?.schema.name, "io.confluent.connect.protobuf.Union.choice");
    assert.deepEqual(
      [...(schema.field("state")?.schema.parameters ?? [])],
      [
        ["io.confluent.connect.protobuf.Enum", "State"],
        ["io.confluent.connect.protobuf.Enum.NEW", "0"],
        ["io.confluent.connect.protobuf.Enum.PAID", "7"],
        ["io.confluent.connect.protobuf.Tag", "3"],
      ],
    );
    assert.equal(schema.field("names_by_id")?.schema.name, "names_by_id");
    assert.equal(schema.field("amount")?.schema.parameters?.get("connect.decimal.precision"), "9");
  });

  it("ProtobufConverter finds the message by its indexes", async () => {
    const inner = Buffer.concat([Buffer.from([4, 2, 0, 9]), Buffer.from(new Float64Array([2.5]).buffer)]);
    const { schema, value } = await read(ORDER, inner, { config: { "enhanced.protobuf.schema.support": "true" } });
    assert.equal(schema?.name, "shop.Other.Inner");
    assert.equal(String(value), "Struct{d=2.5}");
    await assert.rejects(read(ORDER, Buffer.from([2, 10])), failure);
  });

  it("ProtobufConverter resolves references, and fails schemas whose imports are unknown", async () => {
    const item = `syntax = "proto3"; package shop; message Item { string sku = 1; }`;
    registry.register("item", item, { schemaType: "PROTOBUF" });
    const cart = `syntax = "proto3"; package shop; import "item.proto"; message Cart { Item item = 1; }`;
    const references = [{ name: "item.proto", subject: "item", version: 1 }];
    const { value } = await read(cart, Buffer.from([0, 10, 3, 10, 1, 97]), { references });
    assert.equal(String(value), "Struct{item=Struct{sku=a}}");
    await assert.rejects(read(cart.replace("Cart", "Basket"), Buffer.from([0])), failure);
  });

  it("ProtobufConverter reads proto2: null for optional, defaults on wish, an error where required is missing", async () => {
    const schema = `syntax = "proto2"; message M { required int32 a = 1; optional string b = 2 [default = "x"]; }`;
    assert.equal(String((await read(schema, Buffer.from([0, 8, 1]))).value), "Struct{a=1}");
    const config = { "optional.for.proto2": "false" };
    assert.equal(String((await read(schema, Buffer.from([0, 8, 1]), { config })).value), "Struct{a=1,b=x}");
    await assert.rejects(read(schema, Buffer.from([0])), failure);
  });

  it("ProtobufConverter's prepare() is retriable while the registry is down; an unknown id fails the record", async () => {
    const message = wireMessage(12345, Buffer.from([0]));
    const subject = converter();
    await subject.prepare?.("t", valueColumns([message]), "value");
    assert.throws(() => subject.toConnect("t", message), failure);
    assert.deepEqual(subject.toConnect("t", null), { schema: null, value: null });
    registry.fault = () => 503;
    await assert.rejects(
      async () => converter().prepare?.("t", valueColumns([message]), "value"),
      (error) => error instanceof ConnectError && error.kind === "retriable",
    );
  });

  it("ProtobufConverter answers mutated messages with a value or a data error, never a crash", async () => {
    const id = registry.register("t-value", ORDER, { schemaType: "PROTOBUF" });
    const payload = encode(ORDER, "shop.Order", SAMPLE);
    const good = wireMessage(id, payload);
    const subject = converter();
    await subject.prepare?.("t", valueColumns([good]), "value");
    for (const mutated of mutations(good, 20_000)) {
      try {
        subject.toConnect("t", mutated);
      } catch (error) {
        assert.ok(failure(error), String(error));
        for (let cause: unknown = error; cause !== undefined; cause = (cause as Error).cause)
          assert.ok(cause instanceof ConnectError);
      }
    }
  });
});
