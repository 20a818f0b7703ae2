import assert from "node:assert/strict";
import fc from "fast-check";
import {
  COMPACT_JSON_GROWTH,
  compactJson,
  DatumVerdict,
  parseJsonBytes,
  printJson,
  scanJson,
} from "../../../../runtime/api/index.js";

const { copy, convert, nothing } = DatumVerdict;
const scan = (source: string | Uint8Array): number => {
  const bytes = Buffer.from(source as string);
  // Bytes around it must not matter.
  return scanJson(Buffer.concat([Buffer.from('1"'), bytes, Buffer.from('9"}')]), 2, bytes.length + 2);
};

let compacted = 0;

/** Where the bytes can be rewritten, that gives what reading and printing gives. */
function assertCompact(bytes: Uint8Array): void {
  const target = Buffer.alloc(bytes.length * COMPACT_JSON_GROWTH + 3);
  const end = compactJson(bytes, 0, bytes.length, target, 3);
  if (end < 0) return;
  compacted++;
  assert.deepEqual(target.toString("utf8", 3, end), printJson(parseJsonBytes(bytes)));
}

describe("scanJson()", () => {
  const cases: [string, number][] = [
    ['{"a":1,"b":[true,false,null,"x"],"c":{"a":2}}', copy],
    ["[1.0,1.10,-0.0,1e5,1E+400,0,-5]", copy],
    ['"\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001F\\uD83D\\uDE00 \u007f/é\u2028"', copy],
    ["{}", copy],
    ["[]", copy],
    ['{"a": 1}', convert],
    ["1\n", convert],
    ["007", convert],
    ["-0", convert],
    ['"\\/"', convert],
    ['"\\u001f"', convert],
    ['"\\u0041"', convert],
    ['"\\u000A"', convert],
    ['"😀"', convert],
    ['{"a":1,"a":2}', convert],
    ['[{"a":1},{"a":1}]', copy],
    ['{"a":{"a":1,"b":{"a":1}},"b":1}', copy],
    ['{"a":{"x":1},"x":{"x":1,"x":2}}', convert],
    ['{"":1,"":2}', convert],
    ["null", nothing],
    [" null ", nothing],
    ["", nothing],
    [" ", nothing],
    ["nullx", -1],
    ["1 2", -1],
    ["{", -1],
    ['{"a"', -1],
    ['{"a":', -1],
    ["[1,", -1],
    ["[1,]", -1],
    ['{"a":1,}', -1],
    ["[tru]", -1],
    ['"\u0001"', -1],
    ["\ufeff1", -1],
    ["[".repeat(1000) + "]".repeat(1000), copy],
    ["[".repeat(1001) + "]".repeat(1001), -1],
  ];
  for (const [text, verdict] of cases)
    it(`gives ${verdict} for ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.equal(scan(text), verdict);
    });

  it("gives -1 for malformed UTF-8", () => {
    for (const bad of [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xff]])
      assert.equal(scan(Buffer.from([34, ...bad, 34])), -1, bad.join());
  });

  it("says convert for objects with more names than it compares", () => {
    const names = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":0`).join()}}`;
    assert.equal(scan(names(128)), copy);
    assert.equal(scan(names(129)), convert);
    assert.equal(scan(`[${Array.from({ length: 50 }, () => names(100)).join()}]`), copy);
  });

  /** JSON in any spelling, valid or nearly. */
  const token = fc.constantFrom(
    "{", "}", "[", "]", ",", ":", '"a"', '"b"', '"é\\n"', '"\\u00e9"', '"\\uD83D\\uDE00"', '"😀"', '"\\u001F"', '"\\u000a"', '"\\/"', " ",
    "\n", "1", "-1", "0", "-0", "01", "1.0", "1.10", "-0.0", "1e5", "1E-7", "123456789012345678901234567890", "true", "false", "null",
    '{"a":1}', '{"a":1,"b":2}', '{"a":1,"a":2}', '["x",1]', '"\ud800"', "\ufeff",
  ); // prettier-ignore
  const spelled = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      token,
      fc.string({ unit: "binary", maxLength: 6 }).map((text) => JSON.stringify(text)),
      fc.double().map((value) => JSON.stringify(value)),
      fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
      fc
        .array(fc.tuple(fc.constantFrom("a", "b", "c", "é", "\\u0062", ""), tie("value")), { maxLength: 4 })
        .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}`),
    ),
  })).value;

  it("says copy only where reading and printing gives the same bytes, and agrees with the parser on all else", () => {
    const seen = [0, 0, 0, 0];
    fc.assert(
      fc.property(
        fc.oneof(
          spelled,
          fc.array(token, { maxLength: 8 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const bytes = Buffer.from(text);
          const verdict = scanJson(bytes, 0, bytes.length);
          seen[verdict + 1]!++;
          if (verdict === -1) return;
          const value = parseJsonBytes(bytes);
          assert.equal(value === null, verdict === nothing);
          if (verdict === convert) assertCompact(bytes);
          if (verdict === copy) assert.deepEqual(Buffer.from(printJson(value)), bytes);
          if (verdict === convert && value !== null && !/\s/.test(text)) assert.notEqual(printJson(value), text);
        },
      ),
      { numRuns: 20_000 },
    );
    assert.ok(compacted > 1000, `enough must be rewritten: ${compacted}`);
    assert.ok(
      seen.every((count) => count > 20),
      `every verdict must occur: ${seen.join()}`,
    );
  });

  it("is never stricter than the parser on mutated bytes, nor laxer", () => {
    const source = Buffer.from(
      '{"id":1,"name":"Zoë \\"x\\" \\uD83D\\uDE00","v":[1.5,-0.25,1e9,null,true],"o":{"a":"","b":{}}}',
    );
    fc.assert(
      fc.property(fc.nat(source.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(source);
        bytes[at] = byte;
        const verdict = scanJson(bytes, 0, bytes.length);
        if (verdict === copy) assert.deepEqual(Buffer.from(printJson(parseJsonBytes(bytes))), bytes);
        else if (verdict === convert) assertCompact(bytes);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("compactJson()", () => {
  const compact = (text: string): string | null => {
    const source = Buffer.from(text);
    const target = Buffer.alloc(source.length * COMPACT_JSON_GROWTH);
    const end = compactJson(source, 0, source.length, target, 0);
    return end < 0 ? null : target.toString("utf8", 0, end);
  };

  it("leaves out white space and spells characters as Connect does", () => {
    assert.equal(compact('{ "a" : [ 1 , 1.50 ] }\n'), '{"a":[1,1.50]}');
    assert.equal(
      compact('["\\/\\u0041\\u00e9\\u20ac\\u001f\\u000a\\u0022\\u005c\\ud83d\\n é😀 "]'),
      '["/Aé€\\u001F\\n\\"\\\\\\uD83D\\n é\\uD83D\\uDE00 "]',
    );
  });

  it("gives -1 for what has to be read", () => {
    for (const text of ['{"a":1, "a":2}', "[ 007]", "[ -0]", '{ "\\u0061":1}', "{", "[1]", " null", '{"😀":1}'])
      assert.equal(compact(text), null, text);
  });
});
