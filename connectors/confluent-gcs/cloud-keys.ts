import { FORMAT_CLASSES } from "./class-names.js";

/** Keys of Confluent's managed `GcsSink` connector, which has other names for some things. */

type Properties = Readonly<Record<string, string>>;

const OUTPUT_FORMATS: Readonly<Record<string, string>> = {
  AVRO: FORMAT_CLASSES.avro,
  JSON: FORMAT_CLASSES.json,
  JSON_SR: FORMAT_CLASSES.json,
  PROTOBUF: FORMAT_CLASSES.avro,
  PARQUET: FORMAT_CLASSES.parquet,
  BYTES: FORMAT_CLASSES.bytes,
};

const PARTITIONERS = "io.confluent.connect.storage.partitioner.";

/** True where a configuration is written for the managed connector. */
export function isManaged(properties: Properties): boolean {
  return ["output.data.format", "input.data.format", "data.format", "gcs.credentials.config", "time.interval"].some(
    (key) => properties[key] !== undefined,
  );
}

/**
 * The self-managed names of what a managed configuration says, with the managed connector's defaults. A configuration that is
 * not managed is given back as it is; a key that is there under its self-managed name stays.
 */
export function withSelfManagedNames(properties: Properties): Properties {
  if (!isManaged(properties)) return properties;
  return { ...mappedKeys(properties), ...properties };
}

/** What {@link withSelfManagedNames} adds, for reports to people. */
export function mappedKeys(properties: Properties): Record<string, string> {
  const input = properties["input.data.format"] ?? properties["data.format"] ?? "JSON";
  const output = properties["output.data.format"] ?? input;
  const hourly = properties["time.interval"]?.toUpperCase() === "HOURLY";
  const intervalMs = String(hourly ? 3_600_000 : 86_400_000);
  const timestampField = properties["timestamp.field"] ?? "";
  const isField = /FieldPartitioner$/.test(properties["partitioner.class"] ?? "");
  const mapped: Record<string, string> = {
    "format.class": OUTPUT_FORMATS[output.toUpperCase()] ?? output,
    "storage.class": "io.confluent.connect.gcs.storage.GcsStorage",
    "partitioner.class": `${PARTITIONERS}${isField ? "Field" : "TimeBased"}Partitioner`,
    "partition.duration.ms": intervalMs,
    "rotate.interval.ms": intervalMs,
    "path.format": "'year'=YYYY/'month'=MM/'day'=dd/'hour'=HH",
    "timestamp.extractor": timestampField === "" ? "Record" : "RecordField",
    "flush.size": "1000",
    timezone: "UTC",
    locale: "en",
    "behavior.on.null.values": "ignore",
    "gcs.part.size": "5242880",
    "gcs.part.retries": "10000",
    "partitioner.max.open.files": isField ? "50" : "-1",
  };
  const credentials = properties["gcs.credentials.config"];
  if (credentials !== undefined) mapped["gcs.credentials.json"] = credentials;
  const compatibility = properties["schema.compatibility.mode"];
  if (compatibility !== undefined) mapped["schema.compatibility"] = compatibility;
  return mapped;
}
