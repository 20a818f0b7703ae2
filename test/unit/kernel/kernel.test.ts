import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JSON_KERNEL_BINARY } from "../../../runtime/converters/json-kernel/json-kernel-binary.js";
import { projectFolder, temporaryFolder } from "../../support/folders.js";
import { runCommand } from "../../support/process.js";

/** Compiles kernel/json-scan.ts. Gives the module in base64. */
async function compile(): Promise<string> {
  const output = join(temporaryFolder("kernel"), "json-scan.wasm");
  const flags = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd"];
  await runCommand({
    name: "asc",
    command: join(projectFolder, "node_modules/.bin/asc"),
    args: ["kernel/json-scan.ts", ...flags, "--outFile", output],
    cwd: projectFolder,
  });
  return readFileSync(output).toString("base64");
}

describe("JSON_KERNEL_BINARY", () => {
  it("JSON_KERNEL_BINARY is what kernel/json-scan.ts compiles to", async () => {
    const binary = await compile();
    if (process.env["SLUICE_UPDATE_KERNEL"] !== undefined) {
      const text = `/** kernel/json-scan.ts, compiled by \`npm run kernel\`. Base64. */\nexport const JSON_KERNEL_BINARY =\n  "${binary}";\n`;
      writeFileSync(join(projectFolder, "runtime/converters/json-kernel/json-kernel-binary.ts"), text);
    } else assert.equal(JSON_KERNEL_BINARY, binary, "run `npm run kernel`");
  }).timeout(60_000);
});
