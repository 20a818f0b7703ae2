import { ConnectError, hasDefault } from "../../runtime/api/index.js";
import type { Schema } from "../../runtime/api/index.js";
import type { SchemaCompatibility } from "./config.js";

/** Whether a record of another schema still fits an open file. Source: spec of the storage sinks, "Schema compatibility". */

const WIDENING = ["INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64"];
/** Parameters that say nothing about data. */
const IGNORED_PARAMETER =
  /^(connect\.record\.(doc|aliases|namespace)$|io\.confluent\.connect\.avro\.(record\.doc$|field\.doc\.))/;
const ENUM_PARAMETERS = [
  "io.confluent.connect.avro.Enum",
  "org.apache.kafka.connect.data.Enum",
  "org.apache.kafka.connect.protobuf.Enum",
];

/**
 * True where a record of schema `record` starts a new file rather than going to one of schema `file`.
 * Throws ConnectError `data` where versions are needed and missing.
 */
export function startsNewFile(mode: SchemaCompatibility, file: Schema | null, record: Schema | null): boolean {
  if (file === record) return false;
  if (file === null || record === null) return true;
  if (mode === "NONE") return !file.equals(record);
  if (file.version === null || record.version === null) {
    throw new ConnectError("data", `Schema version required for ${mode} compatibility`, {
      javaClass: "org.apache.kafka.connect.errors.SchemaProjectorException",
    });
  }
  const newer = mode === "FORWARD" ? record.version < file.version : record.version > file.version;
  return newer || !fits(record, file);
}

function fits(record: Schema, file: Schema): boolean {
  if (!typesFit(record, file) || record.name !== file.name || !parametersFit(record, file)) return false;
  if (record.optional && !file.optional && !hasDefault(file)) return false;
  switch (file.type) {
    case "STRUCT":
      return file.fields.every(({ name, schema }) => {
        const field = record.field(name);
        return field === undefined ? schema.optional || hasDefault(schema) : fits(field.schema, schema);
      });
    case "ARRAY":
      return fits(record.valueSchema!, file.valueSchema!);
    case "MAP":
      return fits(record.keySchema!, file.keySchema!) && fits(record.valueSchema!, file.valueSchema!);
    default:
      return true;
  }
}

function typesFit(record: Schema, file: Schema): boolean {
  if (record.type === file.type) return true;
  const from = WIDENING.indexOf(record.type);
  return from >= 0 && from < WIDENING.indexOf(file.type);
}

function parametersFit(record: Schema, file: Schema): boolean {
  const left = significant(record);
  const right = significant(file);
  const isEnum = ENUM_PARAMETERS.some((key) => left.has(key) && right.has(key));
  if (!isEnum && left.size !== right.size) return false;
  return [...left].every(([key, value]) => right.get(key) === value);
}

function significant(schema: Schema): ReadonlyMap<string, string> {
  return new Map([...(schema.parameters ?? [])].filter(([key]) => !IGNORED_PARAMETER.test(key)));
}
