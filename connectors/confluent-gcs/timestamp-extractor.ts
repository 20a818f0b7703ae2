import { ConnectError, ExactNumber, Struct, TIMESTAMP } from "../../runtime/api/index.js";
import type { SinkRecord } from "../../runtime/api/index.js";
import { partitionError } from "./errors.js";
import { findField, findInMap } from "./field-path.js";
import { parseIsoDateTime } from "./iso-datetime.js";

/** Which time of a record its directory shows. */
export interface TimestampExtractor {
  /** False where the time is that of the record itself, not of its value: known without looking into it. */
  readonly readsValue: boolean;
  /** Milliseconds since 1970. `nowMs` is the clock at the start of the write. Throws ConnectError. */
  extract(record: SinkRecord, nowMs: number): number;
}

const PACKAGE = "io.confluent.connect.storage.partitioner.TimeBasedPartitioner$";

/** `name` is `Wallclock`, `Record`, `RecordField` or the class of one of them. Throws ConnectError `config`. */
export function timestampExtractor(name: string, field: string): TimestampExtractor {
  const simple = name.startsWith(PACKAGE) ? name.slice(PACKAGE.length).replace(/TimestampExtractor$/, "") : name;
  switch (simple) {
    case "Wallclock":
      return { readsValue: false, extract: (_record, nowMs) => nowMs };
    case "Record":
      return { readsValue: false, extract: recordTime };
    case "RecordField":
      return { readsValue: true, extract: (record) => fieldTime(record, field) };
    default:
      throw new ConnectError("config", `Invalid timestamp extractor: ${name}`);
  }
}

function recordTime(record: SinkRecord): number {
  if (record.timestampMs !== null) return record.timestampMs;
  throw partitionError(
    `Unable to determine timestamp using timestamp.extractor ${PACKAGE}RecordTimestampExtractor for record: ` +
      `${record.origin.topic}-${record.origin.partition}@${record.offset}`,
  );
}

/** Errors here end the task in the original, whatever is tolerated: they are of kind `fatal`. */
function fieldTime(record: SinkRecord, path: string): number {
  const { value } = record.value;
  if (value instanceof Struct) return structTime(value, path);
  if (value instanceof Map) return mapTime(value as ReadonlyMap<unknown, unknown>, path);
  throw fatal("Error encoding partition.", "io.confluent.connect.storage.errors.PartitionException");
}

function structTime(struct: Struct, path: string): number {
  const found = lenient(() => findField(struct, path));
  if (found === null)
    throw fatal(`The field '${path}' does not exist.`, "org.apache.kafka.connect.errors.DataException");
  const { schema } = found.field;
  if (schema.name === TIMESTAMP && found.value instanceof Date) return found.value.getTime();
  if ((schema.type === "INT32" || schema.type === "INT64") && !(found.value instanceof Date))
    return Number(found.value);
  if (schema.type === "STRING" && typeof found.value === "string") return textTime(found.value);
  throw extractionError(path);
}

function lenient<T>(find: () => T | null): T | null {
  try {
    return find();
  } catch {
    return null;
  }
}

function mapTime(map: ReadonlyMap<unknown, unknown>, path: string): number {
  const value = findInMap(map, path);
  if (typeof value === "number" || typeof value === "bigint" || value instanceof ExactNumber)
    return Math.trunc(Number(value));
  if (typeof value === "string") return textTime(value);
  if (value instanceof Date) return value.getTime();
  throw extractionError(path);
}

const MAX_LONG = 2n ** 63n - 1n;

/** Digits are milliseconds; anything else is an ISO 8601 date. */
function textTime(text: string): number {
  if (/^-?\d{1,19}$/.test(text)) {
    const number = BigInt(text);
    if (number <= MAX_LONG && number >= -MAX_LONG - 1n) return Number(number);
  }
  const time = parseIsoDateTime(text);
  if (time === null) throw fatal(`Invalid format: "${text}"`, "java.lang.IllegalArgumentException");
  return time;
}

function extractionError(path: string): ConnectError {
  return fatal(
    `Error extracting timestamp from record field: ${path}`,
    "io.confluent.connect.storage.errors.PartitionException",
  );
}

function fatal(message: string, javaClass: string): ConnectError {
  return new ConnectError("fatal", message, { javaClass });
}
