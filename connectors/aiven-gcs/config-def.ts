import {
  ConnectError,
  defineConfig,
  formatDouble,
  invalidText,
  nonEmptyString,
  range,
} from "../../runtime/api/index.js";
import type { Validator } from "../../runtime/api/index.js";
import { parseTemplate, rewriteWeekYear } from "./object-name.js";
import { parseTimeZone } from "./time-zone.js";

export const VERSION = "3.4.2";

export const COMPRESSIONS = ["none", "gzip", "snappy", "zstd"] as const;
export const FORMATS = ["avro", "csv", "json", "jsonl", "parquet"] as const;
export const FIELDS = ["key", "value", "offset", "timestamp", "headers"] as const;
export const ENCODINGS = ["none", "base64"] as const;
export const NULL_BEHAVIORS = ["fail", "ignore"] as const;

const DAY_MS = 86_400_000;

/** `'a', 'b'` */
function quoted(texts: readonly string[]): string {
  return texts.map((text) => `'${text}'`).join(", ");
}

/** Exactly one of `allowed`. */
function supported(allowed: readonly string[]): Validator {
  return (value) => (allowed.includes(value as string) ? null : `supported values are: ${quoted(allowed)}`);
}

/** The reason that `check` throws with. */
function reasonOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof ConnectError) return error.message;
    throw error;
  }
}

/** The original names the bucket where it means the prefix. */
const prefix: Validator = (value) => {
  const text = value as string;
  let reason: string;
  if (text.length > 1024) reason = "cannot be longer than 1024 characters";
  else if (text.startsWith(".well-known/acme-challenge")) reason = "cannot start with '.well-known/acme-challenge'";
  else return null;
  return { text: invalidText("gcs.bucket.name", text, reason) };
};

const template: Validator = (value) =>
  value === null ? null : reasonOf(() => parseTemplate(rewriteWeekYear(value as string)));

const fineTemplate: Validator = (value) =>
  value === null ? null : reasonOf(() => parseTemplate(rewriteWeekYear(value as string), true));

const notNegative: Validator = (value) =>
  value !== null && (value as number) < 0 ? "must be a non-negative integer number" : null;

const timeZone: Validator = (value) => reasonOf(() => parseTimeZone(value as string));

const timestampSource: Validator = (value) =>
  /^(wallclock|event)$/i.test(value as string) ? null : `Unknown timestamp source: ${value as string}`;

const format: Validator = (value, key) => {
  const text = value as string;
  if (text === "") return { text: `Invalid value must not be empty or not set for configuration ${key}` };
  return FORMATS.some((name) => name === text.toLowerCase()) ? null : `Supported values are: ${quoted(FORMATS)}`;
};

const fields: Validator = (value) => {
  const list = value as readonly string[];
  if (list.length === 0) return "cannot be empty";
  return list.every((field) => FIELDS.some((name) => name === field.toLowerCase()))
    ? null
    : `supported values are: ${quoted(FIELDS)}`;
};

const atMostADay: Validator = (value) => {
  if (value === null) return "Value must be non-null";
  if ((value as number) < 0) return "Value must be at least 0";
  return (value as number) > DAY_MS ? `Value must be no more than ${DAY_MS} (24 hours)` : null;
};

const atLeastOne: Validator = (value, key) => {
  if (value === null) return "Value must be non-null";
  if ((value as number) >= 1) return null;
  return { text: invalidText(key, formatDouble(value as number), "Value must be at least 1.0") };
};

/** Keys, defaults, order and texts of `GcsSinkConfig` 3.4.2. */
export const CONFIG_DEF = defineConfig({
  "gcs.endpoint": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "Base URL of the Cloud Storage service, for private endpoints and emulators. Unset: `STORAGE_EMULATOR_HOST`, else Google's.",
    group: "GCS",
    orderInGroup: 0,
    width: "NONE",
  },
  "gcs.credentials.path": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "Absolute path of a JSON file with Google credentials.",
    group: "GCS",
    orderInGroup: 1,
    width: "NONE",
  },
  "gcs.credentials.json": {
    type: "PASSWORD",
    default: null,
    importance: "LOW",
    doc: "Google credentials as JSON text.",
    group: "GCS",
    orderInGroup: 2,
    width: "NONE",
  },
  "gcs.credentials.default": {
    type: "BOOLEAN",
    default: null,
    importance: "LOW",
    doc:
      "`true`: find credentials as Google's libraries do (Application Default Credentials). " +
      "Only one of the three credentials keys may be set; with none of them, or `false`, requests are anonymous.",
    group: "GCS",
    orderInGroup: 3,
    width: "NONE",
  },
  "gcs.object.content.encoding": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "`Content-Encoding` that objects are labelled with. It does not change their bytes.",
    validator: nonEmptyString,
    group: "GCS",
    orderInGroup: 4,
    width: "NONE",
  },
  "gcs.bucket.name": {
    type: "STRING",
    importance: "HIGH",
    doc: "Bucket to write to.",
    validator: nonEmptyString,
    group: "GCS",
    orderInGroup: 5,
    width: "NONE",
  },
  "file.name.prefix": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Text before every object name. No placeholders.",
    validator: prefix,
    group: "File",
    orderInGroup: 0,
    width: "NONE",
  },
  "file.name.template": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc:
      "Object name with the placeholders `{{topic}}`, `{{partition}}`, `{{start_offset}}`, `{{timestamp:unit=yyyy|MM|dd|HH}}` and " +
      "`{{key}}`; `{{partition:padding=true}}` and `{{start_offset:padding=true}}` have leading zeros. The set of placeholders " +
      "decides which records share an object. Unset: `{{topic}}-{{partition}}-{{start_offset}}` and an extension for " +
      "Avro and for the compression.",
    validator: template,
    group: "File",
    orderInGroup: 1,
    width: "LONG",
  },
  "file.compression.type": {
    type: "STRING",
    default: "none",
    importance: "MEDIUM",
    doc: "Compression of objects; of the columns where the format is Parquet.",
    validator: supported(COMPRESSIONS),
    group: "File",
    orderInGroup: 2,
    width: "NONE",
    recommended: () => COMPRESSIONS,
  },
  "file.max.records": {
    type: "INT",
    default: 0,
    importance: "MEDIUM",
    doc: "Most records in an object; 0 is no limit. With `{{key}}` alone, or with topic or partition only, just 0 or 1.",
    validator: notNegative,
    group: "File",
    orderInGroup: 3,
    width: "SHORT",
  },
  "file.name.timestamp.timezone": {
    type: "STRING",
    default: "Z",
    importance: "LOW",
    doc: "Time zone of `{{timestamp}}`: a region such as `Europe/Paris`, or an offset such as `+02:00`.",
    validator: timeZone,
    group: "File",
    orderInGroup: 4,
    width: "SHORT",
  },
  "file.max.bytes": {
    type: "LONG",
    default: 0,
    importance: "MEDIUM",
    doc:
      "When an object has this many bytes before compression, all objects are finished and offsets committed, without waiting " +
      "for the commit interval; 0 is no limit. Objects may be larger by what comes in with one poll.",
    validator: range(0),
    group: "File",
    orderInGroup: 5,
    width: "SHORT",
  },
  "file.name.timestamp.source": {
    type: "STRING",
    default: "WALLCLOCK",
    importance: "LOW",
    doc: "Time of `{{timestamp}}`: `wallclock`, when the record is taken in, or `event`, the record's timestamp.",
    validator: timestampSource,
    group: "File",
    orderInGroup: 6,
    width: "SHORT",
  },
  "format.output.type": {
    type: "STRING",
    default: "csv",
    importance: "MEDIUM",
    doc: "Format of objects.",
    validator: format,
    group: "Format",
    orderInGroup: 0,
    width: "NONE",
    recommended: () => FORMATS,
  },
  "format.output.fields": {
    type: "LIST",
    default: ["value"],
    importance: "MEDIUM",
    doc: "What of a record is written.",
    validator: fields,
    group: "Format",
    orderInGroup: 0,
    width: "NONE",
    recommended: () => FIELDS,
  },
  "format.output.fields.value.encoding": {
    type: "STRING",
    default: "base64",
    importance: "MEDIUM",
    doc: "How CSV holds values.",
    validator: supported(ENCODINGS),
    group: "Format",
    orderInGroup: 1,
    width: "NONE",
    recommended: () => ENCODINGS,
  },
  "format.output.envelope": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "`false`: the single output field is written without a wrapper.",
    group: "Format",
    orderInGroup: 2,
    width: "SHORT",
  },
  "gcs.retry.backoff.initial.delay.ms": {
    type: "LONG",
    default: 1000,
    importance: "MEDIUM",
    doc: "Wait before the first retry of a request to Cloud Storage, in milliseconds.",
    validator: range(0),
    group: "GCS retry backoff policy",
    orderInGroup: 0,
    width: "NONE",
  },
  "gcs.retry.backoff.max.delay.ms": {
    type: "LONG",
    default: 32000,
    importance: "MEDIUM",
    doc: "Longest wait between two retries, in milliseconds.",
    validator: range(0),
    group: "GCS retry backoff policy",
    orderInGroup: 1,
    width: "NONE",
  },
  "gcs.retry.backoff.delay.multiplier": {
    type: "DOUBLE",
    default: 2,
    importance: "MEDIUM",
    doc: "Factor by which the wait grows from one retry to the next.",
    validator: atLeastOne,
    group: "GCS retry backoff policy",
    orderInGroup: 2,
    width: "NONE",
  },
  "gcs.retry.backoff.max.attempts": {
    type: "INT",
    default: 6,
    importance: "MEDIUM",
    doc: "Most attempts of a request. 0: as many as the total timeout allows.",
    validator: range(0),
    group: "GCS retry backoff policy",
    orderInGroup: 3,
    width: "NONE",
  },
  "gcs.retry.backoff.total.timeout.ms": {
    type: "LONG",
    default: 50000,
    importance: "MEDIUM",
    doc: "Time for all attempts of a request together, in milliseconds. 0: as many as the attempts allow.",
    validator: atMostADay,
    group: "GCS retry backoff policy",
    orderInGroup: 4,
    width: "NONE",
  },
  "gcs.user.agent": {
    type: "STRING",
    default: `Google GCS Sink/${VERSION} (GPN: Aiven;)`,
    importance: "LOW",
    doc: "`User-Agent` of requests to Cloud Storage.",
    orderInGroup: -1,
    width: "NONE",
  },
  "gcs.bucket.check": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    doc:
      "`true`: a task fails at its start where the bucket does not exist, not only when the first object is written. Who may not " +
      "look at buckets (`storage.buckets.get`) passes.",
    orderInGroup: -1,
    width: "SHORT",
    extension: true,
  },
  "file.name.timestamp.fine.units": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    doc:
      "`true`: file.name.template may also have `{{timestamp:unit=mm}}` (minutes) and `{{timestamp:unit=ss}}` (seconds). " +
      "Every change of the time begins a new object.",
    orderInGroup: -1,
    width: "SHORT",
    extension: true,
  },
  "file.flush.interval.ms": {
    type: "LONG",
    default: 0,
    importance: "LOW",
    doc:
      "When the oldest record that is not in a finished object came in so many milliseconds ago, all objects are finished and " +
      "offsets committed, without waiting for the worker's commit interval; 0 is no limit.",
    validator: range(0),
    orderInGroup: -1,
    width: "SHORT",
    extension: true,
  },
  "behavior.on.null.values": {
    type: "STRING",
    default: "fail",
    importance: "LOW",
    doc:
      "With Avro and Parquet, what becomes of a record without a value: `fail` treats it as any other record (without a schema " +
      "it stops the task), `ignore` leaves it out; its offset is committed all the same.",
    validator: supported(NULL_BEHAVIORS),
    orderInGroup: -1,
    width: "NONE",
    recommended: () => NULL_BEHAVIORS,
    extension: true,
  },
});

/** What is checked at the start only: the key that the original adds in its constructor. */
export const START_CONFIG_DEF = defineConfig({
  ...CONFIG_DEF,
  "kafka.retry.backoff.ms": {
    type: "LONG",
    default: null,
    importance: "MEDIUM",
    doc: "Accepted and checked, without effect, as in the original.",
    validator: (value) => (value === null ? null : atMostADay(value, "kafka.retry.backoff.ms")),
    group: "Retry backoff policy",
    orderInGroup: 0,
    width: "NONE",
  },
});

/** True where `file.name.template` may tell minutes and seconds, which the original refuses. */
export function hasFineUnits(properties: Readonly<Record<string, string | undefined>>): boolean {
  return properties["file.name.timestamp.fine.units"]?.trim().toLowerCase() === "true";
}

/** {@link START_CONFIG_DEF} where {@link hasFineUnits}. */
export const FINE_START_CONFIG_DEF: typeof START_CONFIG_DEF = {
  ...START_CONFIG_DEF,
  "file.name.template": { ...START_CONFIG_DEF["file.name.template"], validator: fineTemplate },
};
