import assert from "node:assert/strict";
import fc from "fast-check";
import { ConnectError, ExactNumber, parseJson, parseJsonBytes, printJson } from "../../../../runtime/api/index.js";

const roundTrip = (text: string): string => printJson(parseJson(text));

describe("parseJson()", () => {
  it("keeps every digit of integers", () => {
    assert.equal(parseJson("9007199254740991"), 9007199254740991);
    assert.equal(parseJson("9007199254740993"), 9007199254740993n);
    assert.equal(parseJson("-123456789012345678901234567890"), -123456789012345678901234567890n);
    assert.ok(Object.is(parseJson("-0"), 0));
  });

  it("keeps the text of numbers that Java would spell otherwise", () => {
    assert.equal(parseJson("1.5"), 1.5);
    for (const text of ["1.0", "1.10", "1e5", "1E400", "0.0001", "12345678.5", "-0.0"])
      assert.deepEqual(parseJson(text), new ExactNumber(text));
  });

  it("drops leading zeros as Jackson does", () => {
    assert.equal(roundTrip("[007,-00,00.50,-01e2]"), "[7,0,0.50,-1e2]");
  });

  it("keeps the order of names, and of duplicates the last value at the first's place", () => {
    assert.equal(roundTrip('{"b":1,"10":2,"2":3,"b":4,"__proto__":5}'), '{"b":4,"10":2,"2":3,"__proto__":5}');
  });

  it("does not read beyond the first value, as Jackson's readTree", () => {
    assert.equal(roundTrip('{"a":1}} trailing'), '{"a":1}');
    assert.equal(roundTrip("1 2"), "1");
    assert.throws(() => parseJson("1a"));
    assert.throws(() => parseJson("truex"));
  });

  it("reads text without a value as null", () => {
    for (const text of ["", "  \n\t\r", "null"]) assert.equal(parseJson(text), null);
  });

  const invalid = [
    "{", "[", '"', '{"a"}', '{"a":}', "{a:1}", "[1,]", '{"a":1,}', "[1 2]", "tru", "nul", "+1", ".5", "1.", "1e", "1.e5", "-", "--1",
    "NaN", "Infinity", "'a'", '"\\x"', '"\\u12g4"', '"a\nb"', '"a\u0000"', "// c\n1", "[1}", '{"a":1]', "\u00a01", "]", ",", "1e99999999999",
  ]; // prettier-ignore
  for (const text of invalid)
    it(`refuses ${JSON.stringify(text)} with one of Jackson's exceptions`, () => {
      assert.throws(
        () => parseJson(text),
        (error: unknown) =>
          error instanceof ConnectError &&
          error.kind === "data" &&
          error.javaClass.startsWith("com.fasterxml.jackson."),
      );
    });

  it("repeats no more of the text than the token that Jackson names", () => {
    const secret = "s3cret".repeat(20);
    for (const text of [`{"password":"${secret}`, `{"password":"${secret}",}`, `["${secret}" 1]`]) {
      assert.throws(
        () => parseJson(text),
        (error: unknown) => error instanceof ConnectError && !error.message.includes("s3cret"),
      );
    }
    assert.throws(() => parseJson("oops"), {
      message:
        "Unrecognized token 'oops': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')" +
        "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 5]",
    });
  });

  it("limits depth and the length of numbers and names as Jackson does", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    assert.equal(roundTrip(nested(1000)), nested(1000));
    assert.throws(() => parseJson(nested(1001)), /nesting too deep/);
    assert.throws(() => parseJson('{"a":'.repeat(100_000)), /nesting too deep/);
    assert.equal(roundTrip("1".repeat(1000)), "1".repeat(1000));
    assert.throws(() => parseJson("1".repeat(1001)), /number too long/);
    assert.throws(() => parseJson(`{"${"n".repeat(50_001)}":1}`), /too long/);
  });

  it("reads any JSON.stringify output as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(JSON.parse(roundTrip(text)), JSON.parse(text));
      }),
    );
  });
});

describe("parseJsonBytes()", () => {
  const bytes = (...parts: (string | number)[]): Uint8Array =>
    Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))));

  it("skips a byte order mark and reads UTF-16", () => {
    assert.equal(parseJsonBytes(bytes(0xef, 0xbb, 0xbf, '"é"')), "é");
    assert.equal(parseJsonBytes(Buffer.from('\ufeff"é"', "utf16le")), "é");
    assert.equal(parseJsonBytes(Buffer.from('["é"]', "utf16le").swap16())?.toString(), "é");
  });

  it("accepts over-long sequences and encoded surrogates in strings, as Jackson does", () => {
    assert.equal(parseJsonBytes(bytes('"', 0xc0, 0xaf, 0xed, 0xa0, 0x80, '"')), "/\ud800");
    assert.equal(parseJsonBytes(bytes('"', 0xc0, 0xa2, '"')), '"');
    assert.throws(() => parseJsonBytes(bytes("[1", 0xc0, 0xac, "2]")));
  });

  it("refuses other malformed UTF-8 in the value, and does not see it after the value", () => {
    for (const bad of [0xff, 0x80, 0xc3, 0xf8]) {
      assert.throws(() => parseJsonBytes(bytes('"', bad, 'a"')), ConnectError);
      assert.equal(parseJsonBytes(bytes('"a" ', bad)), "a");
    }
  });
});
