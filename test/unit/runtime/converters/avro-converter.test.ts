import assert from "node:assert/strict";
import avro from "avsc";
import { avroPlugins } from "../../../../runtime/converters/avro/avro-converter.js";
import { ConnectError, DatumVerdict, type Converter, type Struct } from "../../../../runtime/api/index.js";
import { SchemaRegistry } from "../../../support/schema-registry.js";
import { valueColumns, wireMessage } from "../../../support/wire-format.js";

const ORDER = {
  type: "record",
  name: "shop.Order",
  fields: [
    { name: "id", type: "long" },
    { name: "state", type: { type: "enum", name: "State", symbols: ["NEW", "PAID"] } },
    { name: "note", type: ["null", "string"], default: null },
    { name: "tags", type: { type: "map", values: "int" }, default: {} },
  ],
};

describe("AvroConverter", () => {
  let registry: SchemaRegistry;

  beforeEach(async () => {
    registry = await SchemaRegistry.start();
  });
  afterEach(async () => {
    await registry.stop();
  });

  function converter(more: Readonly<Record<string, string>> = {}): Converter {
    const [plugin] = avroPlugins;
    assert.ok(plugin?.kind === "converter");
    const created = plugin.create();
    created.configure(
      { "schema.registry.url": registry.url, "max.retries": "0", "retries.wait.ms": "1", ...more },
      false,
    );
    return created;
  }

  const encoded = avro.Type.forSchema(ORDER as avro.Schema).toBuffer({
    id: 7,
    state: "PAID",
    note: "é",
    tags: { a: 1 },
  });

  it("AvroConverter reads what avsc wrote, lazily and eagerly the same, with the registry's version", async () => {
    registry.register("orders-value", { ...ORDER, doc: "first" });
    const id = registry.register("orders-value", ORDER);
    const subject = converter();
    const bytes = wireMessage(id, encoded);
    await subject.prepare?.("orders", valueColumns([bytes]), "value");
    const eager = subject.toConnect("orders", bytes);
    assert.equal(String(eager.value), "Struct{id=7,state=PAID,note=é,tags={a=1}}");
    assert.equal(eager.schema?.version, 2);
    assert.equal(subject.lazy?.check(bytes, 0, bytes.length), DatumVerdict.copy);
    const lazy = subject.lazy.datum!("orders", bytes);
    assert.equal(lazy.schema, eager.schema);
    assert.ok((lazy.value as Struct).equals(eager.value));
    assert.ok(lazy.source?.kind === "avro");
    assert.deepEqual(lazy.source.bytes, encoded);
  });

  it("AvroConverter refuses dates no Date can hold and times outside of one day with kind data", async () => {
    const subject = converter();
    const read = async (logicalType: string, datum: readonly number[]): Promise<unknown> => {
      const id = registry.register("t-value", { type: "int", logicalType });
      const bytes = wireMessage(id, Buffer.from(datum));
      await subject.prepare?.("t", valueColumns([bytes]), "value");
      return subject.toConnect("t", bytes).value;
    };
    const isData = (error: unknown): boolean => error instanceof ConnectError && error.kind === "data";
    const greatest = [0xfe, 0xff, 0xff, 0xff, 0x0f];
    await assert.rejects(read("date", greatest), isData);
    await assert.rejects(read("time-millis", greatest), isData);
    await assert.rejects(read("time-millis", [1]), isData);
    assert.deepEqual(await read("date", [1]), new Date(-86_400_000));
    assert.deepEqual(await read("time-millis", [2]), new Date(1));
  });

  it("AvroConverter lets no bytes be copied that it would not read: times beyond a day, decimals without digits", async () => {
    const subject = converter();
    const check = async (type: object, datum: readonly number[]): Promise<number | undefined> => {
      const id = registry.register("r-value", { type: "record", name: "R", fields: [{ name: "f", type }] });
      const bytes = wireMessage(id, Buffer.from(datum));
      await subject.prepare?.("r", valueColumns([bytes]), "value");
      const verdict = subject.lazy?.check(bytes, 0, bytes.length);
      subject.toConnect("r", bytes);
      return verdict;
    };
    const time = { type: "int", logicalType: "time-millis" };
    const decimal = { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 };
    const isData = (error: unknown): boolean => error instanceof ConnectError && error.kind === "data";
    await assert.rejects(check(time, [1]), isData);
    await assert.rejects(check(time, [0xfe, 0xff, 0xff, 0xff, 0x0f]), isData);
    await assert.rejects(check(decimal, [0]), isData);
    assert.equal(await check(time, [2]), DatumVerdict.copy);
    assert.equal(await check(decimal, [2, 7]), DatumVerdict.copy);
  });

  it("AvroConverter asks the registry once for each schema, however many records name it", async () => {
    const id = registry.register("orders-value", ORDER);
    const subject = converter();
    const batch = valueColumns(Array.from({ length: 100 }, () => wireMessage(id, encoded)));
    await subject.prepare?.("orders", batch, "value");
    await subject.prepare?.("orders", batch, "value");
    assert.equal(registry.requests.length, 2);
  });

  it("AvroConverter resolves references before the schema that makes them", async () => {
    registry.register("item", { type: "record", name: "shop.Item", fields: [{ name: "sku", type: "string" }] });
    const outer = { type: "record", name: "shop.Cart", fields: [{ name: "item", type: "shop.Item" }] };
    const id = registry.register("carts-value", outer, {
      references: [{ name: "shop.Item", subject: "item", version: 1 }],
    });
    const subject = converter();
    const bytes = wireMessage(id, Buffer.from([4, 0x61, 0x62]));
    await subject.prepare?.("carts", valueColumns([bytes]), "value");
    assert.equal(String(subject.toConnect("carts", bytes).value), "Struct{item=Struct{sku=ab}}");
  });

  it("AvroConverter fails only the record whose schema is unknown, with kind data", async () => {
    const id = registry.register("orders-value", ORDER);
    const subject = converter();
    const good = wireMessage(id, encoded);
    const bad = wireMessage(999, encoded);
    await subject.prepare?.("orders", valueColumns([good, bad]), "value");
    assert.ok(subject.toConnect("orders", good).value);
    assert.throws(
      () => subject.toConnect("orders", bad),
      (error) =>
        error instanceof ConnectError &&
        error.kind === "data" &&
        error.message === "Failed to deserialize data for topic orders to Avro: " &&
        error.cause instanceof ConnectError &&
        error.cause.message === "Error retrieving Avro value schema for id 999",
    );
  });

  it("AvroConverter's prepare() is retriable while the registry is down, and goes to the next URL", async () => {
    const id = registry.register("orders-value", ORDER);
    registry.fault = () => 503;
    const batch = valueColumns([wireMessage(id, encoded)]);
    await assert.rejects(
      async () => converter().prepare?.("orders", batch, "value"),
      (error) => error instanceof ConnectError && error.kind === "retriable",
    );
    const second = await SchemaRegistry.start();
    second.register("orders-value", ORDER, { id });
    await converter({ "schema.registry.url": `${registry.url}, ${second.url}` }).prepare?.("orders", batch, "value");
    await second.stop();
    assert.ok(second.requests.length > 0);
  });

  it("AvroConverter sends basic authentication from the URL or from basic.auth.user.info", async () => {
    const id = registry.register("orders-value", ORDER);
    const batch = valueColumns([wireMessage(id, encoded)]);
    const expected = `Basic ${Buffer.from("user:p@ss").toString("base64")}`;
    await converter({ "schema.registry.url": registry.url.replace("//", "//user:p%40ss@") }).prepare?.(
      "orders",
      batch,
      "value",
    );
    await converter({ "basic.auth.credentials.source": "USER_INFO", "basic.auth.user.info": "user:p@ss" }).prepare?.(
      "orders",
      batch,
      "value",
    );
    assert.deepEqual(new Set(registry.authorizations), new Set([expected]));
  });

  it("AvroConverter answers mutated messages with a value or a data error, never a crash", async () => {
    const id = registry.register("orders-value", ORDER);
    const subject = converter();
    const bytes = wireMessage(id, encoded);
    await subject.prepare?.("orders", valueColumns([bytes]), "value");
    let seed = 1;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let i = 0; i < 20_000; i++) {
      const mutated = Buffer.from(bytes.subarray(0, 1 + random(bytes.length)));
      for (let k = random(4); k > 0; k--) mutated[random(mutated.length)] = random(256);
      const outcome = (work: () => unknown): string => {
        try {
          work();
          return "value";
        } catch (error) {
          assert.ok(error instanceof ConnectError && error.kind === "data", String(error));
          return "data";
        }
      };
      const eager = outcome(() => subject.toConnect("orders", mutated));
      assert.equal(
        outcome(() => subject.lazy?.check(mutated, 0, mutated.length)),
        eager,
      );
    }
  });
});
