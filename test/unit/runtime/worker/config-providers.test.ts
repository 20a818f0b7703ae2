import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  configProviders,
  resolveWorkerProperties,
  reverseTransform,
} from "../../../../runtime/worker/config-providers.js";

const FILE = "org.apache.kafka.common.config.provider.FileConfigProvider";

describe("ConfigTransformer", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "providers-"));
    writeFileSync(join(folder, "secrets.properties"), "password=geheim\nuser: joe\n");
    writeFileSync(join(folder, "token"), "abc\n");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("resolve() replaces several references to a file in one value", async () => {
    const transformer = configProviders({ "config.providers": "file", "config.providers.file.class": FILE });
    const path = join(folder, "secrets.properties");
    const values = { a: `x-\${file:${path}:user}:\${file:${path}:password}-y`, b: "plain", c: null };
    assert.deepEqual(await transformer.resolve(values), { a: "x-joe:geheim-y", b: "plain", c: null });
  });

  it("resolve() leaves unknown providers and missing keys as they are", async () => {
    const transformer = configProviders({ "config.providers": "file", "config.providers.file.class": FILE });
    const missing = `\${file:${join(folder, "secrets.properties")}:nothing}`;
    assert.deepEqual(await transformer.resolve({ a: missing, b: "${vault:x:y}" }), { a: missing, b: "${vault:x:y}" });
  });

  it("resolve() does not look again at what a provider gave", async () => {
    process.env["SLUICE_TEST_NESTED"] = "${env:HOME}";
    const transformer = configProviders({
      "config.providers": "env",
      "config.providers.env.class": "EnvVarConfigProvider",
    });
    assert.deepEqual(await transformer.resolve({ a: "${env:SLUICE_TEST_NESTED}" }), { a: "${env:HOME}" });
    delete process.env["SLUICE_TEST_NESTED"];
  });

  it("resolve() reads a file of a directory whole", async () => {
    const transformer = configProviders({
      "config.providers": "dir",
      "config.providers.dir.class": "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
    });
    assert.deepEqual(await transformer.resolve({ a: `\${dir:${folder}:token}` }), { a: "abc\n" });
  });

  it("resolve() gives nothing from outside the allowed paths", async () => {
    const transformer = configProviders({
      "config.providers": "file",
      "config.providers.file.class": FILE,
      "config.providers.file.param.allowed.paths": `${folder}/sub`,
    });
    for (const path of [join(folder, "secrets.properties"), `${folder}/sub/../secrets.properties`]) {
      const reference = `\${file:${path}:password}`;
      assert.deepEqual(await transformer.resolve({ a: reference }), { a: reference });
    }
  });

  it("resolve() gives only environment variables that the allowlist matches whole", async () => {
    process.env["SLUICE_TEST_A"] = "1";
    const transformer = configProviders({
      "config.providers": "env",
      "config.providers.env.class": "EnvVar",
      "config.providers.env.param.allowlist.pattern": "SLUICE_TEST_",
    });
    assert.deepEqual(await transformer.resolve({ a: "${env:SLUICE_TEST_A}" }), { a: "${env:SLUICE_TEST_A}" });
    delete process.env["SLUICE_TEST_A"];
  });

  it("resolve() fails for a file that cannot be read, naming the file", async () => {
    const transformer = configProviders({ "config.providers": "file", "config.providers.file.class": FILE });
    await assert.rejects(
      transformer.resolve({ a: "${file:/nonexistent:x}" }),
      /Could not read properties from file \/nonexistent/,
    );
  });

  it("configProviders() refuses an unknown class", () => {
    assert.throws(
      () => configProviders({ "config.providers": "v", "config.providers.v.class": "com.example.Vault" }),
      /config\.providers\.v\.class/,
    );
  });
});

describe("resolveWorkerProperties", () => {
  it("resolveWorkerProperties() leaves plugin.path and the providers' own keys alone", async () => {
    process.env["SLUICE_TEST_B"] = "2";
    const properties = {
      "config.providers": "env",
      "config.providers.env.class": "EnvVarConfigProvider",
      "config.providers.env.param.x": "${env:SLUICE_TEST_B}",
      "plugin.path": "${env:SLUICE_TEST_B}",
      "group.id": "g${env:SLUICE_TEST_B}",
    };
    const resolved = await resolveWorkerProperties(properties, configProviders(properties));
    assert.deepEqual(resolved, { ...properties, "group.id": "g2" });
    delete process.env["SLUICE_TEST_B"];
  });
});

describe("reverseTransform", () => {
  it("reverseTransform() puts references back under their keys", () => {
    assert.deepEqual(
      reverseTransform({ a: "${file:/f:k}", b: "2", z: "${x:y}" }, { a: "secret", b: "other", c: "3" }),
      {
        a: "${file:/f:k}",
        b: "other",
        c: "3",
      },
    );
  });
});
