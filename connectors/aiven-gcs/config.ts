import { ConnectError, parseConfig } from "../../runtime/api/index.js";
import type { ConfigValues } from "../../runtime/api/index.js";
import type { GcsCredentials } from "../gcs/credentials.js";
import type { GcsSettings } from "../gcs/config.js";
import { COMPRESSION_EXTENSIONS } from "../objects/compression.js";
import type { CompressionType } from "../objects/compression.js";
import type { OutputField } from "../objects/formats/fields.js";
import { FINE_START_CONFIG_DEF, hasFineUnits, START_CONFIG_DEF } from "./config-def.js";
import type { FORMATS } from "./config-def.js";
import { parseTemplate, rewriteWeekYear } from "./object-name.js";
import type { NameTemplate } from "./object-name.js";
import { parseTimeZone } from "./time-zone.js";
import type { TimeZone } from "./time-zone.js";

export type FormatName = (typeof FORMATS)[number];

/** A connector's configuration, checked and resolved. */
export interface AivenConfig {
  readonly gcs: GcsSettings;
  /** The task does not start without the bucket. */
  readonly checkBucket: boolean;
  readonly contentEncoding: string | null;
  readonly prefix: string;
  readonly template: NameTemplate;
  readonly compression: CompressionType;
  /** 0: no limit. */
  readonly maxRecords: number;
  /** Bytes before compression that make the task ask for a commit; 0: no limit. */
  readonly maxBytes: number;
  /** Milliseconds after which a record has the task ask for a commit; 0: no limit. */
  readonly maxAgeMs: number;
  readonly timeZone: TimeZone;
  readonly timestampSource: "wallclock" | "event";
  readonly format: FormatName;
  readonly fields: readonly OutputField[];
  readonly valueEncoding: "base64" | "none";
  readonly envelope: boolean;
  /** Records without a value are left out. */
  readonly ignoreNulls: boolean;
  /** As given: formats read further keys from it, untrimmed as in the original. */
  readonly properties: Readonly<Record<string, string>>;
}

type Values = ConfigValues<typeof START_CONFIG_DEF>;

/** Checks what the original checks when connector and tasks start. Throws ConnectError `config`. */
export function readConfig(properties: Readonly<Record<string, string>>): AivenConfig {
  const fine = hasFineUnits(properties);
  const values = parseConfig(fine ? FINE_START_CONFIG_DEF : START_CONFIG_DEF, properties);
  const format = values["format.output.type"].toLowerCase() as FormatName;
  const compression = values["file.compression.type"] as CompressionType;
  const text = rewriteWeekYear(values["file.name.template"] ?? defaultTemplate(format, compression));
  const template = parseTemplate(text, fine);
  checkEnvelope(values);
  checkKeyedRecords(values, template);
  checkCredentials(values);
  checkNullValues(values, format);
  return {
    gcs: gcsSettings(values),
    checkBucket: values["gcs.bucket.check"],
    contentEncoding: values["gcs.object.content.encoding"],
    prefix: values["file.name.prefix"],
    template,
    compression,
    maxRecords: values["file.max.records"],
    maxBytes: values["file.max.bytes"],
    maxAgeMs: values["file.flush.interval.ms"],
    timeZone: parseTimeZone(values["file.name.timestamp.timezone"]),
    timestampSource: values["file.name.timestamp.source"].toLowerCase() as AivenConfig["timestampSource"],
    format,
    fields: values["format.output.fields"].map((field) => field.toLowerCase() as OutputField),
    valueEncoding: values["format.output.fields.value.encoding"] as AivenConfig["valueEncoding"],
    envelope: values["format.output.envelope"],
    ignoreNulls: values["behavior.on.null.values"] === "ignore",
    properties,
  };
}

/** Only Avro has an extension of its own; that of the compression also stands at Parquet objects. */
function defaultTemplate(format: FormatName, compression: CompressionType): string {
  const extension = (format === "avro" ? ".avro" : "") + COMPRESSION_EXTENSIONS[compression];
  return `{{topic}}-{{partition}}-{{start_offset}}${extension}`;
}

function checkEnvelope(values: Values): void {
  if (values["format.output.envelope"] || values["format.output.fields"].length === 1) return;
  throw new ConnectError(
    "config",
    "When format.output.envelope is false, format.output.fields must contain only one field",
  );
}

function checkKeyedRecords(values: Values, template: NameTemplate): void {
  const keyed = template.grouping === "key" || template.grouping === "key-topic-partition";
  if (!keyed || values["file.max.records"] <= 1) return;
  throw new ConnectError(
    "config",
    `When file.name.template is ${template.text}, file.max.records must be either 1 or not set`,
  );
}

function checkCredentials(values: Values): void {
  const keys = ["gcs.credentials.default", "gcs.credentials.json", "gcs.credentials.path"] as const;
  if (keys.filter((key) => values[key] !== null).length <= 1) return;
  throw new ConnectError(
    "config",
    "Only one of gcs.credentials.default, gcs.credentials.json, and gcs.credentials.path can be non-null.",
  );
}

function checkNullValues(values: Values, format: FormatName): void {
  if (values["behavior.on.null.values"] === "fail" || format === "avro" || format === "parquet") return;
  throw new ConnectError(
    "config",
    `behavior.on.null.values can be ignore only where format.output.type is avro or parquet, not ${format}`,
  );
}

function credentialsOf(values: Values): GcsCredentials {
  const path = values["gcs.credentials.path"];
  const json = values["gcs.credentials.json"];
  if (path !== null) return { kind: "path", path };
  if (json !== null) return { kind: "json", json };
  return values["gcs.credentials.default"] === true ? { kind: "default" } : { kind: "none" };
}

function gcsSettings(values: Values): GcsSettings {
  return {
    bucket: values["gcs.bucket.name"],
    endpoint: values["gcs.endpoint"],
    credentials: credentialsOf(values),
    userAgent: values["gcs.user.agent"],
    retry: {
      initialDelayMs: values["gcs.retry.backoff.initial.delay.ms"],
      maxDelayMs: values["gcs.retry.backoff.max.delay.ms"],
      delayMultiplier: values["gcs.retry.backoff.delay.multiplier"],
      maxAttempts: values["gcs.retry.backoff.max.attempts"],
      totalTimeoutMs: values["gcs.retry.backoff.total.timeout.ms"],
    },
  };
}
