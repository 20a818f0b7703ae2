import assert from "node:assert/strict";
import { parseConnectorFile } from "../../../../runtime/standalone/connector-file.js";

describe("parseConnectorFile", () => {
  it("parseConnectorFile() reads Java properties", () => {
    assert.deepEqual(parseConnectorFile("name=c\ntopics = a,\\\n b\n", "f"), {
      name: "c",
      config: { name: "c", topics: "a,b" },
      initialState: null,
    });
  });

  it("parseConnectorFile() reads a flat JSON map, scalars as text", () => {
    assert.deepEqual(parseConnectorFile('{"name":"c","tasks.max":2,"x":true}', "f"), {
      name: "c",
      config: { name: "c", "tasks.max": "2", x: "true" },
      initialState: null,
    });
  });

  it("parseConnectorFile() reads a create request and puts the name into the configuration", () => {
    assert.deepEqual(parseConnectorFile('{"name":"c","config":{"a":"b"},"initial_state":"stopped"}', "f"), {
      name: "c",
      config: { a: "b", name: "c" },
      initialState: "STOPPED",
    });
  });

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ["properties without a name", "topics=a", /at 'f' is missing the mandatory 'name' configuration/],
    ["a map without a name", '{"a":"b"}', /at 'f' is missing the mandatory 'name' configuration/],
    [
      "a request with two names",
      '{"name":"c","config":{"name":"d"}}',
      /doesn't match the one specified in 'name' at 'f'/,
    ],
    [
      "an initial state that is none",
      '{"name":"c","config":{},"initial_state":"HUNGRY"}',
      /neither a map of texts nor/,
    ],
  ];
  for (const [title, text, message] of refused)
    it(`parseConnectorFile() refuses ${title}`, () => {
      assert.throws(() => parseConnectorFile(text, "f"), message);
    });
});
