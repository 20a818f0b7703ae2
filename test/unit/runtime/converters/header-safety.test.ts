import assert from "node:assert/strict";
import { assert as check, property, string, uint8Array, oneof, stringMatching } from "fast-check";
import type { HeaderConverterPlugin } from "../../../../runtime/api/index.js";
import { plugins } from "../../../../runtime/converters/index.js";

describe("HeaderConverter.isSafe()", () => {
  const headerPlugins = plugins.filter((plugin): plugin is HeaderConverterPlugin => plugin.kind === "header_converter");
  const texts = oneof(string({ unit: "binary" }), stringMatching(/^[-+0-9.eE:TZ ",\\[\]{}ntfru]{0,12}$/)).map((text) =>
    Buffer.from(text),
  );
  const numbers = stringMatching(/^ ?[-+]?[0-9.]{1,3}[eE][-+]?[0-9]{1,10}[ :,"\]}\\]?[a0e]{0,2}$/).map((text) =>
    Buffer.from(text),
  );
  const bytes = oneof(texts, numbers, uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array))); // prettier-ignore

  for (const plugin of headerPlugins)
    it(`of ${plugin.className.replace(/.*\./, "")} says yes only where toConnectHeader does not throw`, () => {
      const converter = plugin.create();
      converter.configure({});
      check(
        property(bytes, (value) => {
          if (converter.isSafe?.(value, 0, value.length) === true)
            assert.doesNotThrow(() => converter.toConnectHeader("t", "h", value));
        }),
        { numRuns: 1000 },
      );
    });

  it("says yes to what headers mostly hold", () => {
    const simple = headerPlugins.find(({ className }) => className.endsWith("SimpleHeaderConverter"))!.create();
    for (const text of [
      "",
      "application/json",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "1.0",
      "grüße",
      "true",
    ]) {
      const value = Buffer.from(text);
      assert.equal(simple.isSafe?.(value, 0, value.length), true, text);
    }
  });
});
