import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDouble, JsonOutput, printJson } from "../../../../runtime/api/index.js";

describe("JsonOutput", () => {
  const out = new JsonOutput();
  const fraction = (value: number): string | null => {
    out.clear();
    return out.shortFraction(value) ? out.text() : null;
  };

  it("shortFraction() writes what formatDouble() gives, or leaves the number to it", () => {
    for (const value of [0.5, -0.5, 0.001, 0.0015, 79.19, 1.05, 100.005, 9999999.9999, 1234.0625, 0.1, -12.3004])
      assert.equal(fraction(value), formatDouble(value));
    for (const value of [0.1 + 0.2, 1 / 3, 1e7 + 0.5, 0.0001, 1e-7, NaN, Infinity]) assert.equal(fraction(value), null);
    let written = 0;
    const decimal = fc
      .tuple(fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }), fc.nat(6))
      .map(([digits, places]) => digits / 10 ** places);
    fc.assert(
      fc.property(fc.oneof(decimal, fc.double()), (value) => {
        if (Number.isInteger(value)) return;
        const text = fraction(value);
        if (text === null) return;
        written++;
        assert.equal(text, formatDouble(value));
      }),
      { numRuns: 20_000 },
    );
    assert.ok(written > 1000, `enough must be written: ${written}`);
  });

  it("integer() writes every safe integer as String() does", () => {
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -12, max: 120 })), (value) => {
        out.clear();
        out.integer(value);
        assert.equal(out.text(), String(value));
      }),
      { numRuns: 5000 },
    );
  });

  it("string() writes what JSON.parse() reads as the same text, at any length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 90 }), (text) => {
        out.clear();
        out.string(text);
        assert.equal(JSON.parse(out.text()), text);
        assert.equal(printJson(text), out.text());
      }),
      { numRuns: 5000 },
    );
  });
});
