import assert from "node:assert/strict";
import { javaRegex, javaRegexWhole } from "../../../../runtime/api/java-regex.js";

/** What Java 17's `Pattern.matches` says to pattern and text. */
const MATCHES: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ["r.*", "rq", true],
  ["r.", "rqq", false],
  ["(?i)Topic-.*", "tOPIC-1", true],
  ["a(?i)b", "aB", true],
  ["a(?i)b", "AB", false],
  ["(a(?i)b)c", "aBC", false],
  ["\\Qa.b\\E+", "a.bb", true],
  ["\\Qa.b\\E", "axb", false],
  ["[a-z&&[^aeiou]]+", "xyz", true],
  ["[a-z&&[^aeiou]]+", "xay", false],
  ["[\\w.-]+", "a.b-c_1", true],
  ["[-a]+", "-a-", true],
  ["[^]a]", "b", true],
  ["[(){}|/]+", "(){}|/", true],
  ["\\p{Alpha}\\p{Digit}+", "x12", true],
  ["\\p{L}+", "äöü", true],
  ["\\p{Lu}", "a", false],
  ["\\p{IsGreek}", "α", true],
  ["a++b", "aaab", true],
  ["(?>a|ab)c", "ac", true],
  ["x{2,3}", "xxx", true],
  ["a\\-b\\_c\\ d", "a-b_c d", true],
  ["\\x41\\x{1F600}\\u0042", "A\u{1F600}B", true],
  ["(?<year>[0-9]{4})-\\k<year>", "2024-2024", true],
  ["(?x) a b # comment", "ab", true],
  ["\\s", "\u00a0", false],
  ["a}b]", "a}b]", true],
  [".", "\u{1F600}", true],
  ["^a$", "a", true],
  ["a|bc", "b", false],
];

describe("java-regex", () => {
  for (const [pattern, text, expected] of MATCHES)
    it(`javaRegexWhole() ${expected ? "matches" : "does not match"} ${JSON.stringify(text)} with ${pattern}`, () => {
      assert.equal(javaRegexWhole(pattern).test(text), expected);
    });

  it("javaRegex() searches, and keeps the numbers of groups", () => {
    assert.deepEqual([...javaRegex("(?i)(B)(?>c)(d)").exec("abcd")!].slice(1), ["b", "d"]);
    assert.ok(javaRegex("a$").test("a\n"));
  });

  for (const pattern of ["(", "[a", "a)", "*", "\\", "\\y", "a{2", "(?<n"])
    it(`javaRegex() refuses ${pattern}`, () => {
      assert.throws(() => javaRegex(pattern), { name: "ConnectError", kind: "config" });
    });
});
