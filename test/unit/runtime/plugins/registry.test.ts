import assert from "node:assert/strict";
import type { Plugin, SinkConnectorPlugin } from "../../../../runtime/api/index.js";
import { PluginRegistry } from "../../../../runtime/plugins/registry.js";
import { parseVersionRequirement } from "../../../../runtime/plugins/versions.js";

const noTask = (): never => {
  throw new Error("not made here");
};

function sink(className: string, more: Partial<SinkConnectorPlugin> = {}): SinkConnectorPlugin {
  return {
    kind: "sink",
    className,
    version: "1.0",
    configDef: {},
    taskClassName: `${className}Task`,
    taskConfigs: () => [],
    createTask: noTask,
    ...more,
  };
}

const other = (kind: "converter" | "header_converter" | "transformation", className: string): Plugin => ({
  kind,
  className,
  version: "4.1.1",
  configDef: {},
  create: noTask,
});

const of = (...plugins: Plugin[]): PluginRegistry => new PluginRegistry([{ location: "file:/plugins.js", plugins }]);

const aiven = sink("io.aiven.kafka.connect.gcs.GcsSinkConnector", {
  alsoKnownAs: ["com.redpanda.kafka.connect.gcs.GcsSinkConnector"],
});
const confluent = sink("io.confluent.connect.gcs.GcsSinkConnector", {
  claims: (config) => "flush.size" in config,
});

describe("PluginRegistry", () => {
  it("connector() finds a class by full name, simple name and short alias", () => {
    const registry = of(sink("com.example.FileStreamSinkConnector"));
    for (const name of ["com.example.FileStreamSinkConnector", "FileStreamSinkConnector", "FileStreamSink"])
      assert.equal(registry.connector(name).className, "com.example.FileStreamSinkConnector");
  });

  it("connector() gives an ambiguous alias to the connector that claims the configuration", () => {
    const registry = of(aiven, confluent);
    for (const name of ["GcsSink", "GcsSinkConnector"]) {
      assert.equal(registry.connector(name, { "flush.size": "3" }).plugin, confluent);
      assert.equal(registry.connector(name, { topics: "t" }).className, aiven.className);
    }
  });

  it("connector() keeps a further class name as it was asked for", () => {
    const entry = of(aiven, confluent).connector("com.redpanda.kafka.connect.gcs.GcsSinkConnector");
    assert.equal(entry.className, "com.redpanda.kafka.connect.gcs.GcsSinkConnector");
    assert.equal(entry.plugin, aiven);
  });

  it("connector() says what there is when nothing matches, and when too much does", () => {
    assert.throws(
      () => of(aiven).connector("gcssink"),
      /Failed to find any class that implements Connector and which name matches gcssink, available connectors are: PluginDesc\{klass=class com\.redpanda/,
    );
    const twins = of(sink("a.XSinkConnector"), sink("b.XSinkConnector"));
    assert.throws(() => twins.connector("XSink"), /More than one connector matches alias XSink\./);
  });

  it("find() drops aliases that several classes share, such as those of inner classes", () => {
    const registry = of(
      other("transformation", "org.apache.kafka.connect.transforms.Cast$Key"),
      other("transformation", "org.apache.kafka.connect.transforms.Flatten$Key"),
      other("transformation", "org.apache.kafka.connect.transforms.RegexRouter"),
    );
    assert.equal(registry.find("transformation", "Key"), null);
    assert.equal(registry.find("transformation", "Cast$Key"), null);
    assert.ok(registry.find("transformation", "RegexRouter"));
  });

  it("find() keeps the kinds of one class apart", () => {
    const json = "org.apache.kafka.connect.json.JsonConverter";
    const registry = of(other("converter", json), other("header_converter", json));
    assert.equal(registry.find("converter", "Json")?.plugin.kind, "converter");
    assert.equal(registry.find("header_converter", "JsonConverter")?.plugin.kind, "header_converter");
    assert.equal(registry.find("transformation", json), null);
    assert.equal(registry.findAny(json)?.plugin.kind, "converter");
  });

  it("find() takes the highest version, or the highest in the range", () => {
    const registry = of(
      sink("a.S", { version: "1.9" }),
      sink("a.S", { version: "1.10" }),
      sink("a.S", { version: "2.0" }),
    );
    assert.equal(registry.find("sink", "a.S")?.plugin.version, "2.0");
    assert.equal(registry.find("sink", "a.S", parseVersionRequirement("[1,2)"))?.plugin.version, "1.10");
    assert.throws(
      () => registry.find("sink", "a.S", parseVersionRequirement("9.9")),
      /Plugin a\.S not found that matches the version range \[9\.9,9\.9\], available versions: \[2\.0, 1\.10, 1\.9\]/,
    );
  });
});
