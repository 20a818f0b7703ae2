import type { Validator } from "../../runtime/api/index.js";

/** Java class names that configurations hold, and what they stand for here. */
const FORMATS = "io.confluent.connect.gcs.format";
export const PARTITIONERS = "io.confluent.connect.storage.partitioner";

export const FORMAT_CLASSES = {
  avro: `${FORMATS}.avro.AvroFormat`,
  json: `${FORMATS}.json.JsonFormat`,
  bytes: `${FORMATS}.bytearray.ByteArrayFormat`,
  parquet: `${FORMATS}.parquet.ParquetFormat`,
} as const;

export const PARTITIONER_NAMES = [
  "DefaultPartitioner",
  "FieldPartitioner",
  "TimeBasedPartitioner",
  "DailyPartitioner",
  "HourlyPartitioner",
] as const;
export type PartitionerName = (typeof PARTITIONER_NAMES)[number];

export const STORAGE_CLASS = "io.confluent.connect.gcs.storage.GcsStorage";
export const CREDENTIALS_PROVIDER = "io.confluent.connect.gcs.auth.DefaultSinkCredentialsProvider";

/** Simple name of a partitioner by its class, in its own package or in the sink's; null for other classes. */
export function partitionerName(className: string): PartitionerName | null {
  const packages = [`${PARTITIONERS}.`, "io.confluent.connect.gcs.partitioner."];
  const prefix = packages.find((name) => className.startsWith(name));
  const simple = prefix === undefined ? "" : className.slice(prefix.length);
  return PARTITIONER_NAMES.find((name) => name === simple) ?? null;
}

/** Java's class loading: a class that is not there. */
export function knownClass(isKnown: (className: string) => boolean): Validator {
  return (value) => (typeof value !== "string" || isKnown(value) ? null : `Class ${value} could not be found.`);
}

export const knownFormat = knownClass((name) => Object.values<string>(FORMAT_CLASSES).includes(name));
