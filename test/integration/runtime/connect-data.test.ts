import assert from "node:assert/strict";
import type { Plugin } from "../../../runtime/api/index.js";
import { plugins as converters } from "../../../runtime/converters/index.js";
import { runHere, runOnJvm, toCase, type TableCase } from "../../support/connect-data.js";
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

describe("converters and transformations against JVM Connect", () => {
  const rows = [...converterCases, ...transformCases];
  let expected: readonly Readonly<Record<string, unknown>>[];

  before(async () => {
    expected = await runOnJvm(rows.map(toCase));
  });

  rows.forEach((row, index) => {
    it(row.title, () => {
      const here = comparable(row, runHere(plugins, toCase(row)));
      assert.deepEqual(here, comparable(row, expected[index]!));
    });
  });
});
