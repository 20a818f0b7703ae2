import assert from "node:assert/strict";
import type { Plugin } from "../../../runtime/api/index.js";
import { plugins as converters } from "../../../runtime/converters/index.js";
import { definitionOf, runHere, runOnJvm, toCase, type TableCase } from "../../support/connect-data.js";
import { plugins as transforms } from "../../../runtime/transforms/index.js";
import { converterCases } from "./converter-cases.js";
import { transformCases } from "./transform-cases.js";

const plugins: readonly Plugin[] = [...converters, ...transforms];

/** The members of JSON objects and maps come in hash order from Java. */
function comparable(row: TableCase, result: Readonly<Record<string, unknown>>): unknown {
  if (row.anyError === true && "error" in result) return "error";
  const { output } = result;
  return typeof output === "string" && /^[{[]["[{}\]\d]/.test(output)
    ? { ...result, output: JSON.parse(output) as unknown }
    : result;
}

/** Plug-ins that are not Connect's own cannot be asked in the JVM. */
const ownPlugins = plugins.filter((plugin) => plugin.className.startsWith("org.apache.kafka."));

describe("converters and transformations against JVM Connect", () => {
  const rows = [...converterCases, ...transformCases];
  let expected: readonly Readonly<Record<string, unknown>>[];

  before(async () => {
    const definitions = ownPlugins.map(({ className }) => ({ definitionOf: { class: className } }));
    expected = await runOnJvm([...rows.map(toCase), ...definitions]);
  });

  rows.forEach((row, index) => {
    it(row.title, () => {
      const here = comparable(row, runHere(plugins, toCase(row)));
      assert.deepEqual(here, comparable(row, expected[index]!));
    });
  });

  ownPlugins.forEach((plugin, index) => {
    it(`${plugin.className} has the keys of the JVM's ${plugin.kind}`, () => {
      assert.deepEqual(definitionOf(plugin), expected[rows.length + index]);
    });
  });
});
