import assert from "node:assert/strict";
import {
  arraySchema,
  ConnectError,
  INT32,
  INT64,
  mapSchema,
  OPTIONAL_STRING,
  Schema,
  STRING,
  Struct,
  structSchema,
  timestampSchema,
} from "../../../../runtime/api/index.js";

const person = structSchema({ id: INT32, name: OPTIONAL_STRING, city: new Schema("STRING", { defaultValue: "Rome" }) });

describe("Struct", () => {
  it("get() gives the field's default where the value is null, getWithoutDefault() does not", () => {
    const struct = new Struct(person).put("id", 1);
    assert.equal(struct.get("city"), "Rome");
    assert.equal(struct.getWithoutDefault("city"), null);
    assert.equal(struct.get("name"), null);
  });

  it("put() refuses with Connect's texts", () => {
    const data = (message: string) => (error: unknown) =>
      error instanceof ConnectError && error.kind === "data" && error.message === message;
    assert.throws(() => new Struct(person).put("x", 1), data("x is not a valid field name"));
    assert.throws(
      () => new Struct(person).put("id", "1"),
      data('Invalid Java object for schema with type INT32: class java.lang.String for field: "id"'),
    );
    assert.throws(
      () => new Struct(person).put("id", null),
      data('Invalid value: null used for required field: "id", schema type: INT32'),
    );
    assert.throws(
      () => new Struct(structSchema({ t: timestampSchema() })).put("t", 5),
      data(
        'Invalid Java object for schema "org.apache.kafka.connect.data.Timestamp" with type INT64: class java.lang.Long for field: "t"',
      ),
    );
    assert.throws(
      () => new Struct(structSchema({ l: arraySchema(INT64) })).put("l", [1, "a"]),
      data('Invalid Java object for schema with type INT64: class java.lang.String for element of array field: "l"'),
    );
    assert.throws(() => new Struct(INT32), data("Not a struct schema: Schema{INT32}"));
  });

  it("put() takes nested structs of an equal schema only", () => {
    const outer = structSchema({ p: person });
    const same = structSchema({
      id: INT32,
      name: OPTIONAL_STRING,
      city: new Schema("STRING", { defaultValue: "Rome" }),
    });
    assert.ok(new Struct(outer).put("p", new Struct(same).put("id", 3)));
    assert.throws(
      () => new Struct(outer).put("p", new Struct(structSchema({ id: INT32 })).put("id", 3)),
      /do not match/,
    );
    assert.throws(() => new Struct(outer).put("p", new Struct(person)), /null used for required field: "id"/);
  });

  it("validate() accepts a missing value that has a default", () => {
    new Struct(person).put("id", 7).validate();
    assert.throws(() => {
      new Struct(person).validate();
    }, /field: "id"/);
  });

  it("equals() compares schema and values deeply", () => {
    const schema = structSchema({ m: mapSchema(STRING, arraySchema(INT64)) });
    const make = (last: number | bigint) => new Struct(schema).put("m", new Map([["k", [1, last]]]));
    assert.ok(make(2).equals(make(2)));
    assert.ok(!make(2).equals(make(3)));
  });

  it("toString() prints as Java does", () => {
    const schema = structSchema({ a: INT32, n: OPTIONAL_STRING, f: new Schema("FLOAT32"), d: new Schema("FLOAT64") });
    const struct = new Struct(schema).put("a", 1).put("f", Math.fround(0.1)).put("d", 2);
    assert.equal(struct.toString(), "Struct{a=1,f=0.1,d=2.0}");
  });
});
