import type { Codec } from "../../runtime/kafka/compress.js";
import type { ConnectorConfig } from "../support/connect-rest.js";
import type { SinkPath } from "./sink-runs.js";
import type { Stage } from "./stage.js";
import type { StoredAs } from "./stored-records.js";
import type { LoadSpec, Workload } from "./workload.js";

/** The sinks' main ways from record to object, each over four partitions with two tasks. */

type Connector = SinkPath["connector"];

const JSON_BYTES = 158;
const AVRO_BYTES = 60;

export function jsonOrders(records: number, changes: Partial<LoadSpec> = {}): LoadSpec {
  return {
    kind: "json",
    records,
    recordBytes: JSON_BYTES,
    partitions: 4,
    codec: "none",
    keys: false,
    objectsPerPartition: null,
    ...changes,
  };
}

function avroOrders(records: number): LoadSpec {
  return { ...jsonOrders(records), kind: "avro", recordBytes: AVRO_BYTES };
}

/** JSON lines by the Aiven sink, the path that the scale scenarios vary. */
export function jsonLinesPath(
  name: string,
  title: string,
  load: LoadSpec,
  changes: Partial<SinkPath> & { readonly compression?: "none" | "gzip" | "zstd" } = {},
): SinkPath {
  const { compression = "none", ...rest } = changes;
  const storedAs: StoredAs = compression === "none" ? "lines" : `${compression} lines`;
  const connector = aiven({ "format.output.type": "jsonl", "file.compression.type": compression });
  return { name, title, load, tasks: 2, storedAs, connector, ...rest };
}

export function mainPaths(records: number): SinkPath[] {
  const orders = jsonOrders(records);
  const avro = { load: avroOrders(records), tasks: 2 };
  const snappy = { "format.output.type": "parquet", "file.compression.type": "snappy" };
  const path = (name: string, title: string, storedAs: StoredAs, connector: Connector): SinkPath => {
    return { name, title, storedAs, connector, ...avro };
  };
  return [
    jsonLinesPath("jsonl-none", "Aiven, JSON to JSON lines", orders),
    jsonLinesPath("jsonl-gzip", "Aiven, JSON to JSON lines, gzip", orders, { compression: "gzip" }),
    jsonLinesPath("jsonl-zstd", "Aiven, JSON to JSON lines, zstd", orders, { compression: "zstd" }),
    path("avro-confluent", "Confluent, Avro to Avro", "avro", withAvro(confluent("avro.AvroFormat"))),
    path("avro-aiven", "Aiven, Avro to Avro", "avro", withAvro(aiven({ "format.output.type": "avro" }))),
    path(
      "parquet-confluent",
      "Confluent, Avro to Parquet, snappy",
      "parquet",
      withAvro(confluent("parquet.ParquetFormat")),
    ),
    path("parquet-aiven", "Aiven, Avro to Parquet, snappy", "parquet", withAvro(aiven(snappy))),
    jsonLinesPath("insert-field", "Aiven, JSON to JSON lines, InsertField", orders, {
      connector: aiven({
        "format.output.type": "jsonl",
        transforms: "mark",
        "transforms.mark.type": "org.apache.kafka.connect.transforms.InsertField$Value",
        "transforms.mark.static.field": "source",
        "transforms.mark.static.value": "bench",
      }),
    }),
    jsonLinesPath(
      "envelope",
      "Aiven, JSON to JSON lines of key, value, offset, timestamp",
      jsonOrders(records, { keys: true }),
      {
        connector: aiven({
          "format.output.type": "jsonl",
          "format.output.fields": "key,value,offset,timestamp",
          "format.output.envelope": "true",
        }),
      },
    ),
  ];
}

function aiven(changes: ConnectorConfig): Connector {
  return ({ recordsPerObject }) => ({
    "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
    "file.name.template": "{{topic}}/{{partition}}-{{start_offset}}",
    "file.max.records": String(recordsPerObject),
    "format.output.fields": "value",
    "format.output.envelope": "false",
    "file.compression.type": "none",
    ...changes,
  });
}

/** The Confluent sink with a class of its own formats. */
export function confluent(format: string): Connector {
  return ({ recordsPerObject }) => ({
    "connector.class": "io.confluent.connect.gcs.GcsSinkConnector",
    "storage.class": "io.confluent.connect.gcs.storage.GcsStorage",
    "format.class": `io.confluent.connect.gcs.format.${format}`,
    "flush.size": String(recordsPerObject),
  });
}

function withAvro(connector: Connector): Connector {
  return (workload: Workload, stage: Stage) => ({
    ...connector(workload, stage),
    "value.converter": "io.confluent.connect.avro.AvroConverter",
    "value.converter.schema.registry.url": stage.registry.url,
  });
}

/** The names of the scenarios that vary one thing of the main path. */
export function scalePaths(records: number): SinkPath[] {
  const bytes = records * JSON_BYTES;
  const sized = (recordBytes: number, count: number) => jsonOrders(count, { recordBytes });
  const codecs: readonly Codec[] = ["gzip", "snappy", "lz4", "zstd"];
  const partitions = (count: number): SinkPath => ({
    ...jsonLinesPath(
      `partitions-${count}`,
      `Confluent, JSON, one task, ${count} of 200 objects per partition`,
      jsonOrders(records, { partitions: count, objectsPerPartition: 200 / count }),
    ),
    tasks: 1,
    connector: confluent("json.JsonFormat"),
  });
  return [
    jsonLinesPath("size-30", "records of 30 bytes", sized(30, 2 * records)),
    jsonLinesPath("size-1k", "records of 1 KB", sized(1_000, Math.ceil(bytes / 1_000))),
    jsonLinesPath("size-100k", "records of 100 KB", sized(100_000, Math.ceil(bytes / 100_000))),
    ...codecs.map((codec) => jsonLinesPath(`topic-${codec}`, `topic in ${codec}`, jsonOrders(records, { codec }))),
    jsonLinesPath("tls", "broker over TLS", jsonOrders(records), { worker: (stage) => stage.tlsProperties() }),
    partitions(1),
    partitions(200),
    ...[1, 2].map((threads) =>
      jsonLinesPath(`threads-${threads}`, `task threads: ${threads}`, jsonOrders(records), {
        worker: () => ({ "task.threads": threads }),
      }),
    ),
  ];
}
