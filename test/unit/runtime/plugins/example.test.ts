import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConnectError, EagerDatum, NULL_DATUM, SinkRecord, type Logger } from "../../../../runtime/api/index.js";
import { createConverter, createTransformations } from "../../../../runtime/plugins/instantiate.js";
import { loadPlugins } from "../../../../runtime/plugins/load.js";
import { projectFolder, temporaryFolder } from "../../../support/folders.js";

const quiet = { info: () => undefined, error: fail } as unknown as Logger;

function fail(message: string, fields: unknown): never {
  throw new Error(message, { cause: fields });
}

const CONFIG = {
  "value.converter": "com.example.DelimitedTextConverter",
  "value.converter.columns": "id, state",
  transforms: "upper",
  "transforms.upper.type": "com.example.UpperCaseField",
  "transforms.upper.field": "state",
};

/** Schemaless. */
function recordOf(value: unknown): SinkRecord {
  const origin = { topic: "t", partition: 0, offset: 0 };
  const datum = new EagerDatum(null, value);
  return new SinkRecord("t", 0, NULL_DATUM, datum, { all: [] }, null, "CreateTime", origin);
}

describe("examples/plugins", () => {
  const load = () => loadPlugins({ builtIn: [], pluginPath: join(projectFolder, "examples", "plugins") }, quiet);

  it("delimited-text loads by plugin.path and reads and changes records", async () => {
    const registry = await load();
    const { instance: converter } = createConverter(registry, "value", CONFIG, {});
    const record = recordOf(converter.toConnect("t", Buffer.from("7;open")).value);
    const [stage] = createTransformations(registry, CONFIG);
    assert.deepEqual(
      stage!.instance.apply(record)!.value.value,
      new Map([
        ["id", "7"],
        ["state", "OPEN"],
      ]),
    );
    assert.deepEqual((record.value.value as Map<string, unknown>).get("state"), "open");
    assert.throws(() => converter.toConnect("t", Buffer.from("7")), /1 cells, not 2/);
  });

  it("delimited-text reads Kafka's null as null and leaves other data alone", async () => {
    const registry = await load();
    const { instance: converter } = createConverter(registry, "value", CONFIG, {});
    assert.deepEqual(converter.toConnect("t", null), { schema: null, value: null });
    const [stage] = createTransformations(registry, CONFIG);
    const record = recordOf(7);
    assert.equal(stage!.instance.apply(record), record);
  });

  it("a plug-in with the worker linked as its dependency has the worker's own classes", async () => {
    const folder = join(temporaryFolder("plugin"), "linked");
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    symlinkSync(projectFolder, join(folder, "node_modules", "sluice"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", exports: "./plugin.js" }));
    writeFileSync(
      join(folder, "plugin.js"),
      `import { ConnectError } from "sluice";
      const refuse = () => { throw new ConnectError("data", "no"); };
      export const plugins = [{ kind: "transformation", className: "x.Refuse", version: "1", configDef: {},
        create: () => ({ configure() {}, apply: refuse }) }];`,
    );
    const registry = await loadPlugins({ builtIn: [], pluginPath: folder }, quiet);
    const [stage] = createTransformations(registry, { transforms: "r", "transforms.r.type": "x.Refuse" });
    assert.throws(
      () => stage!.instance.apply(recordOf(7)),
      (error) => error instanceof ConnectError && error.kind === "data",
    );
  });
});
