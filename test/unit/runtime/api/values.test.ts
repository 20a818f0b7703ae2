import assert from "node:assert/strict";
import {
  arraySchema,
  BOOLEAN,
  convertToNumber,
  Decimal,
  FLOAT32,
  inferSchema,
  INT32,
  INT64,
  INT8,
  mapSchema,
  parseValue,
  STRING,
  Struct,
  structSchema,
  valueToString,
  type Schema,
} from "../../../../runtime/api/index.js";

describe("parseValue()", () => {
  const cases: [string, Schema | null, unknown][] = [
    ["true", BOOLEAN, true],
    ["null", null, null],
    ["007", INT8, 7],
    ["2147483648", INT64, 2147483648],
    ["2.50", FLOAT32, 2.5],
    ["[1, 300000]", arraySchema(INT32), [1, 300000]],
    ['{"a":1}', mapSchema(STRING, INT8), new Map([["a", 1]])],
    ["https://x.y/?a=[1]", STRING, "https://x.y/?a=[1]"],
    ['"in quotes"', STRING, '"in quotes"'],
  ];
  for (const [text, schema, value] of cases)
    it(`reads ${text}`, () => {
      const parsed = parseValue(text);
      assert.deepEqual(parsed.value, value);
      assert.ok(schema === null ? parsed.schema === null : schema.equals(parsed.schema));
    });

  it("gives a Decimal for integers beyond 64 bits", () => {
    assert.deepEqual(parseValue("12345678901234567890123").value, Decimal.parse("12345678901234567890123"));
  });

  it("takes dates, times and timestamps by their length", () => {
    assert.deepEqual(parseValue("2024-02-29").value, new Date(Date.UTC(2024, 1, 29)));
    assert.deepEqual(parseValue("12:34:56.789Z").value, new Date(45296789));
    assert.equal(parseValue("2024-2-9").value, "2024-2-9");
  });

  it("takes endlessly nested text as a string", () => {
    const text = '[{"a":'.repeat(10_000);
    assert.equal(parseValue(text).value, text);
  });
});

describe("valueToString()", () => {
  it("is read back by parseValue()", () => {
    const schema = structSchema({ a: INT32, s: STRING });
    const text = valueToString(schema, new Struct(schema).put("a", 1).put("s", 'x"\\'));
    assert.equal(text, '{"a":1,"s":"x\\"\\\\"}');
    assert.equal(valueToString(null, [new Date(0), 1.5, null]), "[00:00:00.000Z,1.5,null]");
  });
});

describe("convertToNumber()", () => {
  it("cuts numbers as Java casts do", () => {
    assert.equal(convertToNumber("INT8", null, 300), 44);
    assert.equal(convertToNumber("INT64", null, 1e30), 9223372036854775807n);
    assert.equal(convertToNumber("INT16", null, "1.9e1"), 19);
    assert.throws(
      () => convertToNumber("INT32", null, " 5"),
      /Unable to convert {2}5 \(class java.lang.String\) to a number/,
    );
  });
});

describe("inferSchema()", () => {
  it("unifies the elements of lists and maps", () => {
    assert.ok(arraySchema(INT64.with({ optional: true })).equals(inferSchema([1, null])));
    assert.equal(inferSchema([1, "a"]), null);
    assert.equal(inferSchema([]), null);
  });
});
