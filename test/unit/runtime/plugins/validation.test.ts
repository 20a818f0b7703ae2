import assert from "node:assert/strict";
import {
  defineConfig,
  nonEmptyString,
  oneOfAnyCase,
  type Plugin,
  type SinkConnectorPlugin,
} from "../../../../runtime/api/index.js";
import type { ConfigInfos } from "../../../../runtime/herder.js";
import { pluginConfig, pluginInfos } from "../../../../runtime/plugins/plugin-infos.js";
import { PluginRegistry } from "../../../../runtime/plugins/registry.js";
import { compilesAsRegex } from "../../../../runtime/plugins/connector-config.js";
import {
  assertValid,
  validateConnectorConfig,
  type ValidationContext,
} from "../../../../runtime/plugins/validation.js";

const noInstance = (): never => {
  throw new Error("validation makes no instance");
};

const sink: SinkConnectorPlugin = {
  kind: "sink",
  className: "x.StoreSinkConnector",
  version: "1.2",
  taskClassName: "x.StoreSinkTask",
  configDef: defineConfig({
    bucket: { type: "STRING", importance: "HIGH", doc: "Bucket.", group: "Store", validator: nonEmptyString },
    secret: { type: "PASSWORD", default: null, importance: "LOW", doc: "Secret.", group: "Store" },
    tuning: { type: "INT", default: 1, importance: "LOW", doc: "Ours.", extension: true },
  }),
  taskConfigs: () => [],
  createTask: noInstance,
};

const converterDef = defineConfig({
  "converter.type": { type: "STRING", importance: "LOW", doc: "key, value or header." },
  "schemas.enable": { type: "BOOLEAN", default: true, importance: "HIGH", doc: "Schemas.", group: "Schemas" },
  "decimal.format": {
    type: "STRING",
    default: "BASE64",
    importance: "LOW",
    doc: "Decimals.",
    group: "Serialization",
    validator: oneOfAnyCase("BASE64", "NUMERIC"),
  },
});

const routerDef = defineConfig({
  replacement: { type: "STRING", importance: "HIGH", doc: "Replacement." },
  regex: { type: "STRING", importance: "HIGH", doc: "Pattern.", validator: compilesAsRegex },
});

const plugins: Plugin[] = [
  sink,
  {
    kind: "header_converter",
    className: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    version: "4.1.1",
    configDef: {},
    create: noInstance,
  },
  {
    kind: "converter",
    className: "x.JsonConverter",
    version: "4.1.1",
    configDef: converterDef,
    create: noInstance,
  },
  {
    kind: "transformation",
    className: "x.Router",
    version: "4.1.1",
    configDef: routerDef,
    create: noInstance,
  },
];

const context: ValidationContext = {
  registry: new PluginRegistry([{ location: "file:/plugins.js", plugins }]),
  worker: { "key.converter": "x.JsonConverter", "value.converter": "JsonConverter" },
  workerGroupId: "connect-workers",
  clientKeys: {
    consumer: defineConfig({
      "max.poll.records": { type: "INT", default: 500, importance: "MEDIUM", doc: "Records." },
      "sasl.jaas.config": { type: "PASSWORD", default: null, importance: "MEDIUM", doc: "Login." },
    }),
    producer: defineConfig({ acks: { type: "STRING", default: "all", importance: "LOW", doc: "Acks." } }),
    admin: {},
  },
};

const minimal = { "connector.class": "x.StoreSinkConnector", name: "c", topics: "t", bucket: "b" };

const validate = (config: Record<string, string | null>, more: Partial<ValidationContext> = {}): ConfigInfos =>
  validateConnectorConfig({ ...context, ...more }, config);

function errorsOf(infos: ConfigInfos): Record<string, readonly string[]> {
  const errors: Record<string, readonly string[]> = {};
  for (const { value } of infos.configs) if (value!.errors.length > 0) errors[value!.name] = value!.errors;
  return errors;
}

const names = (infos: ConfigInfos): string[] => infos.configs.map(({ value }) => value!.name);

const valueOf = (infos: ConfigInfos, name: string): string | null | undefined =>
  infos.configs.findLast(({ value }) => value!.name === name)?.value?.value;

describe("validateConnectorConfig()", () => {
  it("lists the base keys in Kafka 4.1's order, then the connector's", () => {
    const infos = validate(minimal);
    assert.equal(infos.error_count, 0);
    assert.equal(infos.name, "x.StoreSinkConnector");
    assert.deepEqual(infos.groups, ["Common", "Transforms", "Predicates", "Error Handling", "Store"]);
    assert.deepEqual(names(infos).slice(0, 6), [
      "name",
      "connector.class",
      "connector.plugin.version",
      "tasks.max",
      "tasks.max.enforce",
      "key.converter",
    ]);
    assert.deepEqual(names(infos).slice(-2), ["bucket", "secret"]);
    assert.equal(infos.configs.length, 26);
  });

  it("shows the worker's converters and the versions in use as defaults and values", () => {
    const infos = validate(minimal);
    assert.equal(valueOf(infos, "value.converter"), "x.JsonConverter");
    assert.equal(valueOf(infos, "connector.plugin.version"), "1.2");
    assert.equal(valueOf(infos, "key.converter.plugin.version"), "4.1.1");
  });

  it("shows our own keys only where they are set, and hides passwords", () => {
    assert.ok(!names(validate(minimal)).includes("tuning"));
    const infos = validate({ ...minimal, tuning: "x", secret: "s3cret" });
    assert.deepEqual(errorsOf(infos), {
      tuning: ["Invalid value x for configuration tuning: Not a number of type INT"],
    });
    assert.equal(valueOf(infos, "secret"), "[hidden]");
    assert.ok(!JSON.stringify(infos).includes("s3cret"));
  });

  it("reports null values, unknown keys among them, before everything else", () => {
    const infos = validate({ ...minimal, "some.key": null, "tasks.max": null, secret: null });
    assert.equal(infos.configs[0]!.definition, null);
    assert.deepEqual(errorsOf(infos), {
      "some.key": ["Null value can not be supplied as the configuration value."],
      "tasks.max": [
        "Invalid value null for configuration tasks.max: Value must be non-null",
        "Null value can not be supplied as the configuration value.",
      ],
    });
  });

  it("gives a transformation its keys in ConfigDef order and its texts without prefix", () => {
    const infos = validate({ ...minimal, transforms: "r", "transforms.r.type": "Router", "transforms.r.regex": "(" });
    assert.deepEqual(
      names(infos).filter((name) => name.startsWith("transforms.")),
      [
        "transforms.r.type",
        "transforms.r.plugin.version",
        "transforms.r.regex",
        "transforms.r.replacement",
        "transforms.r.negate",
        "transforms.r.predicate",
      ],
    );
    assert.equal(valueOf(infos, "transforms.r.type"), "x.Router");
    assert.match(
      errorsOf(infos)["transforms.r.regex"]![0]!,
      /^Invalid value \( for configuration regex: Invalid regex: /,
    );
    assert.deepEqual(errorsOf(infos)["transforms.r.replacement"], [
      'Missing required configuration "transforms.r.replacement" which has no default value.',
    ]);
  });

  it("refuses classes that are not there or of another kind", () => {
    const infos = validate({
      ...minimal,
      transforms: "a,b,a",
      "transforms.a.type": "Nope",
      "transforms.b.type": "x.JsonConverter",
      "transforms.b.negate": "true",
      "key.converter": "x.Router",
    });
    assert.deepEqual(errorsOf(infos), {
      transforms: ["Invalid value [a, b, a] for configuration transforms: Duplicate alias provided."],
      "transforms.a.type": ["Invalid value Nope for configuration transforms.a.type: Class Nope could not be found."],
      "transforms.b.type": [
        "Config 'transforms.b.negate' was provided but there is no config 'transforms.b.predicate' defining a predicate to be negated.",
      ],
      "key.converter": ["Class class x.Router does not implement the Converter interface"],
    });
    assert.equal(valueOf(infos, "transforms.a.type"), null);
  });

  it("counts converter values with errors once and names their keys without prefix", () => {
    const infos = validate({
      ...minimal,
      "value.converter": "JsonConverter",
      "value.converter.decimal.format": "x",
      "value.converter.schemas.enable": "maybe",
    });
    assert.equal(infos.error_count, 2);
    assert.equal(valueOf(infos, "value.converter.converter.type"), "value");
    assert.deepEqual(errorsOf(infos)["value.converter.decimal.format"], [
      "Invalid value x for configuration decimal.format: String must be one of (case insensitive): BASE64, NUMERIC",
    ]);
    assert.deepEqual(infos.groups.slice(-2), ["Schemas", "Serialization"]);
  });

  it("holds client overrides against the policy, producer and admin only with a dead letter queue", () => {
    const config = { ...minimal, "consumer.override.max.poll.records": "5", "producer.override.acks": "1" };
    const none = { worker: { ...context.worker, "connector.client.config.override.policy": "None" } };
    assert.equal(validate(config).error_count, 0);
    assert.deepEqual(Object.keys(errorsOf(validate(config, none))), ["consumer.override.max.poll.records"]);
    const both = errorsOf(validate({ ...config, "errors.deadletterqueue.topic.name": "d" }, none));
    assert.deepEqual(both, {
      "producer.override.acks": [
        "The 'None' policy does not allow 'acks' to be overridden in the connector configuration.",
      ],
      "consumer.override.max.poll.records": [
        "The 'None' policy does not allow 'max.poll.records' to be overridden in the connector configuration.",
      ],
    });
    const hidden = validate({ ...minimal, "consumer.override.sasl.jaas.config": "s3cret" });
    assert.equal(valueOf(hidden, "consumer.override.sasl.jaas.config"), "[hidden]");
    assert.throws(() => validate({ ...minimal, "consumer.override.max.poll.records": "abc" }), {
      kind: "config",
      message: "Invalid value abc for configuration max.poll.records: Not a number of type INT",
    });
  });

  it("keeps sinks out of the worker group, except in standalone mode", () => {
    const text = "Consumer group for sink connector named workers conflicts with Connect worker group connect-workers";
    assert.deepEqual(errorsOf(validate({ ...minimal, name: "workers" })), { name: [text] });
    assert.equal(validate({ ...minimal, name: "workers" }, { workerGroupId: null }).error_count, 0);
    const infos = validate({ ...minimal, "consumer.override.group.id": "connect-workers" });
    assert.equal(infos.configs[0]!.definition, null);
    assert.deepEqual(errorsOf(infos), {
      "consumer.override.group.id": [
        "Consumer group connect-workers conflicts with Connect worker group connect-workers",
      ],
    });
  });

  it("checks topics against each other and against the dead letter queue", () => {
    const both = "topics and topics.regex are mutually exclusive options, but both are set.";
    assert.deepEqual(errorsOf(validate({ ...minimal, "topics.regex": "a.*" })), {
      topics: [both],
      "topics.regex": [both],
    });
    assert.equal(validate({ ...minimal, topics: " " }).error_count, 2);
    assert.deepEqual(errorsOf(validate({ ...minimal, topics: "a,d", "errors.deadletterqueue.topic.name": " d " })), {
      topics: [
        "The DLQ topic 'd' may not be included in the list of topics ('topics=[a, d]') consumed by the connector",
      ],
    });
    const regex = validate({
      ...minimal,
      topics: "",
      "topics.regex": "r.*",
      "errors.deadletterqueue.topic.name": "rq",
    });
    assert.deepEqual(Object.keys(errorsOf(regex)), ["topics.regex"]);
  });

  it("puts a version that is not there on both keys and leaves the connector's out", () => {
    const infos = validate({ ...minimal, "connector.plugin.version": "9.9" });
    const text =
      "Plugin x.StoreSinkConnector not found that matches the version range [9.9,9.9], available versions: [1.2]";
    assert.deepEqual(errorsOf(infos), { "connector.class": [text], "connector.plugin.version": [text] });
    assert.ok(!names(infos).includes("bucket"));
    assert.throws(() => validate({ ...minimal, "connector.plugin.version": "[bad" }), {
      kind: "bad-request",
      message: "Unbounded range: [bad",
    });
  });

  it("throws without a connector class", () => {
    assert.throws(() => validate({ topics: "t" }), {
      kind: "bad-request",
      message: "Connector config {topics=t} contains no connector type",
    });
    assert.throws(() => validate({ "connector.class": "Nope" }), /Failed to find any class that implements Connector/);
  });

  it("assertValid() lists all texts in the order of the answer", () => {
    assertValid(validate(minimal));
    assert.throws(
      () => {
        assertValid(validate({ ...minimal, name: "", bucket: "" }));
      },
      {
        kind: "bad-request",
        message:
          "Connector configuration is invalid and contains the following 2 error(s):\n" +
          "Invalid value  for configuration name: String may not be empty\n" +
          "Invalid value  for configuration bucket: String must be non-empty\n" +
          "You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`",
      },
    );
  });
});

describe("plugin-infos", () => {
  it("pluginInfos() lists connectors, or everything by kind", () => {
    assert.deepEqual(pluginInfos(context.registry, true), [
      { className: "x.StoreSinkConnector", type: "sink", version: "1.2" },
    ]);
    assert.deepEqual(
      pluginInfos(context.registry, false).map(({ type }) => type),
      ["sink", "transformation", "converter", "header_converter"],
    );
  });

  it("pluginConfig() puts a connector's keys before the base keys, and other plug-ins' keys alone", () => {
    const keys = pluginConfig(context, "StoreSink", null).map(({ name }) => name);
    assert.deepEqual(keys.slice(0, 4), ["bucket", "secret", "name", "connector.class"]);
    assert.equal(keys.length, 26);
    assert.deepEqual(
      pluginConfig(context, "Router", null).map(({ name, display_name, order, width }) => [
        name,
        display_name,
        order,
        width,
      ]),
      [
        ["replacement", "replacement", -1, "NONE"],
        ["regex", "regex", -1, "NONE"],
      ],
    );
  });

  it("pluginConfig() knows versions and says what is wrong", () => {
    assert.throws(() => pluginConfig(context, "Nope", null), { kind: "not-found", message: "Unknown plugin Nope." });
    assert.throws(() => pluginConfig(context, "x.Router", "[bad"), {
      kind: "bad-request",
      message: "Invalid version specification: [bad",
    });
    assert.throws(() => pluginConfig(context, "x.Router", "9.9"), {
      kind: "bad-request",
      message: "Plugin x.Router not found that matches the version range [9.9,9.9], available versions: [4.1.1]",
    });
  });
});
