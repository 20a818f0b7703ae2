import {
  ConnectError,
  DATE,
  defineConfig,
  javaClassName,
  JavaDateFormat,
  oneOf,
  parseConfig,
  Struct,
  TIME,
  TIMESTAMP,
  type Plugin,
  type Schema,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue, ownMap, requireStruct } from "./requirements.js";
import { SchemaCache, structLike } from "./schema-update.js";
import {
  readTimestamp,
  targetSchema,
  writeTimestamp,
  type TimestampOptions,
  type TimestampType,
} from "./timestamp-types.js";

const CONFIG = defineConfig({
  field: { type: "STRING", default: "", importance: "HIGH", doc: "Field with the timestamp; empty: the whole value." },
  "target.type": {
    type: "STRING",
    validator: oneOf("string", "unix", "Date", "Time", "Timestamp"),
    importance: "HIGH",
    doc: "What the timestamp becomes.",
  },
  format: {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Pattern of java.text.SimpleDateFormat for reading and writing strings, in UTC.",
  },
  "unix.precision": {
    type: "STRING",
    default: "milliseconds",
    validator: oneOf("nanoseconds", "microseconds", "milliseconds", "seconds"),
    importance: "LOW",
    doc: "Unit of unix timestamps, read and written.",
  },
  ...REPLACE_NULL,
});

class TimestampConverter implements Transformation {
  #field = "";
  #options: TimestampOptions = { target: "unix", format: null, pattern: "", precision: "milliseconds" };
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) => this.#updated(schema));

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#field = values.field;
    const target = values["target.type"] as TimestampType;
    const pattern = values.format;
    if (target === "string" && pattern.trim() === "")
      throw new ConnectError(
        "config",
        "TimestampConverter requires format option to be specified when using string timestamps",
      );
    const format = pattern.trim() === "" ? null : dateFormat(pattern);
    this.#options = { target, format, pattern, precision: values["unix.precision"] };
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const taken = this.side.take(record);
    const { schema, value } = taken;
    if (schema === null) {
      if (value === null || this.#field === "") return this.side.replace(record, null, this.#convert(null, value));
      const result = ownMap(taken, "converting timestamp formats");
      result.set(this.#field, this.#convert(null, result.get(this.#field) ?? null));
      return this.side.replace(record, null, result);
    }
    if (this.#field === "") {
      const updated = targetSchema(this.#options.target, schema.optional);
      return this.side.replace(record, updated, this.#convert(schema, value));
    }
    const struct = value === null ? null : requireStruct(value, "converting timestamp formats", schema);
    const updated = this.#schemas.get(schema);
    return this.side.replace(record, updated, struct === null ? null : this.#struct(struct, updated));
  }

  #struct(struct: Struct, updated: Schema): Struct {
    const values = struct.schema.fields.map((field) => {
      const value = fieldValue(struct, field, this.#withDefaults);
      return field.name === this.#field ? this.#convert(field.schema, value) : value;
    });
    return new Struct(updated, values);
  }

  #updated(schema: Schema): Schema {
    if (schema.type !== "STRUCT") throw new ConnectError("data", "Cannot list fields on non-struct type");
    const fields = schema.fields.map((field) => ({
      name: field.name,
      schema: field.name === this.#field ? targetSchema(this.#options.target, field.schema.optional) : field.schema,
    }));
    const updated = structLike(schema, fields).with({ optional: schema.optional });
    const { defaultValue } = schema;
    return defaultValue instanceof Struct
      ? updated.with({ defaultValue: this.#struct(defaultValue, updated) })
      : updated;
  }

  #convert(schema: Schema | null, value: unknown): unknown {
    const source = schema === null ? null : sourceType(schema);
    if (value === null) return null;
    return writeTimestamp(this.#options, readTimestamp(this.#options, source ?? inferType(value), schema, value));
  }
}

function dateFormat(pattern: string): JavaDateFormat {
  try {
    return new JavaDateFormat(pattern);
  } catch (cause) {
    // Connect hands the cause on as the value.
    throw new ConnectError(
      "config",
      `Invalid value java.lang.IllegalArgumentException: ${(cause as Error).message} for configuration TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: ${pattern}`,
      { cause },
    );
  }
}

function sourceType(schema: Schema): TimestampType {
  if (schema.name === TIMESTAMP) return "Timestamp";
  if (schema.name === DATE) return "Date";
  if (schema.name === TIME) return "Time";
  if (schema.type === "STRING") return "string";
  if (schema.type === "INT64") return "unix";
  throw new ConnectError("data", `Schema ${schema.toString()} does not correspond to a known timestamp type format`, {
    javaClass: "org.apache.kafka.connect.errors.ConnectException",
  });
}

function inferType(value: unknown): TimestampType {
  if (value instanceof Date) return "Timestamp";
  if (typeof value === "bigint" || Number.isInteger(value)) return "unix";
  if (typeof value === "string") return "string";
  throw new ConnectError(
    "data",
    `TimestampConverter does not support class ${javaClassName(value)} objects as timestamps`,
  );
}

export const timestampConverterPlugins: readonly Plugin[] = sidedPlugins(
  "TimestampConverter",
  CONFIG,
  (side) => new TimestampConverter(side),
);
