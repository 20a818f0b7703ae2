import assert from "node:assert/strict";
import { civilOf, instantText } from "../../../../connectors/objects/civil-time.js";

describe("civilOf()", () => {
  it("agrees with Date on every day of 800 years", () => {
    for (let ms = Date.UTC(1600, 0, 1); ms < Date.UTC(2400, 0, 1); ms += 86_400_000) {
      const { year, month, day } = civilOf(ms);
      const date = new Date(ms);
      if (year !== date.getUTCFullYear() || month !== date.getUTCMonth() + 1 || day !== date.getUTCDate())
        assert.fail(`${date.toISOString()} is not ${year}-${month}-${day}`);
    }
  });
});

describe("instantText()", () => {
  // Texts of java.time.Instant, JDK 17.
  for (const [ms, text] of [
    [0, "1970-01-01T00:00:00Z"],
    [1500, "1970-01-01T00:00:01.500Z"],
    [1554210895120, "2019-04-02T13:14:55.120Z"],
    [253402300800000, "+10000-01-01T00:00:00Z"],
    [-1, "1969-12-31T23:59:59.999Z"],
    [-62167219200001, "-0001-12-31T23:59:59.999Z"],
  ] as const)
    it(`prints ${ms} as ${text}`, () => {
      assert.equal(instantText(ms), text);
    });
});
