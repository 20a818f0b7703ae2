import assert from "node:assert/strict";
import { ConnectError } from "../../../../runtime/api/index.js";
import { JavaReplacement } from "../../../../runtime/transforms/java-replacement.js";

const match = /(?<first>a)(b)(c)?/.exec("xaby")!;

describe("JavaReplacement", () => {
  const cases: [string, string][] = [
    ["$0", "ab"],
    ["[$1$2]", "[ab]"],
    ["${first}!", "a!"],
    ["$25", "b5"],
    ["$3", ""],
    ["\\$1\\\\", "$1\\"],
  ];
  for (const [template, text] of cases)
    it(`expand() makes ${text} of ${template}`, () => {
      assert.equal(new JavaReplacement(template).expand(match), text);
    });

  for (const template of ["$", "$x", "${none}", "${first", "\\", "$4"])
    it(`expand() refuses ${template}`, () => {
      assert.throws(() => new JavaReplacement(template).expand(match), ConnectError);
    });
});
