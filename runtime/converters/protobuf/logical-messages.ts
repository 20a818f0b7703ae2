import type { Field } from "protobufjs";
import {
  bigintFromBytes,
  ConnectError,
  dateSchema,
  Decimal,
  decimalSchema,
  msToTimestamp,
  timeSchema,
  timestampSchema,
  type Schema,
  type SchemaOptions,
} from "../../api/index.js";
import { fieldMeta } from "./field-meta.js";
import type { MessagePlan, RawMessage } from "./message-plan.js";

/** A message type that Connect has a logical type for. */
interface LogicalMessage {
  schema(field: Field, options: SchemaOptions): Schema;
  /** Throws ConnectError `data` out of the type's range. */
  read(message: RawMessage, plan: MessagePlan): unknown;
}

const NANOS_PER_MS = 1_000_000;
/** The years 1 to 9999. */
const SECONDS = { least: -62_135_596_800, most: 253_402_300_799 };

/** By full name, with a dot in front. */
export const LOGICAL_TYPES: ReadonlyMap<string, LogicalMessage> = new Map<string, LogicalMessage>([
  [
    ".confluent.type.Decimal",
    {
      schema: ({ parsedOptions }, options) => {
        const meta = fieldMeta(parsedOptions);
        const precision = integer(meta.get("precision"));
        const own = precision === null ? [] : [["connect.decimal.precision", String(precision)] as const];
        const parameters = new Map([...own, ...(options.parameters ?? [])]);
        return decimalSchema(integer(meta.get("scale")) ?? 0, { ...options, parameters });
      },
      read: (message, plan) => {
        const bytes = (valueOf(message, plan, "value") ?? new Uint8Array(0)) as Uint8Array;
        if (bytes.length === 0) throw new ConnectError("data", "Zero length BigInteger");
        return new Decimal(bigintFromBytes(bytes), numberOf(message, plan, "scale"));
      },
    },
  ],
  [
    ".google.type.Date",
    {
      schema: (_field, options) => dateSchema(options),
      read: (message, plan) => {
        const [year, month, day] = ["year", "month", "day"].map((name) => numberOf(message, plan, name)) as [
          number,
          number,
          number,
        ];
        const date = new Date(0);
        date.setUTCFullYear(year, month - 1, day);
        const isReal = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        if (!isReal) throw new ConnectError("data", "Invalid google.type.Date");
        return date;
      },
    },
  ],
  [
    ".google.type.TimeOfDay",
    {
      schema: (_field, options) => timeSchema(options),
      read: (message, plan) => {
        const [hours, minutes, seconds, nanos] = ["hours", "minutes", "seconds", "nanos"].map((name) =>
          numberOf(message, plan, name),
        ) as [number, number, number, number];
        const within = (value: number, limit: number): boolean => value >= 0 && value < limit;
        if (!within(hours, 24) || !within(minutes, 60) || !within(seconds, 60) || !within(nanos, 1e9))
          throw new ConnectError("data", "Invalid google.type.TimeOfDay");
        return new Date(((hours * 60 + minutes) * 60 + seconds) * 1000 + Math.floor(nanos / NANOS_PER_MS));
      },
    },
  ],
  [
    ".google.protobuf.Timestamp",
    {
      schema: (_field, options) => timestampSchema(options),
      read: (message, plan) => {
        const seconds = Number(valueOf(message, plan, "seconds") ?? 0);
        const nanos = numberOf(message, plan, "nanos");
        if (seconds < SECONDS.least || seconds > SECONDS.most || nanos < 0 || nanos >= 1e9) {
          throw new ConnectError(
            "data",
            `Timestamp is not valid. Seconds (${seconds}) or nanos (${nanos}) out of range`,
            {
              javaClass: "java.lang.IllegalArgumentException",
            },
          );
        }
        return msToTimestamp(seconds * 1000 + Math.floor(nanos / NANOS_PER_MS));
      },
    },
  ],
]);

function valueOf(message: RawMessage, plan: MessagePlan, name: string): unknown {
  const found = plan.fields.find(({ field }) => field.name === name);
  return found === undefined ? undefined : message[found.slot];
}

function numberOf(message: RawMessage, plan: MessagePlan, name: string): number {
  return Number(valueOf(message, plan, name) ?? 0);
}

function integer(text: string | undefined): number | null {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : null;
}
