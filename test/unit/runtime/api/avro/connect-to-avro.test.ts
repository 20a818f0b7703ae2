import assert from "node:assert/strict";
import { printableAvro } from "../../../../../runtime/api/avro/avro-print.js";
import { parseAvroSchema } from "../../../../../runtime/api/avro/avro-schema.js";
import { avroSchemaOf } from "../../../../../runtime/api/avro/connect-to-avro.js";
import { dateSchema, decimalSchema, Schema } from "../../../../../runtime/api/index.js";

/** Expected texts: AvroData 7.2.2 and 7.9.0 as recorded from the JVM sinks. */
describe("avroSchemaOf()", () => {
  const printed = (schema: Schema): unknown => JSON.parse(JSON.stringify(printableAvro(avroSchemaOf(schema))));

  it("avroSchemaOf() keeps small integers apart by connect.type", () => {
    assert.deepEqual(printed(new Schema("INT8")), { type: "int", "connect.type": "int8" });
    assert.deepEqual(printed(new Schema("INT32")), "int");
  });

  it("avroSchemaOf() puts null first, and last where there is a default", () => {
    assert.deepEqual(printed(new Schema("STRING", { optional: true })), ["null", "string"]);
    assert.deepEqual(printed(new Schema("INT32", { optional: true, defaultValue: 7 })), [
      { type: "int", "connect.default": 7 },
      "null",
    ]);
  });

  it("avroSchemaOf() describes decimals and dates as AvroData does", () => {
    assert.deepEqual(printed(decimalSchema(2)), {
      type: "bytes",
      scale: 2,
      precision: 64,
      "connect.version": 1,
      "connect.parameters": { scale: "2" },
      "connect.name": "org.apache.kafka.connect.data.Decimal",
      logicalType: "decimal",
    });
    assert.deepEqual(printed(dateSchema()), {
      type: "int",
      "connect.version": 1,
      "connect.name": "org.apache.kafka.connect.data.Date",
      logicalType: "date",
    });
  });

  it("avroSchemaOf() numbers unnamed structs in the order they are met", () => {
    const inner = new Schema("STRUCT", { fields: [{ name: "b", schema: new Schema("STRING") }] });
    const outer = new Schema("STRUCT", { fields: [{ name: "a", schema: inner }] });
    assert.deepEqual(printed(outer), {
      type: "record",
      name: "ConnectDefault",
      namespace: "io.confluent.connect.avro",
      fields: [
        { name: "a", type: { type: "record", name: "ConnectDefault2", fields: [{ name: "b", type: "string" }] } },
      ],
    });
  });

  it("printableAvro() refers to a repeated type by name and refuses two of one name", () => {
    const named = (field: string): Schema =>
      new Schema("STRUCT", { name: "x.Twin", fields: [{ name: field, schema: new Schema("STRING") }] });
    const both = (second: Schema): Schema =>
      new Schema("STRUCT", {
        name: "x.Outer",
        fields: [
          { name: "a", schema: named("p") },
          { name: "b", schema: second },
        ],
      });
    const fields = (printed(both(named("p"))) as { fields: { type: unknown }[] }).fields;
    assert.equal(fields[1]?.type, "Twin");
    assert.throws(() => printed(both(named("q"))), { message: "Can't redefine: x.Twin" });
  });

  it("parseAvroSchema() reads every printed schema and refuses names that Avro refuses", () => {
    assert.equal(parseAvroSchema(avroSchemaOf(null)).kind, "record");
    const bad = new Schema("STRUCT", { fields: [{ name: "my-field", schema: new Schema("STRING") }] });
    assert.throws(() => parseAvroSchema(avroSchemaOf(bad)), { message: "Illegal character in: my-field" });
  });
});
