import {
  ConnectError,
  defineConfig,
  parseConfig,
  Schema,
  Struct,
  type Plugin,
  type SchemaType,
  type SinkRecord,
  type Transformation,
  type Verdict,
} from "../api/index.js";
import { castValue } from "./cast-value.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue, ownMap, requireStruct } from "./requirements.js";
import { checkedDefault, SchemaCache, structLike } from "./schema-update.js";

const OUTPUT_TYPES = ["INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64", "BOOLEAN", "STRING"];
const OTHER_TYPES = ["ARRAY", "MAP", "STRUCT", "BYTES"];

const CONFIG = defineConfig({
  spec: {
    type: "LIST",
    validator: checkSpec,
    importance: "HIGH",
    doc: "What becomes which type: field:type pairs, or one type for the whole value.",
  },
  ...REPLACE_NULL,
});

/** Types by field name, or one for the whole value. */
interface Casts {
  readonly fields: ReadonlyMap<string, SchemaType>;
  readonly whole: SchemaType | null;
}

function checkSpec(value: unknown): Verdict {
  const mappings = value as readonly string[] | null;
  if (mappings === null || mappings.length === 0) return { text: "Must specify at least one field to cast." };
  const casts = parseSpec(mappings);
  return typeof casts === "string" ? { text: casts } : null;
}

/** The casts, or Connect's text for what is wrong. */
function parseSpec(mappings: readonly string[]): Casts | string {
  const fields = new Map<string, SchemaType>();
  let whole: SchemaType | null = null;
  for (const mapping of mappings) {
    const parts = mapping.replace(/:+$/, "").split(":");
    if (parts.length > 2)
      return `Invalid value [${mappings.join(", ")}] for configuration renames: Invalid rename mapping: ${mapping}`;
    const name = parts.at(-1)!.trim();
    const type = name.toUpperCase();
    if (!OUTPUT_TYPES.includes(type)) {
      if (OTHER_TYPES.includes(type))
        return `Cast transformation does not support casting to ${type}; supported types are [${OUTPUT_TYPES.join(", ")}]`;
      // Connect hands the cause on as the value.
      const cause = `java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type.${type}`;
      return `Invalid value ${cause} for configuration Invalid type found in casting spec: ${name}`;
    }
    if (parts.length === 1) whole = type as SchemaType;
    else fields.set(parts[0]!.trim(), type as SchemaType);
  }
  if (whole !== null && mappings.length > 1)
    return "Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec";
  return { fields, whole };
}

class Cast implements Transformation {
  #casts: Casts = { fields: new Map(), whole: null };
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) => this.#updated(schema));

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#casts = parseSpec(values.spec) as Casts;
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const taken = this.side.take(record);
    const { schema, value } = taken;
    const { whole, fields } = this.#casts;
    if (value === null) return record;
    if (whole !== null) {
      const updated = schema === null ? null : this.#schemas.get(schema);
      return this.side.replace(record, updated, castValue(schema, value, whole));
    }
    if (schema === null) {
      const result = ownMap(taken, "cast types");
      for (const [name, type] of fields) result.set(name, castValue(null, result.get(name) ?? null, type));
      return this.side.replace(record, null, result);
    }
    const updated = this.#schemas.get(schema);
    return this.side.replace(record, updated, this.#struct(requireStruct(value, "cast types", schema), updated));
  }

  #struct(source: Struct, updated: Schema): Struct {
    const values = source.schema.fields.map((field) => {
      const value = fieldValue(source, field, this.#withDefaults);
      const type = this.#casts.fields.get(field.name);
      return type === undefined ? value : castValue(field.schema, value, type);
    });
    return new Struct(updated, values);
  }

  #updated(schema: Schema): Schema {
    const { whole, fields } = this.#casts;
    if (whole !== null) {
      const { name, version, doc, parameters } = schema;
      return withDefault(
        new Schema(whole, { name, version, doc, parameters, optional: schema.optional }),
        schema,
        whole,
      );
    }
    if (schema.type !== "STRUCT") throw new ConnectError("data", "Cannot list fields on non-struct type");
    const updated = structLike(
      schema,
      schema.fields.map((field) => {
        const type = fields.get(field.name);
        if (type === undefined) return { name: field.name, schema: field.schema };
        const cast = new Schema(type, { optional: field.schema.optional });
        return { name: field.name, schema: withDefault(cast, field.schema, type) };
      }),
    ).with({ optional: schema.optional });
    const { defaultValue } = schema;
    return defaultValue instanceof Struct
      ? updated.with({ defaultValue: this.#struct(defaultValue, updated) })
      : updated;
  }
}

function withDefault(cast: Schema, source: Schema, type: SchemaType): Schema {
  const { defaultValue } = source;
  if (defaultValue === undefined || defaultValue === null) return cast;
  return checkedDefault(cast, castValue(source, defaultValue, type));
}

export const castPlugins: readonly Plugin[] = sidedPlugins("Cast", CONFIG, (side) => new Cast(side));
