import { ConnectError, defineConfig, invalidText } from "../../runtime/api/index.js";
import type { Validator } from "../../runtime/api/index.js";
import {
  FORMAT_CLASSES,
  knownClass,
  knownFormat,
  partitionerName,
  PARTITIONERS,
  STORAGE_CLASS,
} from "./class-names.js";
import { parseJodaZone } from "./joda-zone.js";

const STORAGE = { group: "Storage" } as const;
const PARTITIONER = { group: "Partitioner" } as const;

/** The message shows the one name that is wrong. */
const fieldNames: Validator = (value, key) => {
  for (const name of value as readonly string[]) {
    const problem = nameProblem(name);
    if (problem !== null) return { text: invalidText(key, name, problem) };
  }
  return null;
};

function nameProblem(name: string): string | null {
  if (name.trim() === "") return "Field name cannot be null or empty";
  // Java's split drops empty parts at the end.
  const segments = name.replace(/\.+$/, "").split(".");
  const hasBlank = segments.some((segment) => segment.trim() === "");
  return hasBlank ? "Field name cannot contain an empty or whitespace-only path segment" : null;
}

const timezone: Validator = (value) => {
  if (value === "") return null;
  try {
    parseJodaZone(value as string);
    return null;
  } catch (error) {
    if (error instanceof ConnectError) return error.message;
    throw error;
  }
};

/** Keys of names: group Storage. */
export const STORAGE_KEYS = defineConfig({
  "storage.class": {
    type: "CLASS",
    importance: "HIGH",
    doc: "Always io.confluent.connect.gcs.storage.GcsStorage.",
    ...STORAGE,
    orderInGroup: 1,
    width: "LONG",
    displayName: "Storage Class",
    validator: knownClass((name) => name === STORAGE_CLASS),
  },
  "topics.dir": {
    type: "STRING",
    default: "topics",
    importance: "HIGH",
    doc: "Top directory of all objects.",
    ...STORAGE,
    orderInGroup: 2,
    width: "LONG",
    displayName: "Topics directory",
  },
  "store.url": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "Base URL of the service; gcs.endpoint wins.",
    ...STORAGE,
    orderInGroup: 3,
    width: "LONG",
    displayName: "Store URL",
  },
  "directory.delim": {
    type: "STRING",
    default: "/",
    importance: "MEDIUM",
    doc: "Separates directories.",
    ...STORAGE,
    orderInGroup: 4,
    width: "LONG",
    displayName: "Directory Delimiter",
  },
  "file.delim": {
    type: "STRING",
    default: "+",
    importance: "MEDIUM",
    doc: "Separates the parts of a file's name.",
    ...STORAGE,
    orderInGroup: 5,
    width: "LONG",
    displayName: "File Delimiter",
  },
});

const isTimed = (config: Readonly<Record<string, string>>): boolean =>
  /(TimeBased|Daily|Hourly)Partitioner$/.test(config["partitioner.class"] ?? "");
const isTimeBased = (config: Readonly<Record<string, string>>): boolean =>
  /TimeBasedPartitioner$/.test(config["partitioner.class"] ?? "");

/** Keys of directories: group Partitioner. */
export const PARTITIONER_KEYS = defineConfig({
  "partitioner.class": {
    type: "CLASS",
    default: `${PARTITIONERS}.DefaultPartitioner`,
    importance: "HIGH",
    doc: "How records are laid out in directories: Default, Field, TimeBased, Daily or HourlyPartitioner.",
    ...PARTITIONER,
    orderInGroup: 1,
    width: "LONG",
    displayName: "Partitioner Class",
    dependents: ["partition.field.name", "partition.duration.ms", "path.format", "locale", "timezone"],
    recommended: () =>
      ["Default", "Hourly", "Daily", "TimeBased", "Field"].map((name) => `${PARTITIONERS}.${name}Partitioner`),
    validator: knownClass((name) => partitionerName(name) !== null),
  },
  "partition.field.name": {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    doc: "Fields of FieldPartitioner; dots lead into nested structs.",
    ...PARTITIONER,
    orderInGroup: 2,
    width: "NONE",
    displayName: "Partition Field Name",
    validator: fieldNames,
    visible: (config) => /FieldPartitioner$/.test(config["partitioner.class"] ?? ""),
  },
  "partition.duration.ms": {
    type: "LONG",
    default: -1,
    importance: "MEDIUM",
    doc: "Length of a time bucket of TimeBasedPartitioner, in milliseconds.",
    ...PARTITIONER,
    orderInGroup: 3,
    width: "SHORT",
    displayName: "Partition Duration (ms)",
    visible: isTimeBased,
  },
  "path.format": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Directories of TimeBasedPartitioner, as a Joda-Time pattern.",
    ...PARTITIONER,
    orderInGroup: 4,
    width: "LONG",
    displayName: "Path Format",
    visible: isTimeBased,
  },
  locale: {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Language of texts in time directories.",
    ...PARTITIONER,
    orderInGroup: 5,
    width: "MEDIUM",
    displayName: "Locale",
    visible: isTimed,
  },
  timezone: {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Time zone of time directories and of scheduled rotation.",
    ...PARTITIONER,
    orderInGroup: 6,
    width: "MEDIUM",
    displayName: "Timezone",
    validator: timezone,
    visible: isTimed,
  },
  "timestamp.extractor": {
    type: "STRING",
    default: "Wallclock",
    importance: "MEDIUM",
    doc: "Which time directories show: Wallclock, Record or RecordField.",
    ...PARTITIONER,
    orderInGroup: 7,
    width: "LONG",
    displayName: "Timestamp Extractor",
  },
  "timestamp.field": {
    type: "STRING",
    default: "timestamp",
    importance: "MEDIUM",
    doc: "Field that RecordField reads; dots lead into nested structs.",
    ...PARTITIONER,
    orderInGroup: 8,
    width: "LONG",
    displayName: "Record Field for Timestamp Extractor",
  },
});

/** Keys that this sink of the original does not have; its sibling for S3 has most of them. */
export const EXTENSION_KEYS = defineConfig({
  "rotate.file.on.partition.change": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "With rotate.interval.ms: commit when a record of another directory comes. False keeps the files of several directories open.",
    extension: true,
    internal: true,
  },
  "json.decimal.format": {
    type: "STRING",
    default: "BASE64",
    importance: "LOW",
    doc: "Decimals in JsonFormat: BASE64 or NUMERIC.",
    extension: true,
    internal: true,
    validator: (value) =>
      /^(base64|numeric)$/i.test(value as string) ? null : "String must be one of (case insensitive): BASE64, NUMERIC",
  },
  "store.kafka.keys": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    doc: "Also write the records' keys, to objects of their own.",
    extension: true,
    internal: true,
  },
  "store.kafka.headers": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    doc: "Also write the records' headers, to objects of their own.",
    extension: true,
    internal: true,
  },
  "keys.format.class": {
    type: "CLASS",
    default: FORMAT_CLASSES.avro,
    importance: "LOW",
    doc: "Format of key objects.",
    extension: true,
    internal: true,
    validator: knownFormat,
  },
  "headers.format.class": {
    type: "CLASS",
    default: FORMAT_CLASSES.avro,
    importance: "LOW",
    doc: "Format of header objects.",
    extension: true,
    internal: true,
    validator: knownFormat,
  },
  "report.null.values.to.dlq": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "Ignored null values also go to the dead letter queue.",
    extension: true,
    internal: true,
  },
});
