import assert from "node:assert/strict";
import fc from "fast-check";
import {
  RESPELLED_JSON_GROWTH,
  respellJson,
  DatumVerdict,
  parseJsonBytes,
  printJson,
  scanJson,
} from "../../../../runtime/api/index.js";
import { JsonKernel } from "../../../../runtime/converters/json-kernel/json-kernel.js";

const { copy, convert, nothing, respell, undecided } = DatumVerdict;
const kernel = JsonKernel.create()!;

/** What both scanners say, which is the same. */
function scanBoth(bytes: Buffer, start: number, end: number): number {
  const verdict = scanJson(bytes, start, end);
  const verdicts = new Uint8Array(1);
  kernel.checkRows(bytes, Int32Array.of(start), Int32Array.of(end - start), 0, 1, verdicts);
  assert.equal(verdicts[0], verdict, `the kernel differs on ${bytes.toString("utf8", start, end)}`);
  return verdict;
}

const scan = (source: string | Uint8Array): number => {
  const bytes = Buffer.from(source as string);
  // Bytes around it must not matter.
  return scanBoth(Buffer.concat([Buffer.from('1"'), bytes, Buffer.from('9"}')]), 2, bytes.length + 2);
};

const respelled = (bytes: Uint8Array): string => {
  const target = Buffer.alloc(bytes.length * RESPELLED_JSON_GROWTH + 3);
  return target.toString("utf8", 3, respellJson(bytes, 0, bytes.length, target, 3));
};

describe("scanJson()", () => {
  const cases: [string, number][] = [
    ['{"a":1,"b":[true,false,null,"x"],"c":{"a":2}}', copy],
    ["[1.0,1.10,-0.0,1e5,1E+400,0,-5]", copy],
    ['"\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001F\\uD83D\\uDE00 \u007f/é\u2028"', copy],
    ["{}", copy],
    ["[]", copy],
    ['{"a": 1}', respell],
    ["1\n", respell],
    ["007", convert],
    ["-0", convert],
    ['"\\/"', respell],
    ['"\\u001f"', respell],
    ['"\\u0041"', respell],
    ['"\\u000A"', respell],
    ['"😀"', respell],
    ['{"a":1,"a":2}', convert],
    ['[{"a":1},{"a":1}]', copy],
    ['{"a":{"a":1,"b":{"a":1}},"b":1}', copy],
    ['{"a":{"x":1},"x":{"x":1,"x":2}}', convert],
    ['{"":1,"":2}', convert],
    ["null", nothing],
    [" null ", nothing],
    ["", nothing],
    [" ", nothing],
    ["nullx", undecided],
    ["1 2", undecided],
    ["{", undecided],
    ['{"a"', undecided],
    ['{"a":', undecided],
    ["[1,", undecided],
    ["[1,]", undecided],
    ['{"a":1,}', undecided],
    ["[tru]", undecided],
    ['"\u0001"', undecided],
    ["\ufeff1", undecided],
    ["[".repeat(1000) + "]".repeat(1000), copy],
    ["[".repeat(1001) + "]".repeat(1001), undecided],
  ];
  for (const [text, verdict] of cases)
    it(`gives ${verdict} for ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.equal(scan(text), verdict);
    });

  it("gives undecided for malformed UTF-8", () => {
    for (const bad of [[0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xff]])
      assert.equal(scan(Buffer.from([34, ...bad, 34])), undecided, bad.join());
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
    const seen = new Map<number, number>();
    fc.assert(
      fc.property(
        fc.oneof(
          spelled,
          fc.array(token, { maxLength: 8 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const bytes = Buffer.from(text);
          const verdict = scanBoth(bytes, 0, bytes.length);
          seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
          if (verdict === undecided) return;
          const value = parseJsonBytes(bytes);
          assert.equal(value === null, verdict === nothing);
          if (verdict === respell) assert.equal(respelled(bytes), printJson(value));
          if (verdict === copy) assert.deepEqual(Buffer.from(printJson(value)), bytes);
          if (verdict === convert && value !== null && !/\s/.test(text)) assert.notEqual(printJson(value), text);
        },
      ),
      { numRuns: 20_000 },
    );
    for (const verdict of [copy, convert, nothing, respell, undecided])
      assert.ok((seen.get(verdict) ?? 0) > 20, `every verdict must occur: ${[...seen].join(" ")}`);
  });

  it("is never stricter than the parser on mutated bytes, nor laxer", () => {
    const source = Buffer.from(
      '{"id":1,"name":"Zoë \\"x\\" \\uD83D\\uDE00","v":[1.5,-0.25,1e9,null,true],"o":{"a":"","b":{}}}',
    );
    fc.assert(
      fc.property(fc.nat(source.length - 1), fc.nat(255), (at, byte) => {
        const bytes = Buffer.from(source);
        bytes[at] = byte;
        const verdict = scanBoth(bytes, 0, bytes.length);
        if (verdict === copy) assert.deepEqual(Buffer.from(printJson(parseJsonBytes(bytes))), bytes);
        else if (verdict === respell) assert.equal(respelled(bytes), printJson(parseJsonBytes(bytes)));
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("respellJson()", () => {
  it("leaves out white space and spells characters as Connect does", () => {
    assert.equal(respelled(Buffer.from('{ "a" : [ 1 , 1.50 ] }\n')), '{"a":[1,1.50]}');
    assert.equal(
      respelled(Buffer.from('["\\/\\u0041\\u00e9\\u20ac\\u001f\\u000a\\u0022\\u005c\\ud83d\\n é😀 "]')),
      '["/Aé€\\u001F\\n\\"\\\\\\uD83D\\n é\\uD83D\\uDE00 "]',
    );
  });
});

describe("JsonKernel", () => {
  const rowsOf = (texts: readonly (string | null)[]) => {
    const bytes = texts.map((text) => Buffer.from(text ?? ""));
    const buffer = Buffer.concat(bytes.flatMap((part) => [Buffer.from('"'), part]));
    let at = 0;
    const starts = Int32Array.from(bytes, (part) => {
      const start = at + 1;
      at = start + part.length;
      return start;
    });
    const lengths = Int32Array.from(texts, (text, index) => (text === null ? -1 : bytes[index]!.length));
    return { buffer, starts, lengths };
  };
  const check = (texts: readonly (string | null)[]): Uint8Array => {
    const { buffer, starts, lengths } = rowsOf(texts);
    const verdicts = new Uint8Array(texts.length).fill(99);
    kernel.checkRows(buffer, starts, lengths, 0, texts.length, verdicts);
    return verdicts;
  };

  it("says nothing for Kafka's null, wherever it stands", () => {
    assert.deepEqual([...check([null, "1", null, null, " 1", null])], [2, 0, 2, 2, 3, 2]);
    assert.deepEqual([...check([null])], [nothing]);
    assert.deepEqual([...check([])], []);
  });

  it("takes more rows and bytes than its window holds", () => {
    const texts = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? `{"n": ${i}}` : `["${"x".repeat(i % 977)}"]`));
    assert.deepEqual(
      [...check(texts)],
      texts.map((_, i) => (i % 3 === 0 ? respell : copy)),
    );
  });

  it("leaves what is larger than its window undecided", () => {
    const large = (length: number) => `"${"x".repeat(length - 2)}"`;
    assert.deepEqual(
      [...check(["1", large(262_144), "1", large(262_145), "x", large(262_144)])],
      [copy, copy, copy, undecided, undecided, copy],
    );
  });

  it("takes rows in any order", () => {
    const { buffer, starts, lengths } = rowsOf(["[1]", " 2", "x"]);
    const verdicts = new Uint8Array(5);
    kernel.checkRows(buffer, starts.reverse(), lengths.reverse(), 0, 3, verdicts);
    assert.deepEqual([...verdicts], [undecided, respell, copy, 0, 0]);
  });

  it("says the same of rows that are like those before them, but for a name, a place or a member", () => {
    const names = ["a", "b", "orderId", "x".repeat(28), "x".repeat(29), "x".repeat(30), "x".repeat(40), "é", "", '"'];
    const member = fc.tuple(
      fc.constantFrom(...names).map((name) => JSON.stringify(name)),
      fc.constantFrom(":", ":", ":", ":", " :", ": "),
    );
    const value = fc.letrec<{ any: string; object: string }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom("1", '"a"', '"a":', "[]"),
        tie("object"),
        fc.array(tie("object"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
      ),
      object: fc
        .array(fc.tuple(member, tie("any")), { maxLength: 4 })
        .map((members) => `{${members.map(([[name, colon], text]) => name + colon + text).join(",")}}`),
    })).object;
    const rows = fc.tuple(fc.array(value, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(), { maxLength: 30 }));
    fc.assert(
      fc.property(rows, ([shapes, order]) => {
        const texts = order.map((n) => {
          const shape = shapes[n % shapes.length]!;
          // Every other row is a shape with a piece of another one in it.
          const cut = n % (shape.length + 1);
          return n % 2 === 0 ? shape : shape.slice(0, cut) + shapes[(n >> 3) % shapes.length]!.slice(cut);
        });
        const expected = texts.map((text) => scanJson(Buffer.from(text), 0, Buffer.byteLength(text)));
        assert.deepEqual([...check(texts)], expected, texts.join("\n"));
      }),
      { numRuns: 10_000 },
    );
  });

  it("finds a name twice behind a row that has it twice in other places", () => {
    assert.deepEqual([...check(['[{"a":1},{"a":1}]', '{"a":1,"a":1}'])], [copy, convert]);
    assert.deepEqual([...check(['{"b":{"a":1},"a":1}', '{"b":1,"a":1,"a":1}'])], [copy, convert]);
    assert.deepEqual([...check(['{"a":{"a":1}}', '{"a":1,"a":1}', '{"a":{"a":1}}'])], [copy, convert, copy]);
  });

  it("says the same of rows with more names than it expects", () => {
    const row = (count: number) => `{${Array.from({ length: count }, (_, i) => `"n${i}":{"a":${i}}`).join()}}`;
    const texts = [row(20), row(63), row(64), row(70), row(70), row(32), row(33), row(70).replace("n69", "n1"), row(1)];
    assert.deepEqual([...check(texts)], [copy, copy, copy, copy, copy, copy, copy, convert, copy]);
  });
});
