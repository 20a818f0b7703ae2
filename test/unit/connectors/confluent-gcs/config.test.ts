import assert from "node:assert/strict";
import { checkConnector, readConfig, validateTogether } from "../../../../connectors/confluent-gcs/config.js";
import { CONFIG_DEF } from "../../../../connectors/confluent-gcs/config-def.js";
import { validateConfig } from "../../../../runtime/api/index.js";

const FORMAT = "io.confluent.connect.gcs.format";
const PARTITIONER = "io.confluent.connect.storage.partitioner";
const REQUIRED = {
  "gcs.bucket.name": "b",
  "storage.class": "io.confluent.connect.gcs.storage.GcsStorage",
  "format.class": `${FORMAT}.json.JsonFormat`,
  "flush.size": "3",
};
const TIMED = {
  "partitioner.class": `${PARTITIONER}.TimeBasedPartitioner`,
  "partition.duration.ms": "3600000",
  "path.format": "YYYY",
  locale: "en",
  timezone: "UTC",
};

/** Errors of a validation by key. */
function errorsOf(properties: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const values = validateConfig(CONFIG_DEF, properties);
  validateTogether(values);
  return Object.fromEntries(values.filter(({ errors }) => errors.length > 0).map(({ name, errors }) => [name, errors]));
}

// Key, value, and the end of the text.
const WRONG: readonly (readonly [string, string, string])[] = [
  ["flush.size", "x", "Not a number of type INT"],
  ["rotate.interval.ms", "1.5", "Not a number of type LONG"],
  ["rotate.schedule.interval.ms", "1h", "Not a number of type LONG"],
  ["schemas.cache.config", "many", "Not a number of type INT"],
  ["enhanced.avro.schema.support", "yes", "Expected value to be either true or false"],
  ["connect.meta.data", "1", "Expected value to be either true or false"],
  ["allow.optional.map.keys", "no", "Expected value to be either true or false"],
  ["retry.backoff.ms", "5s", "Not a number of type LONG"],
  ["shutdown.timeout.ms", "5s", "Not a number of type LONG"],
  ["filename.offset.zero.pad.width", "-1", "Value must be at least 0"],
  ["avro.codec", "zstd", "String must be one of: null, deflate, snappy, bzip2"],
  ["gcs.part.size", "5242879", "Part size must be at least: 5242880 bytes (5MB)"],
  ["gcs.part.retries", "-1", "Value must be at least 0"],
  ["gcs.retry.backoff.ms", "-1", "Value must be at least 0"],
  ["gcs.compression.type", "GZIP", "Value must be one of: [none, gzip]"],
  ["max.write.duration.ms", "x", "Not a number of type LONG"],
  ["enable.conditional.writes", "on", "Expected value to be either true or false"],
  ["max.files.scan.limit", "x", "Not a number of type INT"],
  ["partitioner.max.open.files", "x", "Not a number of type INT"],
  ["format.class", "com.acme.Format", "Class com.acme.Format could not be found."],
  ["storage.class", "com.acme.Storage", "Class com.acme.Storage could not be found."],
  ["partitioner.class", "com.acme.Partitioner", "Class com.acme.Partitioner could not be found."],
  ["partition.duration.ms", "1d", "Not a number of type LONG"],
  ["timezone", "LLL", "The datetime zone id 'LLL' is not recognised"],
  ["timezone", "europe/berlin", "The datetime zone id 'europe/berlin' is not recognised"],
];

/** What is only found when a task starts, with the text of its failure. */
const WRONG_AT_START: readonly (readonly [Readonly<Record<string, string>>, string | RegExp])[] = [
  [
    { "partition.duration.ms": "-1" },
    "Invalid value -1 for configuration partition.duration.ms: Partition duration needs to be a positive.",
  ],
  [{ "path.format": "" }, /for configuration path\.format: Path format cannot be empty\.$/],
  [{ "path.format": "/" }, /for configuration path\.format: Path format cannot be empty\.$/],
  [{ locale: "" }, /for configuration locale: Locale cannot be empty\.$/],
  [{ timezone: "" }, /for configuration timezone: Timezone cannot be empty\.$/],
  [{ "path.format": "rr" }, "Invalid value rr for configuration path.format: Illegal pattern component: rr"],
  [{ "timestamp.extractor": "record" }, /^Invalid timestamp extractor: record/],
];

describe("Configuration of the Confluent sink", () => {
  it("takes what is required, with the original's defaults", () => {
    assert.deepEqual(errorsOf(REQUIRED), {});
    const config = readConfig({ ...REQUIRED, "gcs.endpoint": "http://localhost" });
    assert.deepEqual(config.rotation, {
      flushSize: 3,
      intervalMs: null,
      onPartitionChange: true,
      schedule: null,
      maxOpenFiles: null,
    });
    assert.equal(config.retryBackoffMs, 5000);
    assert.equal(config.conditionalWrites, false);
    assert.equal(config.ignoreNulls, false);
    assert.equal(config.avroData.enhanced, true);
  });

  for (const key of Object.keys(REQUIRED))
    it(`asks for ${key}`, () => {
      const rest = Object.entries(REQUIRED).filter(([name]) => name !== key);
      assert.deepEqual(errorsOf(Object.fromEntries(rest)), {
        [key]: [`Missing required configuration "${key}" which has no default value.`],
      });
    });

  for (const [key, value, reason] of WRONG)
    it(`refuses ${key}=${value}`, () => {
      const errors = errorsOf({ ...REQUIRED, [key]: value });
      assert.deepEqual(errors, { [key]: [`Invalid value ${value} for configuration ${key}: ${reason}`] });
    });

  it("runs the check of gcs.part.size also on what could not be read, as Kafka does", () => {
    const prefix = "Invalid value";
    assert.deepEqual(errorsOf({ ...REQUIRED, "gcs.part.size": "2147483648" }), {
      "gcs.part.size": [
        `${prefix} 2147483648 for configuration gcs.part.size: Not a number of type INT`,
        `${prefix} null for configuration gcs.part.size: Part size must be non-null`,
      ],
    });
  });

  it("refuses other values of behavior.on.null.values and takes any letter case", () => {
    assert.match(
      errorsOf({ ...REQUIRED, "behavior.on.null.values": "skip" })["behavior.on.null.values"]?.[0] ?? "",
      /^Invalid value skip for configuration behavior\.on\.null\.values: /,
    );
    assert.deepEqual(errorsOf({ ...REQUIRED, "behavior.on.null.values": "IGNORE" }), {});
  });

  it("refuses codecs of Parquet that are not known, in lower case only", () => {
    for (const codec of ["uncompressed", "SNAPPY"])
      assert.match(
        errorsOf({ ...REQUIRED, "parquet.codec": codec })["parquet.codec"]?.[0] ?? "",
        new RegExp(`^Invalid value ${codec} for configuration parquet\\.codec: Value must be one of: \\[`),
      );
  });

  it("refuses blank names of fields and blank parts of them", () => {
    const of = (names: string): string =>
      errorsOf({ ...REQUIRED, "partition.field.name": names })["partition.field.name"]?.[0] ?? "";
    assert.match(of("a,,b"), /Field name cannot be null or empty$/);
    for (const name of [".a", "a..b", "a. .b"])
      assert.match(of(name), /Field name cannot contain an empty or whitespace-only path segment$/);
    assert.equal(of("a.b,c."), "");
  });

  it("takes what the original does not check", () => {
    for (const more of [
      { "flush.size": "-1" },
      { "rotate.interval.ms": "-5" },
      { "schema.compatibility": "backward" },
      { timezone: "+05:30" },
      { "confluent.topic.bootstrap.servers": "x", "confluent.license": "y" },
      { "s3.region": "z" },
    ])
      assert.deepEqual(errorsOf({ ...REQUIRED, ...more }), {});
  });

  it("reports gzip with Avro and Parquet on both keys", () => {
    for (const name of [`${FORMAT}.avro.AvroFormat`, `${FORMAT}.parquet.ParquetFormat`]) {
      const text = `Compression Type gzip not valid for data format class: ( ${name} ).`;
      assert.deepEqual(errorsOf({ ...REQUIRED, "format.class": name, "gcs.compression.type": "gzip" }), {
        "format.class": [text],
        "gcs.compression.type": [text],
      });
    }
  });

  it("reports a FieldPartitioner without fields", () => {
    assert.deepEqual(errorsOf({ ...REQUIRED, "partitioner.class": `${PARTITIONER}.FieldPartitioner` }), {
      "partition.field.name": ["Partition field name cannot be null or empty when using FieldPartitioner."],
    });
  });

  it("compares keys with each other only where each is right by itself", () => {
    const errors = errorsOf({ ...REQUIRED, "flush.size": "x", "partitioner.class": `${PARTITIONER}.FieldPartitioner` });
    assert.deepEqual(Object.keys(errors), ["flush.size"]);
  });

  it("checkConnector() asks for a time zone with a schedule, which validation does not", () => {
    const properties = { ...REQUIRED, "rotate.schedule.interval.ms": "1000" };
    assert.deepEqual(errorsOf(properties), {});
    assert.throws(() => {
      checkConnector(properties);
    }, /timezone configuration must be set when using rotate\.schedule\.interval\.ms$/);
  });

  for (const [change, message] of WRONG_AT_START)
    it(`readConfig() refuses ${JSON.stringify(change)}, which validation does not`, () => {
      const properties = { ...REQUIRED, ...TIMED, ...change };
      assert.deepEqual(errorsOf(properties), {});
      assert.throws(() => readConfig(properties), { message });
    });

  it("readConfig() reads the separator of bytes untrimmed, and takes flush.size below 1 as 1", () => {
    const config = readConfig({ ...REQUIRED, "format.bytearray.separator": " ", "flush.size": "0" });
    assert.equal(config.bytesSeparator, " ");
    assert.equal(config.rotation.flushSize, 1);
  });

  it("readConfig() refuses to replace objects only where there is a schedule", () => {
    const scheduled = { ...REQUIRED, "rotate.schedule.interval.ms": "1000", timezone: "UTC" };
    assert.equal(readConfig(scheduled).conditionalWrites, true);
    assert.equal(readConfig({ ...scheduled, "enable.conditional.writes": "false" }).conditionalWrites, false);
  });
});
