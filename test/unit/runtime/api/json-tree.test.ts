import assert from "node:assert/strict";
import { parseJsonTree, type JsonNode } from "../../../../runtime/api/json-tree.js";

const parse = (text: string): JsonNode | null => parseJsonTree(Buffer.from(text, "utf8"));

/** Scalars as `kind:text`, so that what a number looked like can be seen. */
function show(node: JsonNode | null): unknown {
  if (node === null) return null;
  if (node.kind === "array") return node.items.map(show);
  if (node.kind === "object") return Object.fromEntries([...node.members].map(([key, value]) => [key, show(value)]));
  return `${node.kind}:${node.text}`;
}

describe("parseJsonTree()", () => {
  it("parseJsonTree() keeps the source text of scalars", () => {
    assert.deepEqual(show(parse('{"a":1.50,"b":1E5,"c":-0.0,"d":12345678901234567890123,"e":true,"f":null,"g":"x"}')), {
      a: "number:1.50",
      b: "number:1E5",
      c: "number:-0.0",
      d: "number:12345678901234567890123",
      e: "boolean:true",
      f: "null:null",
      g: "string:x",
    });
  });

  it("parseJsonTree() takes the last of equal names, a byte order mark and white space", () => {
    assert.deepEqual(show(parse('\ufeff { "a" : 1 , "a" : [ 2 ] } \n')), { a: ["number:2"] });
    assert.equal(parse(" \n"), null);
  });

  it("parseJsonTree() reads escapes and keeps a name called __proto__", () => {
    const node = parse('{"__proto__":"\\u00e4\\n\\"\\\\\\/"}');
    assert.ok(node?.kind === "object");
    assert.deepEqual([...node.members], [["__proto__", { kind: "string", text: 'ä\n"\\/', at: 13 }]]);
  });

  const wrong: readonly (readonly [text: string, message: RegExp])[] = [
    ["not json", /^Unrecognized token 'not': was expecting \(JSON String, Number, Array, Object or token/],
    ["{", /^Unexpected end-of-input: expected close marker for Object/],
    ["[1", /^Unexpected end-of-input: expected close marker for Array/],
    ["{'a':1}", /^Unexpected character \(''' \(code 39\)\): was expecting double-quote to start field name/],
    ["{} trailing", /^Unrecognized token 'trailing'/],
    ["{} {}", /^Trailing token/],
    ["[1,]", /^Unexpected character \('\]' \(code 93\)\)/],
    ['{"a":1,}', /^Unexpected character \('}' \(code 125\)\): was expecting double-quote/],
    ["01", /./],
    ["1.", /./],
    ["-", /./],
    ['"\u0001"', /^Illegal unquoted character \(\(CTRL-CHAR, code 1\)\)/],
    ['"\\x"', /^Unrecognized character escape 'x'/],
    ['"abc', /^Unexpected end-of-input: was expecting closing quote/],
    ["[".repeat(1001), /^Document nesting depth \(1001\) exceeds the maximum allowed/],
    ["1".repeat(1001), /^Number value length \(1001\) exceeds the maximum allowed/],
  ];
  for (const [text, message] of wrong)
    it(`parseJsonTree() refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
      assert.throws(
        () => parse(text),
        (error: Error) => message.test(error.message),
      );
    });

  it("parseJsonTree() says line and column as Jackson does", () => {
    assert.throws(() => parse('{"a":1,\n x}'), /line: 2, column: 2\]$/);
  });

  it("parseJsonTree() refuses what is not UTF-8", () => {
    assert.throws(() => parseJsonTree(Uint8Array.of(0x22, 0xff, 0x22)), /Invalid UTF-8/);
  });
});
