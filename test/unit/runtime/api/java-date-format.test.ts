import assert from "node:assert/strict";
import { JavaDateFormat } from "../../../../runtime/api/index.js";

const JUNE = Date.UTC(2024, 5, 12, 13, 14, 15, 16);

describe("JavaDateFormat", () => {
  // Expected texts are those of java.text.SimpleDateFormat of JDK 17, locale en_US, UTC.
  const formats: [string, string][] = [
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-06-12T13:14:15.016Z"],
    ["yy M d h a k K", "24 6 12 1 PM 13 1"],
    ["EEE EEEE MMM MMMM", "Wed Wednesday Jun June"],
    ["D w W F u Y", "164 24 3 2 3 2024"],
    ["'o''clock' '' z Z G", "o'clock ' UTC +0000 AD"],
  ];
  for (const [pattern, text] of formats)
    it(`format() by ${pattern} gives ${text}`, () => {
      assert.equal(new JavaDateFormat(pattern).format(JUNE), text);
    });

  it("format() uses the Julian calendar before October 1582", () => {
    const format = new JavaDateFormat("yyyy-MM-dd G");
    assert.equal(format.format(Date.UTC(1582, 9, 15)), "1582-10-15 AD");
    assert.equal(format.format(Date.UTC(1582, 9, 14)), "1582-10-04 AD");
  });

  it("parse() reads what format() writes", () => {
    const format = new JavaDateFormat("G yyyy-MM-dd HH:mm:ss.SSS");
    for (const ms of [0, JUNE, -1, -62135596800001, -12219292800001, 253402300800000])
      assert.equal(format.parse(format.format(ms), 0), ms);
  });

  it("parse() rolls over, ignores what follows and gives null for what does not match", () => {
    const format = new JavaDateFormat("yyyy-MM-dd");
    assert.equal(format.parse("2024-13-45 and more", 0), Date.UTC(2025, 1, 14));
    assert.equal(format.parse("2024/01/01", 0), null);
    assert.equal(format.parse("", 0), null);
  });

  it("parse() reads numbers without text between them by their width", () => {
    assert.equal(new JavaDateFormat("yyyyMMdd").parse("20240612", 0), Date.UTC(2024, 5, 12));
    assert.equal(new JavaDateFormat("yyyyMMdd").parse("2024061", 0), Date.UTC(2024, 5, 1));
    assert.equal(new JavaDateFormat("yyyyMMdd").parse("20240", 0), null);
  });

  it("parse() puts two-digit years into the 80 years before and 20 after now", () => {
    const format = new JavaDateFormat("yy");
    assert.equal(format.parse("44", JUNE), Date.UTC(1944, 0, 1));
    assert.equal(format.parse("43", JUNE), Date.UTC(2043, 0, 1));
  });

  it("refuses patterns with Java's texts", () => {
    assert.throws(() => new JavaDateFormat("yyyy b"), /^ConnectError: Illegal pattern character 'b'$/);
    assert.throws(() => new JavaDateFormat("yyyy 'x"), /Unterminated quote/);
  });
});
