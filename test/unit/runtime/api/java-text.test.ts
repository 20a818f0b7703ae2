import assert from "node:assert/strict";
import {
  arraySchema,
  Decimal,
  FLOAT64,
  INT32,
  javaToString,
  Struct,
  structSchema,
} from "../../../../runtime/api/index.js";

describe("javaToString()", () => {
  const cases: [string, unknown, string][] = [
    [
      "a map",
      new Map<unknown, unknown>([
        ["x", 1],
        ["y", null],
      ]),
      "{x=1, y=null}",
    ],
    ["a list", [1, "a", [true]], "[1, a, [true]]"],
    ["a double", 1.5e10 + 0.5, "1.50000000005E10"],
    ["a long beyond 2^53", 9007199254740993n, "9007199254740993"],
    ["a date", new Date(0), "Thu Jan 01 00:00:00 UTC 1970"],
    ["a decimal", Decimal.parse("1.50"), "1.50"],
    ["null", null, "null"],
    ["a nested struct", new Map([["s", new Struct(structSchema({ a: INT32 })).put("a", 1)]]), "{s=Struct{a=1}}"],
  ];
  for (const [what, value, text] of cases)
    it(`prints ${what}`, () => {
      assert.equal(javaToString(value), text);
    });

  it("prints whole floats by their schema", () => {
    assert.equal(javaToString([1, 2], arraySchema(FLOAT64)), "[1.0, 2.0]");
  });
});
