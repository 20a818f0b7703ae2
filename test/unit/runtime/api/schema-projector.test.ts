import assert from "node:assert/strict";
import {
  FLOAT64,
  INT32,
  INT64,
  OPTIONAL_STRING,
  project,
  Schema,
  STRING,
  Struct,
  structSchema,
} from "../../../../runtime/api/index.js";

describe("project()", () => {
  it("drops, widens and fills in fields", () => {
    const source = structSchema({ a: INT32, gone: STRING });
    const target = structSchema({ a: FLOAT64, b: new Schema("INT64", { defaultValue: 5 }), c: OPTIONAL_STRING });
    const result = project(source, new Struct(source).put("a", 3).put("gone", "x"), target) as Struct;
    assert.equal(result.toString(), "Struct{a=3.0,b=5}");
  });

  it("refuses with Connect's texts", () => {
    const refused = (source: Schema, target: Schema, value: unknown, message: RegExp) => {
      assert.throws(() => project(source, value, target), message);
    };
    refused(INT64, INT32, 1, /^ConnectError: Schema type mismatch\. source type: INT64 and target type: INT32$/);
    refused(STRING.with({ name: "a" }), STRING, "x", /Schema name mismatch\. source name: a and target name: null/);
    refused(OPTIONAL_STRING, STRING, "x", /Writer schema is optional/);
    const narrow = structSchema({ a: INT32 });
    refused(
      narrow,
      structSchema({ a: INT32, b: INT32 }),
      new Struct(narrow).put("a", 1),
      /Required field `b` is missing/,
    );
  });
});
