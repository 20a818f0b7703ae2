import { ConnectError, parseConfig } from "../../runtime/api/index.js";
import type { ConfigValue, ConfigValues } from "../../runtime/api/index.js";
import type { AvroDataOptions } from "../../runtime/api/avro/connect-to-avro.js";
import type { GcsSettings } from "../gcs/config.js";
import type { GcsCredentials } from "../gcs/credentials.js";
import { FORMAT_CLASSES, partitionerName } from "./class-names.js";
import type { PartitionerName } from "./class-names.js";
import { withSelfManagedNames } from "./cloud-keys.js";
import { CONFIG_DEF } from "./config-def.js";
import { defaultPartitioner, fieldPartitioner, timeBasedPartitioner } from "./partitioner.js";
import type { Partitioner } from "./partitioner.js";
import { timestampExtractor } from "./timestamp-extractor.js";

export type FormatName = keyof typeof FORMAT_CLASSES;
export type SchemaCompatibility = "NONE" | "BACKWARD" | "FORWARD" | "FULL";

/** A connector's configuration, checked and resolved. */
export interface ConfluentConfig {
  readonly gcs: GcsSettings;
  readonly maxChunkBytes: number;
  readonly format: FormatName;
  readonly gzip: boolean;
  readonly topicsDir: string;
  readonly directoryDelimiter: string;
  readonly fileDelimiter: string;
  readonly offsetWidth: number;
  readonly bytesExtension: string;
  readonly bytesSeparator: string;
  readonly avroCodec: string;
  readonly parquetCodec: string;
  readonly avroData: AvroDataOptions;
  readonly numericDecimals: boolean;
  readonly compatibility: SchemaCompatibility;
  readonly ignoreNulls: boolean;
  readonly reportNulls: boolean;
  readonly partitioner: Partitioner;
  readonly rotation: RotationSettings;
  readonly retryBackoffMs: number;
  /** Refuse to replace objects. */
  readonly conditionalWrites: boolean;
  readonly maxFilesScanLimit: number;
  /** Formats of the extra objects with keys and headers, where they are wanted. */
  readonly keysFormat: FormatName | null;
  readonly headersFormat: FormatName | null;
}

export interface RotationSettings {
  /** At least 1. */
  readonly flushSize: number;
  /** Null: off. */
  readonly intervalMs: number | null;
  readonly onPartitionChange: boolean;
  /** Null: off. */
  readonly schedule: { readonly intervalMs: number; readonly timezone: string } | null;
  /** Null: no limit. */
  readonly maxOpenFiles: number | null;
}

type Values = ConfigValues<typeof CONFIG_DEF>;
type Properties = Readonly<Record<string, string>>;

/** What the connector itself checks when it starts. Throws ConnectError `config`. */
export function checkConnector(properties: Properties): void {
  const values = parseConfig(CONFIG_DEF, withSelfManagedNames(properties));
  if (values["rotate.schedule.interval.ms"] > 0 && values.timezone === "") {
    throw new ConnectError("config", "timezone configuration must be set when using rotate.schedule.interval.ms");
  }
}

/** The checks across keys that validation reports. Adds to the errors of `values`; silent where a key is wrong by itself. */
export function validateTogether(values: readonly ConfigValue[]): void {
  if (values.some(({ errors }) => errors.length > 0)) return;
  const valueOf = (name: string): ConfigValue | undefined => values.find((value) => value.name === name);
  const format = valueOf("format.class");
  const compression = valueOf("gcs.compression.type");
  if (
    compression?.value === "gzip" &&
    (format?.value === FORMAT_CLASSES.avro || format?.value === FORMAT_CLASSES.parquet)
  ) {
    const text = `Compression Type gzip not valid for data format class: ( ${format.value} ).`;
    format.errors.push(text);
    compression.errors.push(text);
  }
  const fields = valueOf("partition.field.name");
  const partitioner = partitionerName(String(valueOf("partitioner.class")?.value));
  if (partitioner === "FieldPartitioner" && Array.isArray(fields?.value) && fields.value.length === 0) {
    fields.errors.push("Partition field name cannot be null or empty when using FieldPartitioner.");
  }
}

/** Checks what the original checks when a task starts. Throws ConnectError `config`. */
export function readConfig(given: Properties): ConfluentConfig {
  const properties = withSelfManagedNames(given);
  checkConnector(properties);
  const values = parseConfig(CONFIG_DEF, properties);
  const separator = properties["format.bytearray.separator"];
  return {
    gcs: gcsSettings(values),
    maxChunkBytes: values["gcs.part.size"],
    format: formatOf(values["format.class"]),
    gzip: values["gcs.compression.type"] === "gzip",
    topicsDir: values["topics.dir"],
    directoryDelimiter: values["directory.delim"],
    fileDelimiter: values["file.delim"],
    offsetWidth: values["filename.offset.zero.pad.width"],
    bytesExtension: values["format.bytearray.extension"],
    bytesSeparator: separator ?? "\n",
    avroCodec: values["avro.codec"],
    parquetCodec: values["parquet.codec"],
    avroData: {
      enhanced: values["enhanced.avro.schema.support"],
      connectMetaData: values["connect.meta.data"],
      allowOptionalMapKeys: values["allow.optional.map.keys"],
    },
    numericDecimals: values["json.decimal.format"].toUpperCase() === "NUMERIC",
    compatibility: compatibilityOf(values["schema.compatibility"]),
    ignoreNulls: values["behavior.on.null.values"].toLowerCase() === "ignore",
    reportNulls: values["report.null.values.to.dlq"],
    partitioner: partitionerOf(values),
    rotation: rotationOf(values),
    retryBackoffMs: values["retry.backoff.ms"],
    conditionalWrites:
      values["enable.conditional.writes"] && values["rotate.schedule.interval.ms"] > 0 && !storesMore(values),
    maxFilesScanLimit: values["max.files.scan.limit"],
    keysFormat: values["store.kafka.keys"] ? formatOf(values["keys.format.class"]) : null,
    headersFormat: values["store.kafka.headers"] ? formatOf(values["headers.format.class"]) : null,
  };
}

function storesMore(values: Values): boolean {
  return values["store.kafka.keys"] || values["store.kafka.headers"];
}

function formatOf(className: string): FormatName {
  const found = (Object.keys(FORMAT_CLASSES) as FormatName[]).find((name) => FORMAT_CLASSES[name] === className);
  if (found === undefined) throw new ConnectError("config", `Class ${className} could not be found.`);
  return found;
}

/** Any other text acts as NONE. */
function compatibilityOf(text: string): SchemaCompatibility {
  return text === "BACKWARD" || text === "FORWARD" || text === "FULL" ? text : "NONE";
}

function rotationOf(values: Values): RotationSettings {
  const interval = values["rotate.interval.ms"];
  const scheduled = values["rotate.schedule.interval.ms"];
  const maxOpenFiles = values["partitioner.max.open.files"];
  return {
    flushSize: Math.max(1, values["flush.size"]),
    intervalMs: interval > 0 ? interval : null,
    onPartitionChange: values["rotate.file.on.partition.change"],
    schedule: scheduled > 0 ? { intervalMs: scheduled, timezone: values.timezone } : null,
    maxOpenFiles: maxOpenFiles > 0 ? maxOpenFiles : null,
  };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

function partitionerOf(values: Values): Partitioner {
  const name: PartitionerName = partitionerName(values["partitioner.class"]) ?? "DefaultPartitioner";
  const delimiter = values["directory.delim"];
  const timed = (durationMs: number, pathFormat: string): Partitioner =>
    timeBasedPartitioner({
      durationMs,
      pathFormat,
      delimiter,
      locale: values.locale,
      timezone: values.timezone,
      extractor: timestampExtractor(values["timestamp.extractor"], values["timestamp.field"]),
    });
  const daily = `'year'=YYYY${delimiter}'month'=MM${delimiter}'day'=dd`;
  switch (name) {
    case "DefaultPartitioner":
      return defaultPartitioner;
    case "FieldPartitioner":
      return fieldPartitioner(values["partition.field.name"], delimiter);
    case "TimeBasedPartitioner":
      return timed(values["partition.duration.ms"], values["path.format"]);
    case "DailyPartitioner":
      return timed(DAY_MS, daily);
    case "HourlyPartitioner":
      return timed(HOUR_MS, `${daily}${delimiter}'hour'=HH`);
  }
}

function gcsSettings(values: Values): GcsSettings {
  const endpoint = values["gcs.endpoint"] ?? values["store.url"];
  const attempts = values["gcs.part.retries"] + 1;
  return {
    bucket: values["gcs.bucket.name"],
    endpoint: endpoint === "" ? null : endpoint,
    credentials: credentialsOf(values, endpoint),
    userAgent: "sluice (confluent)",
    retry: {
      initialDelayMs: values["gcs.retry.backoff.ms"],
      maxDelayMs: DAY_MS,
      delayMultiplier: 2,
      maxAttempts: attempts,
      totalTimeoutMs: 0,
    },
  };
}

/** Application default credentials, but none for an emulator: there, nobody asks for any. */
function credentialsOf(values: Values, endpoint: string | null): GcsCredentials {
  const json = values["gcs.credentials.json"];
  if (json !== null && json !== "") return { kind: "json", json };
  const path = values["gcs.credentials.path"];
  if (path !== "") return { kind: "path", path };
  const isEmulator = /^http:/.test(endpoint ?? "") || (process.env["STORAGE_EMULATOR_HOST"] ?? "") !== "";
  return isEmulator ? { kind: "none" } : { kind: "default" };
}
