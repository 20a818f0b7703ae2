import assert from "node:assert/strict";
import { readConfig } from "../../../../connectors/confluent-gcs/config.js";
import { objectName, sideObjectName } from "../../../../connectors/confluent-gcs/object-name.js";

const FORMAT = "io.confluent.connect.gcs.format";

function configOf(properties: Readonly<Record<string, string>>) {
  return readConfig({
    "gcs.bucket.name": "b",
    "gcs.endpoint": "http://localhost",
    "storage.class": "io.confluent.connect.gcs.storage.GcsStorage",
    "format.class": `${FORMAT}.json.JsonFormat`,
    "flush.size": "3",
    ...properties,
  });
}

const avro = { "format.class": `${FORMAT}.avro.AvroFormat` };
const bytes = { "format.class": `${FORMAT}.bytearray.ByteArrayFormat` };
const parquet = { "format.class": `${FORMAT}.parquet.ParquetFormat` };
const gzip = { "gcs.compression.type": "gzip" };

const NAMES: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
  [{}, "topics/t/p=1/t+3+0000000042.json"],
  [gzip, "topics/t/p=1/t+3+0000000042.json.gz"],
  [avro, "topics/t/p=1/t+3+0000000042.avro"],
  [{ ...avro, "avro.codec": "snappy" }, "topics/t/p=1/t+3+0000000042.avro"],
  [bytes, "topics/t/p=1/t+3+0000000042.bin"],
  [{ ...bytes, ...gzip }, "topics/t/p=1/t+3+0000000042.bin.gz"],
  [{ ...bytes, "format.bytearray.extension": "raw" }, "topics/t/p=1/t+3+0000000042raw"],
  [parquet, "topics/t/p=1/t+3+0000000042.snappy.parquet"],
  [{ ...parquet, "parquet.codec": "none" }, "topics/t/p=1/t+3+0000000042.parquet"],
  [{ ...parquet, "parquet.codec": "gzip" }, "topics/t/p=1/t+3+0000000042.gz.parquet"],
  [{ ...parquet, "parquet.codec": "zstd" }, "topics/t/p=1/t+3+0000000042.zstd.parquet"],
  [{ ...parquet, "parquet.codec": "brotli" }, "topics/t/p=1/t+3+0000000042.br.parquet"],
  [{ ...parquet, "parquet.codec": "lz4" }, "topics/t/p=1/t+3+0000000042.lz4hadoop.parquet"],
  [{ ...parquet, "parquet.codec": "lzo" }, "topics/t/p=1/t+3+0000000042.lzo.parquet"],
  [{ "topics.dir": "" }, "t/p=1/t+3+0000000042.json"],
  [{ "topics.dir": "a/" }, "a//t/p=1/t+3+0000000042.json"],
  [{ "directory.delim": "_", "file.delim": "-" }, "topics_t_p=1_t-3-0000000042.json"],
  [{ "filename.offset.zero.pad.width": "2" }, "topics/t/p=1/t+3+42.json"],
  [{ "filename.offset.zero.pad.width": "1" }, "topics/t/p=1/t+3+42.json"],
  [{ "filename.offset.zero.pad.width": "0" }, "topics/t/p=1/t+3+42.json"],
];

describe("Names of the Confluent sink's objects", () => {
  for (const [properties, expected] of NAMES)
    it(`objectName() makes ${expected}`, () => {
      assert.equal(objectName(configOf(properties), "t", 3, "p=1", 42), expected);
    });

  it("sideObjectName() puts its own extension in place of the values'", () => {
    const config = configOf(gzip);
    const values = objectName(config, "t", 3, "p=1", 42);
    assert.equal(sideObjectName(config, values, "keys", "avro"), "topics/t/p=1/t+3+0000000042.keys.avro");
    assert.equal(sideObjectName(config, values, "headers", "json"), "topics/t/p=1/t+3+0000000042.headers.json.gz");
    assert.equal(
      sideObjectName(config, values, "headers", "parquet"),
      "topics/t/p=1/t+3+0000000042.headers.snappy.parquet",
    );
  });
});
