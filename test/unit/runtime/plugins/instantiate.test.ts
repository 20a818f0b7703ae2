import assert from "node:assert/strict";
import type { Converter, HeaderConverter, Plugin, Predicate, Transformation } from "../../../../runtime/api/index.js";
import {
  createConverter,
  createHeaderConverter,
  createTransformations,
} from "../../../../runtime/plugins/instantiate.js";
import { PluginRegistry } from "../../../../runtime/plugins/registry.js";

/** Plug-ins that remember how they were configured. */
class Recorded {
  readonly calls: unknown[] = [];
  configure(...args: unknown[]): void {
    this.calls.push(args);
  }
}

const base = { version: "4.1.1", configDef: {} };
const registry = new PluginRegistry([
  {
    location: "file:/plugins.js",
    plugins: [
      {
        ...base,
        kind: "converter",
        className: "x.RecordedConverter",
        create: () => new Recorded() as unknown as Converter,
      },
      {
        ...base,
        kind: "header_converter",
        className: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
        create: () => new Recorded() as unknown as HeaderConverter,
      },
      {
        ...base,
        kind: "transformation",
        className: "x.Drop",
        create: () => new Recorded() as unknown as Transformation,
      },
      { ...base, kind: "predicate", className: "x.Tombstone", create: () => new Recorded() as unknown as Predicate },
    ] satisfies Plugin[],
  },
]);

const callsOf = (instance: unknown): unknown[] => (instance as Recorded).calls;

describe("instantiate", () => {
  it("createConverter() takes the worker's class and keys when the connector names no class", () => {
    const made = createConverter(
      registry,
      "value",
      { "value.converter.schemas.enable": "true" },
      { "value.converter": "RecordedConverter", "value.converter.schemas.enable": "false" },
    );
    assert.equal(made.className, "x.RecordedConverter");
    assert.deepEqual(callsOf(made.instance), [[{ "schemas.enable": "false", "converter.type": "value" }, false]]);
  });

  it("createConverter() takes the connector's class with the connector's keys only", () => {
    const made = createConverter(
      registry,
      "key",
      { "key.converter": " x.RecordedConverter ", "key.converter.a": "1" },
      { "key.converter": "Other", "key.converter.b": "2" },
    );
    assert.deepEqual(callsOf(made.instance), [[{ a: "1", "converter.type": "key" }, true]]);
  });

  it("createConverter() fails with Java's texts", () => {
    assert.throws(
      () => createConverter(registry, "key", { "key.converter": "Nope" }, {}),
      /Invalid value Nope for configuration key\.converter: Class Nope could not be found\./,
    );
    assert.throws(
      () => createConverter(registry, "key", { "key.converter": "x.Drop" }, {}),
      /Class class x\.Drop does not implement the Converter interface/,
    );
  });

  it("createHeaderConverter() falls back to the SimpleHeaderConverter", () => {
    const made = createHeaderConverter(registry, {}, {});
    assert.deepEqual(callsOf(made.instance), [[{ "converter.type": "header" }]]);
  });

  it("createTransformations() keeps the order and gives each its own keys and predicate", () => {
    const [a, b] = createTransformations(registry, {
      transforms: "a, b",
      "transforms.a.type": "Drop",
      "transforms.a.field": "f",
      "transforms.b.type": "x.Drop",
      "transforms.b.predicate": "p",
      "transforms.b.negate": "TRUE",
      "predicates.p.type": "Tombstone",
      "predicates.p.pattern": "t",
    });
    assert.equal(a!.alias, "a");
    assert.equal(a!.condition, null);
    assert.deepEqual(callsOf(a!.instance), [[{ type: "Drop", field: "f" }]]);
    assert.deepEqual(callsOf(b!.instance), [[{ type: "x.Drop" }]]);
    const { negate, instance } = b!.condition!;
    assert.equal(negate, true);
    assert.deepEqual(callsOf(instance), [[{ type: "Tombstone", pattern: "t" }]]);
  });
});
