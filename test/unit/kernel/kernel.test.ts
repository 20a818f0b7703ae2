import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder, temporaryFolder } from "../../support/folders.js";
import { runCommand } from "../../support/process.js";

/** The AssemblyScript sources and where their modules are, as text. */
const kernels = [
  { source: "kernel/json-scan.ts", target: "runtime/converters/json-kernel/json-kernel-binary", name: "JSON_KERNEL_BINARY" },
  { source: "kernel/join-rows.ts", target: "connectors/objects/row-joiner/row-joiner-binary", name: "ROW_JOINER_BINARY" },
];

/** Gives the module in base64. */
async function compile(source: string): Promise<string> {
  const output = join(temporaryFolder("kernel"), "kernel.wasm");
  const flags = ["-O3", "--runtime", "stub", "--noAssert", "--enable", "simd"];
  await runCommand({
    name: "asc",
    command: join(projectFolder, "node_modules/.bin/asc"),
    args: [source, ...flags, "--outFile", output],
    cwd: projectFolder,
  });
  return readFileSync(output).toString("base64");
}

for (const { source, target, name } of kernels) {
  describe(name, () => {
    it(`${name} is what ${source} compiles to`, async () => {
      const binary = await compile(source);
      if (process.env["SLUICE_UPDATE_KERNEL"] !== undefined) {
        const text = `/** ${source}, compiled by \`npm run kernel\`. Base64. */\nexport const ${name} =\n  "${binary}";\n`;
        writeFileSync(join(projectFolder, `${target}.ts`), text);
      } else {
        const module = (await import(join(projectFolder, "dist", `${target}.js`))) as Record<string, string>;
        assert.equal(module[name], binary, "run `npm run kernel`");
      }
    }).timeout(60_000);
  });
}
