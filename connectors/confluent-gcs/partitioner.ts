import { ConnectError, Struct } from "../../runtime/api/index.js";
import type { SinkRecord } from "../../runtime/api/index.js";
import { partitionError } from "./errors.js";
import { findField } from "./field-path.js";
import { compileJodaFormat } from "./joda-format.js";
import { localToUtc, parseJodaZone, type JodaZone } from "./joda-zone.js";
import type { TimestampExtractor } from "./timestamp-extractor.js";

/** Chooses the directory of a record below its topic's. */
export interface Partitioner {
  /** Present where directories show a time: rotation by record time follows it. */
  readonly extractor: TimestampExtractor | null;
  /** True where every record of a Kafka partition has the same directory. */
  readonly isConstant: boolean;
  /**
   * The encoded partition of a record. `timeMs` is what the extractor said; 0 without one.
   * Throws ConnectError; one that `isReportable` may be sent to the dead letter queue.
   */
  encode(record: SinkRecord, kafkaPartition: number, timeMs: number): string;
}

export const defaultPartitioner: Partitioner = {
  extractor: null,
  isConstant: true,
  encode: (_record, kafkaPartition) => `partition=${kafkaPartition}`,
};

/** `name=value` for each field, in order. */
export function fieldPartitioner(fields: readonly string[], delimiter: string): Partitioner {
  return {
    extractor: null,
    isConstant: false,
    encode: ({ value: { value } }) => {
      if (!(value instanceof Struct)) throw partitionError("Error encoding partition.");
      return fields.map((field) => `${field}=${fieldText(value, field)}`).join(delimiter);
    },
  };
}

const ENCODABLE = new Set(["INT8", "INT16", "INT32", "INT64", "STRING", "BOOLEAN"]);

function fieldText(struct: Struct, path: string): string {
  const found = fatally(() => findField(struct, path));
  if (found === null) return "null";
  // The original fails with a ClassCastException for logical types, whatever is tolerated.
  if (found.value instanceof Date)
    throw new ConnectError("fatal", `Field '${path}' has a logical type, which cannot name a directory`);
  if (!ENCODABLE.has(found.field.schema.type)) throw partitionError("Error encoding partition.");
  return String(found.value);
}

/** A field that the schema lacks ends the task, whatever is tolerated. */
function fatally<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    throw new ConnectError("fatal", error.message, { javaClass: error.javaClass });
  }
}

export interface TimePathOptions {
  /** Length of a time bucket. */
  readonly durationMs: number;
  readonly pathFormat: string;
  readonly locale: string;
  readonly timezone: string;
  readonly delimiter: string;
  readonly extractor: TimestampExtractor;
}

/** Directories by time. Throws ConnectError `config` with the texts of the original's task start. */
export function timeBasedPartitioner(options: TimePathOptions): Partitioner {
  const { durationMs, extractor, delimiter } = options;
  checkTimePath(options);
  const zone = parseJodaZone(options.timezone);
  const pattern = options.pathFormat.endsWith(delimiter)
    ? options.pathFormat.slice(0, -delimiter.length)
    : options.pathFormat;
  const print = compilePath(pattern, zone, options.locale);
  let lastBucket = Number.NaN;
  let lastText = "";
  return {
    extractor,
    isConstant: false,
    encode: (_record, _kafkaPartition, timeMs) => {
      if (durationMs === 0)
        throw new ConnectError("fatal", "/ by zero", { javaClass: "java.lang.ArithmeticException" });
      const bucket = Math.trunc((timeMs + zone.offsetMs(timeMs)) / durationMs) * durationMs;
      if (bucket !== lastBucket) {
        lastText = print(localToUtc(zone, bucket));
        lastBucket = bucket;
      }
      return lastText;
    },
  };
}

function checkTimePath({ durationMs, pathFormat, locale, timezone, delimiter }: TimePathOptions): void {
  const check = (ok: boolean, key: string, value: string | number, problem: string): void => {
    if (!ok) throw new ConnectError("config", `Invalid value ${value} for configuration ${key}: ${problem}`);
  };
  check(durationMs >= 0, "partition.duration.ms", durationMs, "Partition duration needs to be a positive.");
  check(
    pathFormat.trim() !== "" && pathFormat !== delimiter,
    "path.format",
    pathFormat,
    "Path format cannot be empty.",
  );
  check(locale.trim() !== "", "locale", locale, "Locale cannot be empty.");
  check(timezone.trim() !== "", "timezone", timezone, "Timezone cannot be empty.");
}

function compilePath(pattern: string, zone: JodaZone, locale: string): (utcMs: number) => string {
  try {
    return compileJodaFormat(pattern, zone, locale);
  } catch (error) {
    throw new ConnectError(
      "config",
      `Invalid value ${pattern} for configuration path.format: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
