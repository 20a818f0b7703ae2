import assert from "node:assert/strict";
import { ConnectError, Decimal, ExactNumber, printJson } from "../../../../runtime/api/index.js";

describe("printJson()", () => {
  // Expected texts recorded from JsonConverter of Connect 4.1.1.
  it("escapes as Jackson does", () => {
    assert.equal(printJson('"\\\b\f\n\r\t'), '"\\"\\\\\\b\\f\\n\\r\\t"');
    assert.equal(printJson("\u0001\u001f\u007f/<\u2028é"), '"\\u0001\\u001F\u007f/<\u2028é"');
    assert.equal(printJson("😀\ud800"), '"\\uD83D\\uDE00\\uD800"');
  });

  it("prints numbers as Java does", () => {
    const values = [1, -5, 9007199254740993n, 1.1, 0.0001, 12345678.9, NaN, -Infinity, new ExactNumber("1.10")];
    assert.equal(printJson(values), '[1,-5,9007199254740993,1.1,1.0E-4,1.23456789E7,"NaN","-Infinity",1.10]');
  });

  it("prints bytes in base64 and maps with other keys as pairs", () => {
    assert.equal(printJson(new Map([["b", Buffer.from("hi")]])), '{"b":"aGk="}');
    assert.equal(
      printJson(
        new Map<unknown, unknown>([
          ["a", 1],
          [2, null],
        ]),
      ),
      '[["a",1],[2,null]]',
    );
    assert.equal(printJson(new Map()), "{}");
  });

  it("refuses what has no Connect type", () => {
    assert.throws(
      () => printJson([Decimal.parse("1")]),
      (error: unknown) =>
        error instanceof ConnectError &&
        error.message === "Java class class java.math.BigDecimal does not have corresponding schema type.",
    );
  });
});
