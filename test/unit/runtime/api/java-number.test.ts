import assert from "node:assert/strict";
import { formatDouble, formatFloat } from "../../../../runtime/api/java-number.js";

// Texts of Double.toString, JDK 19 and later.
const DOUBLES: readonly (readonly [number, string])[] = [
  [0, "0.0"],
  [-0, "-0.0"],
  [1, "1.0"],
  [100, "100.0"],
  [0.001, "0.001"],
  [0.0001, "1.0E-4"],
  [9999999, "9999999.0"],
  [1e7, "1.0E7"],
  [123456789.125, "1.23456789125E8"],
  [2e23, "2.0E23"],
  [1e21, "1.0E21"],
  [Number.MAX_VALUE, "1.7976931348623157E308"],
  [Number.MIN_VALUE, "4.9E-324"],
  [1e-323, "9.9E-324"],
  [NaN, "NaN"],
  [-Infinity, "-Infinity"],
];

describe("formatDouble()", () => {
  for (const [value, text] of DOUBLES)
    it(`prints ${text}`, () => {
      assert.equal(formatDouble(value), text);
    });
});

describe("formatFloat()", () => {
  // Texts of Float.toString, JDK 19 and later.
  for (const [value, text] of [
    [0.1, "0.1"],
    [1, "1.0"],
    [16777216, "1.6777216E7"],
    [1.4e-45, "1.4E-45"],
    [3.4028235e38, "3.4028235E38"],
  ] as const)
    it(`prints ${text}`, () => {
      assert.equal(formatFloat(Math.fround(value)), text);
    });
});
