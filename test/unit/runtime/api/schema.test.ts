import assert from "node:assert/strict";
import { dateSchema, decimalSchema, INT32, Schema, STRING, structSchema } from "../../../../runtime/api/index.js";

describe("Schema", () => {
  it("equals() compares every property, parameters in any order", () => {
    const a = structSchema(
      { x: INT32 },
      {
        name: "n",
        parameters: new Map([
          ["a", "1"],
          ["b", "2"],
        ]),
      },
    );
    const b = structSchema(
      { x: INT32 },
      {
        name: "n",
        parameters: new Map([
          ["b", "2"],
          ["a", "1"],
        ]),
      },
    );
    assert.ok(a.equals(b));
    for (const changed of [{ doc: "d" }, { version: 2 }, { optional: true }, { name: "m" }, { parameters: null }])
      assert.ok(!a.equals(b.with(changed)), JSON.stringify(changed));
    assert.ok(!a.equals(structSchema({ y: INT32 }, { name: "n", parameters: b.parameters })));
    assert.ok(!new Schema("STRING", { defaultValue: "a" }).equals(STRING));
    assert.ok(dateSchema().equals(dateSchema()));
    assert.ok(!decimalSchema(2).equals(decimalSchema(3)));
  });

  it("with() keeps what is not changed", () => {
    const schema = structSchema({ x: INT32, y: STRING }, { name: "n", version: 3 }).with({ optional: true });
    assert.deepEqual([schema.name, schema.version, schema.optional, schema.field("y")?.index], ["n", 3, true, 1]);
  });

  it("toString() prints as Java does", () => {
    assert.equal(String(INT32), "Schema{INT32}");
    assert.equal(String(dateSchema()), "Schema{org.apache.kafka.connect.data.Date:INT32}");
  });
});
