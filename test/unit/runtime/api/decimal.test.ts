import assert from "node:assert/strict";
import { bigintFromBytes, bigintToBytes, Decimal } from "../../../../runtime/api/index.js";

describe("Decimal", () => {
  // Expected texts from java.math.BigDecimal of JDK 17.
  const texts: [string, string, string][] = [
    ["12.34", "12.34", "12.34"],
    ["-0.5", "-0.5", "-0.5"],
    ["1E+3", "1E+3", "1000"],
    ["1.20E5", "1.20E+5", "120000"],
    ["0.000001", "0.000001", "0.000001"],
    ["0.0000001", "1E-7", "0.0000001"],
    ["-1.5e-10", "-1.5E-10", "-0.00000000015"],
    ["0E-10", "0E-10", "0.0000000000"],
    ["0E3", "0E+3", "0"],
    [".5", "0.5", "0.5"],
    ["5.", "5", "5"],
  ];
  for (const [source, text, plain] of texts)
    it(`toString() and toPlainString() of ${source} are Java's`, () => {
      assert.equal(Decimal.parse(source).toString(), text);
      assert.equal(Decimal.parse(source).toPlainString(), plain);
    });

  it("parse() refuses what BigDecimal refuses", () => {
    for (const text of ["", ".", "a", "1e", "--1", "1 ", "0x1"]) assert.throws(() => Decimal.parse(text), text);
  });

  it("equals() counts the scale, rescale() never loses digits", () => {
    assert.ok(!Decimal.parse("1.0").equals(Decimal.parse("1.00")));
    assert.ok(Decimal.parse("1.0").rescale(2)?.equals(Decimal.parse("1.00")));
    assert.equal(Decimal.parse("1.05").rescale(1), null);
  });

  it("bigintToBytes() is the shortest two's complement and reads back", () => {
    assert.deepEqual([...bigintToBytes(1234n)], [0x04, 0xd2]);
    for (const [value, length] of [
      [0n, 1],
      [127n, 1],
      [128n, 2],
      [-128n, 1],
      [-129n, 2],
      [2n ** 127n - 1n, 16],
      [2n ** 127n, 17],
    ] as const) {
      assert.equal(bigintToBytes(value).length, length, String(value));
      assert.equal(bigintFromBytes(bigintToBytes(value)), value);
    }
  });
});
