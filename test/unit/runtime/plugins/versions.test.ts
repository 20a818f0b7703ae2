import assert from "node:assert/strict";
import { compareVersions, parseVersionRequirement } from "../../../../runtime/plugins/versions.js";

describe("versions", () => {
  it("compareVersions() orders as Maven does", () => {
    const ordered = [
      "1.0-alpha-1",
      "1.0-beta",
      "1.0-rc1",
      "1.0-SNAPSHOT",
      "1.0",
      "1.0-sp",
      "1.0.1",
      "1.1",
      "1.10",
      "2",
    ];
    for (let i = 1; i < ordered.length; i++)
      assert.ok(compareVersions(ordered[i - 1]!, ordered[i]!) < 0, `${ordered[i - 1]!} < ${ordered[i]!}`);
    assert.equal(compareVersions("1", "1.0.0"), 0);
    assert.equal(compareVersions("1.0-cr1", "1.0-RC1"), 0);
  });

  it("parseVersionRequirement() takes a bare version as exact and latest as anything", () => {
    const exact = parseVersionRequirement("9.9")!;
    assert.equal(exact.text, "[9.9,9.9]");
    assert.ok(exact.includes("9.9.0"));
    assert.ok(!exact.includes("9.9.1"));
    assert.equal(parseVersionRequirement("latest"), null);
    assert.equal(parseVersionRequirement(undefined), null);
  });

  it("parseVersionRequirement() knows open, closed and several intervals", () => {
    const range = parseVersionRequirement("(,1.0], [2.0,3.0)")!;
    assert.deepEqual(
      ["0.1", "1.0", "1.5", "2.0", "2.9", "3.0"].map((version) => range.includes(version)),
      [true, true, false, true, true, false],
    );
  });

  it("parseVersionRequirement() refuses what is no range with Maven's texts", () => {
    assert.throws(() => parseVersionRequirement("[bad"), /^ConnectError: Unbounded range: \[bad$/);
    assert.throws(() => parseVersionRequirement("(1.0)"), /Single version must be surrounded by \[\]/);
    assert.throws(() => parseVersionRequirement("[2,1]"), /Range defies version ordering/);
    assert.throws(() => parseVersionRequirement("[1,3],[2,4]"), /Ranges overlap/);
  });
});
