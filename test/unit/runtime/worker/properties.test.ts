import assert from "node:assert/strict";
import { parseProperties, withPrefix } from "../../../../runtime/worker/properties.js";

// Expected values follow the documentation of java.util.Properties.load.
describe("parseProperties", () => {
  const cases: readonly (readonly [string, string, Record<string, string>])[] = [
    ["keeps blanks at the end of a value", "a = b  ", { a: "b  " }],
    ["separates by equals sign, colon and blank", "a=1\nb:2\nc 3\nd\t4", { a: "1", b: "2", c: "3", d: "4" }],
    ["takes only the first separator", "a==b\nc=:d\ne = = f", { a: "=b", c: ":d", e: "= f" }],
    ["joins continued lines and drops the next line's indent", "a=1,\\\n   2,\\\r\n\t3", { a: "1,2,3" }],
    ["does not continue after an escaped backslash", "a=b\\\\\nc=d", { a: "b\\", c: "d" }],
    ["takes a continued line that looks like a comment", "a=b\\\n#c", { a: "b#c" }],
    ["skips comments and blank lines", "# a=1\n  ! b=2\n\n \t\nc=3", { c: "3" }],
    ["does not continue comments", "# a \\\nb=1", { b: "1" }],
    ["reads escapes", "k\\ e\\=y=\\t\\n\\u00e9\\q", { "k e=y": "\t\néq" }],
    ["drops single backslashes", "w=c:\\dir\\x", { w: "c:dirx" }],
    ["gives an empty value for a key alone", "a\nb=\nc:", { a: "", b: "", c: "" }],
    ["takes the last of equal keys", "a=1\na=2", { a: "2" }],
    ["reads Windows line ends", "a=1\r\nb=2\r\n", { a: "1", b: "2" }],
    ["keeps a comment sign within a value", "a=b#c\nurl=http://x/!y", { a: "b#c", url: "http://x/!y" }],
  ];
  for (const [title, text, expected] of cases)
    it(`parseProperties() ${title}`, () => {
      assert.deepEqual(parseProperties(text), expected);
    });

  it("parseProperties() refuses a malformed unicode escape", () => {
    assert.throws(() => parseProperties("a=\\u12"), /Malformed \\uxxxx encoding/);
    assert.deepEqual(parseProperties("a=\\\\u12"), { a: "\\u12" });
  });
});

describe("withPrefix", () => {
  it("withPrefix() strips the prefix and skips the bare prefix", () => {
    assert.deepEqual(withPrefix({ "consumer.a": "1", "consumer.": "2", b: "3" }, "consumer."), { a: "1" });
  });
});
