import {
  ConnectError,
  convertToNumber,
  Decimal,
  defineConfig,
  ExactNumber,
  javaClassName,
  nonEmptyString,
  parseConfig,
  Struct,
  type NumericType,
  type Plugin,
  type Schema,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue, nonEmptyList, ownMap, requireStruct } from "./requirements.js";

const CONFIG = defineConfig({
  fields: { type: "LIST", validator: nonEmptyList, importance: "HIGH", doc: "Fields to mask." },
  replacement: {
    type: "STRING",
    default: null,
    validator: nonEmptyString,
    importance: "LOW",
    doc: "Takes the place of numbers and texts; without it they become 0 and the empty text.",
  },
  ...REPLACE_NULL,
});

class MaskField implements Transformation {
  #fields: ReadonlySet<string> = new Set();
  #replacement: string | null = null;
  #withDefaults = true;

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#fields = new Set(values.fields);
    this.#replacement = values.replacement;
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const taken = this.side.take(record);
    const { schema, value } = taken;
    if (schema === null) {
      const result = ownMap(taken, "mask fields");
      for (const name of this.#fields) result.set(name, this.#mask(null, result.get(name) ?? null));
      return this.side.replace(record, null, result);
    }
    const struct = requireStruct(value, "mask fields", schema);
    const values = struct.schema.fields.map((field) => {
      const original = fieldValue(struct, field, this.#withDefaults);
      return this.#fields.has(field.name) ? this.#mask(field.schema, original) : original;
    });
    return this.side.replace(record, schema, new Struct(struct.schema, values));
  }

  #mask(schema: Schema | null, value: unknown): unknown {
    if (value === null) return null;
    return this.#replacement === null ? emptyValue(schema, value) : replacementFor(schema, value, this.#replacement);
  }
}

function emptyValue(schema: Schema | null, value: unknown): unknown {
  if (value instanceof Decimal) return new Decimal(0n, 0);
  if (value instanceof Date) return new Date(0);
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  switch (typeof value) {
    case "boolean":
      return false;
    case "string":
      return "";
    case "number":
    case "bigint":
      return schema === null && typeof value === "number" && !Number.isInteger(value) ? new ExactNumber("0.0") : 0;
    default:
      if (value instanceof ExactNumber) return new ExactNumber("0.0");
      throw new ConnectError("data", `Cannot mask value of type: class ${javaClassName(value, schema)}`);
  }
}

function replacementFor(schema: Schema | null, value: unknown, replacement: string): unknown {
  if (typeof value === "string") return replacement;
  if (value instanceof Decimal) {
    try {
      return Decimal.parse(replacement);
    } catch (cause) {
      throw new ConnectError("data", `Unable to convert ${replacement} (class java.lang.String) to number`, { cause });
    }
  }
  if (schema !== null && typeof value !== "boolean" && (typeof value === "number" || typeof value === "bigint"))
    return convertToNumber(schema.type as NumericType, null, replacement);
  if (value instanceof ExactNumber || (typeof value === "number" && !Number.isInteger(value))) {
    const number = convertToNumber("FLOAT64", null, replacement) as number;
    return Number.isInteger(number) ? new ExactNumber(`${String(number)}.0`) : number;
  }
  if (typeof value === "number" || typeof value === "bigint") return convertToNumber("INT64", null, replacement);
  throw new ConnectError(
    "data",
    `Cannot mask value of type class ${javaClassName(value, schema)} with custom replacement.`,
  );
}

export const maskFieldPlugins: readonly Plugin[] = sidedPlugins("MaskField", CONFIG, (side) => new MaskField(side));
