import assert from "node:assert/strict";
import { readConfig } from "../../../../connectors/aiven-gcs/config.js";
import { CONFIG_DEF } from "../../../../connectors/aiven-gcs/config-def.js";
import { plugins } from "../../../../connectors/aiven-gcs/plugin.js";
import { formatConfigValue, validateConfig } from "../../../../runtime/api/index.js";
import type { ConfigKey } from "../../../../runtime/api/index.js";

const REQUIRED = { "gcs.bucket.name": "b" };

/** Errors of `validate` by key. */
function errorsOf(properties: Record<string, string>): Record<string, readonly string[]> {
  const wrong = validateConfig(CONFIG_DEF, { ...REQUIRED, ...properties }).filter(({ errors }) => errors.length > 0);
  return Object.fromEntries(wrong.map(({ name, errors }) => [name, errors]));
}

const DAY_TEXT = "Value must be no more than 86400000 (24 hours)";
const LONG_PREFIX = "p".repeat(1025);

// Key, value, and the texts that version 3.4.2 was seen to answer. Where the text names no key, it is wrapped as Kafka does.
const WRONG: readonly (readonly [string, string, ...string[]])[] = [
  ["gcs.bucket.name", "", "String must be non-empty"],
  ["gcs.object.content.encoding", "", "String must be non-empty"],
  ["gcs.credentials.default", "yes", "Expected value to be either true or false"],
  ["file.compression.type", "lz4", "supported values are: 'none', 'gzip', 'snappy', 'zstd'"],
  ["file.compression.type", "GZIP", "supported values are: 'none', 'gzip', 'snappy', 'zstd'"],
  ["file.compression.type", "", "supported values are: 'none', 'gzip', 'snappy', 'zstd'"],
  ["file.max.records", "-1", "must be a non-negative integer number"],
  ["file.max.records", "many", "Not a number of type INT"],
  ["file.max.bytes", "-1", "Value must be at least 0"],
  ["file.name.timestamp.timezone", "Foo/Bar", "Unknown time-zone ID: Foo/Bar"],
  ["file.name.timestamp.timezone", "PST", "Unknown time-zone ID: PST"],
  ["file.name.timestamp.timezone", "utc", "Unknown time-zone ID: utc"],
  ["file.name.timestamp.timezone", "", "Invalid ID for ZoneOffset, invalid format: "],
  ["file.name.timestamp.source", "header", "Unknown timestamp source: header"],
  ["format.output.type", "xml", "Supported values are: 'avro', 'csv', 'json', 'jsonl', 'parquet'"],
  ["format.output.fields", "key,header", "supported values are: 'key', 'value', 'offset', 'timestamp', 'headers'"],
  ["format.output.fields.value.encoding", "BASE64", "supported values are: 'none', 'base64'"],
  ["format.output.envelope", "no", "Expected value to be either true or false"],
  ["gcs.bucket.check", "yes", "Expected value to be either true or false"],
  ["file.flush.interval.ms", "-1", "Value must be at least 0"],
  ["behavior.on.null.values", "skip", "supported values are: 'fail', 'ignore'"],
  ["gcs.retry.backoff.initial.delay.ms", "-1", "Value must be at least 0"],
  ["gcs.retry.backoff.max.delay.ms", "-1", "Value must be at least 0"],
  ["gcs.retry.backoff.max.attempts", "-1", "Value must be at least 0"],
  ["gcs.retry.backoff.total.timeout.ms", "-1", "Value must be at least 0"],
  ["gcs.retry.backoff.total.timeout.ms", "86400001", DAY_TEXT],
];

describe("CONFIG_DEF", () => {
  it("has the keys of version 3.4.2, and file.max.bytes of its successor, in their order", () => {
    assert.deepEqual(
      Object.entries<ConfigKey>(CONFIG_DEF)
        .filter(([, { extension }]) => extension !== true)
        .map(([name]) => name),
      (
        "gcs.endpoint gcs.credentials.path gcs.credentials.json gcs.credentials.default gcs.object.content.encoding " +
        "gcs.bucket.name file.name.prefix file.name.template file.compression.type file.max.records " +
        "file.name.timestamp.timezone file.max.bytes file.name.timestamp.source format.output.type format.output.fields " +
        "format.output.fields.value.encoding format.output.envelope gcs.retry.backoff.initial.delay.ms " +
        "gcs.retry.backoff.max.delay.ms gcs.retry.backoff.delay.multiplier gcs.retry.backoff.max.attempts " +
        "gcs.retry.backoff.total.timeout.ms gcs.user.agent"
      ).split(" "),
    );
  });

  for (const [key, value, ...reasons] of WRONG)
    it(`refuses ${key}=${value === "" ? '""' : value}`, () => {
      const expected = reasons.map(
        (reason) => `Invalid value ${shown(key, value)} for configuration ${key}: ${reason}`,
      );
      assert.deepEqual(errorsOf({ [key]: value }), { [key]: expected });
    });

  /** A list is printed as Java prints it. */
  function shown(key: string, value: string): string {
    return key === "format.output.fields" ? `[${value.split(",").join(", ")}]` : value;
  }

  it("names the bucket where the prefix is wrong, as the original does", () => {
    assert.deepEqual(errorsOf({ "file.name.prefix": LONG_PREFIX }), {
      "file.name.prefix": [
        `Invalid value ${LONG_PREFIX} for configuration gcs.bucket.name: cannot be longer than 1024 characters`,
      ],
    });
    const challenge = ".well-known/acme-challenge/x";
    assert.deepEqual(errorsOf({ "file.name.prefix": challenge }), {
      "file.name.prefix": [
        `Invalid value ${challenge} for configuration gcs.bucket.name: cannot start with '.well-known/acme-challenge'`,
      ],
    });
  });

  it("refuses blank formats and empty field lists with the original's texts", () => {
    assert.deepEqual(errorsOf({ "format.output.type": " ", "format.output.fields": "" }), {
      "format.output.type": ["Invalid value must not be empty or not set for configuration format.output.type"],
      "format.output.fields": ["Invalid value [] for configuration format.output.fields: cannot be empty"],
    });
  });

  it("gives a second error for retry numbers that cannot be read", () => {
    const key = "gcs.retry.backoff.max.delay.ms";
    assert.deepEqual(errorsOf({ [key]: "soon" }), {
      [key]: [
        `Invalid value soon for configuration ${key}: Not a number of type LONG`,
        `Invalid value null for configuration ${key}: Value must be non-null`,
      ],
    });
  });

  it("prints a wrong multiplier as Java prints doubles", () => {
    const key = "gcs.retry.backoff.delay.multiplier";
    assert.deepEqual(errorsOf({ [key]: "-1" }), {
      [key]: [`Invalid value -1.0 for configuration ${key}: Value must be at least 1.0`],
    });
  });

  it("reports a missing bucket", () => {
    const [bucket] = validateConfig(CONFIG_DEF, {}).filter(({ errors }) => errors.length > 0);
    assert.deepEqual(bucket?.errors, ['Missing required configuration "gcs.bucket.name" which has no default value.']);
  });

  it("has the original's defaults", () => {
    assert.deepEqual(defaults(false), {
      "gcs.bucket.name": "b",
      "file.name.prefix": "",
      "file.compression.type": "none",
      "file.max.bytes": "0",
      "file.max.records": "0",
      "file.name.timestamp.timezone": "Z",
      "file.name.timestamp.source": "WALLCLOCK",
      "format.output.type": "csv",
      "format.output.fields": "value",
      "format.output.fields.value.encoding": "base64",
      "format.output.envelope": "true",
      "gcs.retry.backoff.initial.delay.ms": "1000",
      "gcs.retry.backoff.max.delay.ms": "32000",
      "gcs.retry.backoff.delay.multiplier": "2.0",
      "gcs.retry.backoff.max.attempts": "6",
      "gcs.retry.backoff.total.timeout.ms": "50000",
      "gcs.user.agent": "Google GCS Sink/3.4.2 (GPN: Aiven;)",
    });
  });

  it("leaves what the original does not have switched off", () => {
    assert.deepEqual(defaults(true), {
      "gcs.bucket.check": "false",
      "file.name.timestamp.fine.units": "false",
      "file.flush.interval.ms": "0",
      "behavior.on.null.values": "fail",
    });
  });

  function defaults(extension: boolean): Record<string, string | null> {
    const values = validateConfig(CONFIG_DEF, REQUIRED).map(({ name, value }) => {
      const key: ConfigKey = CONFIG_DEF[name as keyof typeof CONFIG_DEF];
      return { name, text: formatConfigValue(key.type, value), extension: key.extension === true };
    });
    const wanted = values.filter((each) => each.text !== null && each.extension === extension);
    return Object.fromEntries(wanted.map(({ name, text }) => [name, text]));
  }
});

describe("readConfig()", () => {
  const fails = (properties: Record<string, string>, message: string): void => {
    assert.throws(() => readConfig({ ...REQUIRED, ...properties }), { kind: "config", message });
  };

  it("trims values and takes formats, fields and sources in any case", () => {
    const config = readConfig({
      ...REQUIRED,
      "file.compression.type": " gzip ",
      "file.name.prefix": " p/ ",
      "format.output.type": "JSONL",
      "format.output.fields": "KEY , Value",
      "file.name.timestamp.source": "Event",
    });
    assert.equal(config.compression, "gzip");
    assert.equal(config.prefix, "p/");
    assert.equal(config.format, "jsonl");
    assert.deepEqual(config.fields, ["key", "value"]);
    assert.equal(config.timestampSource, "event");
  });

  for (const [type, compression, template] of [
    ["jsonl", "none", "{{topic}}-{{partition}}-{{start_offset}}"],
    ["jsonl", "gzip", "{{topic}}-{{partition}}-{{start_offset}}.gz"],
    ["avro", "zstd", "{{topic}}-{{partition}}-{{start_offset}}.avro.zst"],
    ["parquet", "snappy", "{{topic}}-{{partition}}-{{start_offset}}.snappy"],
  ] as const)
    it(`names ${type} with ${compression} ${template}`, () => {
      const config = readConfig({ ...REQUIRED, "format.output.type": type, "file.compression.type": compression });
      assert.equal(config.template.text, template);
    });

  it("wants one field without an envelope", () => {
    fails(
      { "format.output.envelope": "false", "format.output.fields": "value,value" },
      "When format.output.envelope is false, format.output.fields must contain only one field",
    );
  });

  it("knows minutes and seconds in names only where it is told so", () => {
    const template = (unit: string): Record<string, string> => ({
      "file.name.template": `{{topic}}{{partition}}{{start_offset}}{{timestamp:unit=${unit}}}`,
    });
    const fine = { "file.name.timestamp.fine.units": "true" };
    const refusal = (unit: string): string =>
      `Invalid value ${template(unit)["file.name.template"]!} for configuration file.name.template: ` +
      "unsupported set of template variables parameters, supported sets are: " +
      "partition:padding=true|false,start_offset:padding=true|false,timestamp:unit=yyyy|MM|dd|HH";
    for (const [unit, finestUnit] of [
      ["mm", "mm"],
      ["ss", "ss"],
      ["HH", null],
    ] as const)
      assert.equal(readConfig({ ...REQUIRED, ...template(unit), ...fine }).template.finestUnit, finestUnit);
    fails(template("mm"), refusal("mm"));
    fails({ ...template("yy"), ...fine }, refusal("yy"));

    const validated = (properties: Record<string, string>): readonly string[] => {
      const config = { ...REQUIRED, ...properties };
      const values = validateConfig(CONFIG_DEF, config);
      const [plugin] = plugins;
      if (plugin?.kind === "sink") plugin.validate?.(config, values);
      return values.flatMap(({ errors }) => errors);
    };
    assert.deepEqual(validated({ ...template("ss"), ...fine }), []);
    assert.deepEqual(validated(template("ss")), [refusal("ss")]);
    assert.deepEqual(validated({ ...template("yy"), ...fine }), [refusal("yy")]);
  });

  it("ignores records without a value in Avro and Parquet only", () => {
    const ignore = { "behavior.on.null.values": "ignore" };
    assert.equal(readConfig({ ...REQUIRED, ...ignore, "format.output.type": "avro" }).ignoreNulls, true);
    assert.equal(readConfig(REQUIRED).ignoreNulls, false);
    fails(
      { ...ignore, "format.output.type": "jsonl" },
      "behavior.on.null.values can be ignore only where format.output.type is avro or parquet, not jsonl",
    );
  });

  it("wants at most one record in objects that are named by key", () => {
    const template = "{{topic}}-{{key}}";
    fails(
      { "file.name.template": template, "file.max.records": "2" },
      `When file.name.template is ${template}, file.max.records must be either 1 or not set`,
    );
    readConfig({ ...REQUIRED, "file.name.template": template, "file.max.records": "1" });
    const many = "{{topic}}-{{partition}}-{{key}}-{{start_offset}}";
    readConfig({ ...REQUIRED, "file.name.template": many, "file.max.records": "2" });
  });

  it("wants one kind of credentials, and counts false as one", () => {
    const text = "Only one of gcs.credentials.default, gcs.credentials.json, and gcs.credentials.path can be non-null.";
    fails({ "gcs.credentials.default": "false", "gcs.credentials.path": "/x" }, text);
    fails({ "gcs.credentials.json": "", "gcs.credentials.path": "/x" }, text);
    assert.deepEqual(readConfig(REQUIRED).gcs.credentials, { kind: "none" });
    assert.deepEqual(readConfig({ ...REQUIRED, "gcs.credentials.default": "false" }).gcs.credentials, { kind: "none" });
    assert.deepEqual(readConfig({ ...REQUIRED, "gcs.credentials.default": "true" }).gcs.credentials, {
      kind: "default",
    });
    assert.deepEqual(readConfig({ ...REQUIRED, "gcs.credentials.path": "/x" }).gcs.credentials, {
      kind: "path",
      path: "/x",
    });
  });

  it("checks kafka.retry.backoff.ms, which is not published", () => {
    fails(
      { "kafka.retry.backoff.ms": "-1" },
      "Invalid value -1 for configuration kafka.retry.backoff.ms: Value must be at least 0",
    );
    fails(
      { "kafka.retry.backoff.ms": "86400001" },
      `Invalid value 86400001 for configuration kafka.retry.backoff.ms: ${DAY_TEXT}`,
    );
    readConfig({ ...REQUIRED, "kafka.retry.backoff.ms": "100" });
  });

  it("reads the week year as the year", () => {
    const template = "{{topic}}-{{partition}}-{{start_offset}}-{{ timestamp:unit=YYYY }}";
    const config = readConfig({ ...REQUIRED, "file.name.template": template });
    assert.equal(config.template.text, template.replace("YYYY", "yyyy"));
  });
});
