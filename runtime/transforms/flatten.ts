import {
  ConnectError,
  defineConfig,
  javaClassName,
  parseConfig,
  Struct,
  type Plugin,
  type Schema,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { sidedPlugins, type Side } from "./plugin.js";
import { requireMap, requireStruct, type Fields } from "./requirements.js";
import { SchemaCache, structLike, type NewFields } from "./schema-update.js";

const CONFIG = defineConfig({
  delimiter: {
    type: "STRING",
    default: ".",
    importance: "MEDIUM",
    doc: "Text between the names of which a field's new name is made.",
  },
});

const PURPOSE = "flattening";

class Flatten implements Transformation {
  #delimiter = ".";
  readonly #schemas = new SchemaCache((schema) => this.#updated(schema));

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    this.#delimiter = parseConfig(CONFIG, config).delimiter;
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = this.side.of(record);
    if (value === null) return record;
    if (schema === null) {
      const result = new Map<string, unknown>();
      this.#flattenMap(requireMap(value, PURPOSE), "", result);
      return this.side.replace(record, null, result);
    }
    const struct = requireStruct(value, PURPOSE, schema);
    const updated = this.#schemas.get(schema);
    const result = new Struct(updated);
    this.#flattenStruct(struct, "", result);
    return this.side.replace(record, updated, result);
  }

  #name(prefix: string, name: string): string {
    return prefix === "" ? name : prefix + this.#delimiter + name;
  }

  #flattenMap(source: Fields, prefix: string, result: Map<string, unknown>): void {
    for (const [key, value] of source) {
      const name = this.#name(prefix, key);
      if (value instanceof Map) this.#flattenMap(value as Fields, name, result);
      else if (value instanceof Struct)
        throw new ConnectError(
          "data",
          `Flatten transformation does not support class ${javaClassName(value)} for record without schemas (for field ${name}).`,
        );
      else result.set(name, value);
    }
  }

  #flattenStruct(source: Struct, prefix: string, result: Struct): void {
    for (const field of source.schema.fields) {
      const name = this.#name(prefix, field.name);
      if (field.schema.type !== "STRUCT") {
        result.put(name, source.get(field));
        continue;
      }
      // As in Connect, a missing struct's default does not count here.
      const nested = source.getWithoutDefault(field);
      if (nested !== null) this.#flattenStruct(nested as Struct, name, result);
    }
  }

  #updated(schema: Schema): Schema {
    const fields: NewFields = [];
    this.#addFields(schema, "", schema.optional, (schema.defaultValue ?? null) as Struct | null, fields);
    return structLike(schema, fields);
  }

  /** Fields below something optional are optional; the defaults of a struct count for its fields that have none. */
  #addFields(schema: Schema, prefix: string, optional: boolean, defaults: Struct | null, fields: NewFields): void {
    if (schema.type !== "STRUCT") throw new ConnectError("data", "Cannot list fields on non-struct type");
    for (const field of schema.fields) {
      const name = this.#name(prefix, field.name);
      const isOptional = optional || field.schema.optional;
      const defaultValue = field.schema.defaultValue ?? defaults?.get(field) ?? undefined;
      if (field.schema.type === "STRUCT")
        this.#addFields(field.schema, name, isOptional, (defaultValue ?? null) as Struct | null, fields);
      else if (field.schema.type === "MAP")
        throw new ConnectError(
          "data",
          `Flatten transformation does not support MAP for record with schemas (for field ${name}).`,
        );
      else fields.push({ name, schema: field.schema.with({ optional: isOptional, defaultValue }) });
    }
  }
}

export const flattenPlugins: readonly Plugin[] = sidedPlugins("Flatten", CONFIG, (side) => new Flatten(side));
