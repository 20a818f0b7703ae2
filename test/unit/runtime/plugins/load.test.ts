import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "../../../../runtime/api/index.js";
import { loadPlugins } from "../../../../runtime/plugins/load.js";

const moduleText = (className: string) =>
  `export const plugins = [{ kind: "converter", className: "${className}", version: "1", configDef: {}, create() {} }];`;

describe("loadPlugins()", () => {
  let root: string;
  let errors: string[];
  const log = {
    info: () => undefined,
    error: (message: string) => errors.push(message),
  } as unknown as Logger;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "plugins-"));
    errors = [];
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  function addPackage(name: string, manifest: object | null, file: string, text: string): void {
    mkdirSync(join(root, name), { recursive: true });
    if (manifest !== null) writeFileSync(join(root, name, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(root, name, file), text);
  }

  it("loadPlugins() reads packages by exports, main and index.js and passes over Java folders", async () => {
    addPackage("a", { type: "module", exports: { ".": { import: "./a.js" } } }, "a.js", moduleText("x.A"));
    addPackage("b", { type: "module", main: "b.js" }, "b.js", moduleText("x.B"));
    addPackage("c", { type: "module" }, "index.js", moduleText("x.C"));
    addPackage("java", null, "some.jar", "PK");
    const registry = await loadPlugins({ builtIn: [], pluginPath: root }, log);
    assert.deepEqual(registry.classNames("converter"), ["x.A", "x.B", "x.C"]);
    assert.deepEqual(errors, []);
  });

  it("loadPlugins() takes a folder of plugin.path that is a package itself", async () => {
    addPackage("a", { type: "module" }, "index.js", moduleText("x.A"));
    const registry = await loadPlugins({ builtIn: [], pluginPath: ` ${join(root, "a")} , /nonexistent` }, log);
    assert.deepEqual(registry.classNames("converter"), ["x.A"]);
    assert.deepEqual(errors, ["Folder of plugin.path does not exist"]);
  });

  it("loadPlugins() leaves out a broken package and keeps the others", async () => {
    addPackage(
      "bad",
      { type: "module" },
      "index.js",
      "export const plugins = [{ kind: 'converter', className: 'x.Bad' }];",
    );
    addPackage("good", { type: "module" }, "index.js", moduleText("x.Good"));
    const registry = await loadPlugins({ builtIn: [], pluginPath: root }, log);
    assert.deepEqual(registry.classNames("converter"), ["x.Good"]);
    assert.equal(errors.length, 1);
  });
});
