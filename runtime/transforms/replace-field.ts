import {
  ConnectError,
  defineConfig,
  parseConfig,
  Struct,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue, requireMap, requireStruct } from "./requirements.js";
import { SchemaCache, structLike } from "./schema-update.js";

const CONFIG = defineConfig({
  exclude: { type: "LIST", default: [], importance: "MEDIUM", doc: "Fields to leave out; wins over include." },
  include: { type: "LIST", default: [], importance: "MEDIUM", doc: "The only fields to keep; empty keeps all." },
  renames: {
    type: "LIST",
    default: [],
    validator: (value) => {
      const mappings = value as readonly string[];
      const wrong = mappings.find((mapping) => splitMapping(mapping) === null);
      if (wrong === undefined) return null;
      return `Invalid rename mapping: ${wrong}`;
    },
    importance: "MEDIUM",
    doc: "New names of fields, as old:new pairs.",
  },
  ...REPLACE_NULL,
});

/** Old and new name; null for what is no pair. Java's split drops empty parts at the end. */
function splitMapping(mapping: string): readonly [string, string] | null {
  const parts = mapping.replace(/:+$/, "").split(":");
  return parts.length === 2 ? [parts[0]!, parts[1]!] : null;
}

class ReplaceField implements Transformation {
  #exclude: ReadonlySet<string> = new Set();
  #include: ReadonlySet<string> = new Set();
  #renames: ReadonlyMap<string, string> = new Map();
  #oldNames: ReadonlyMap<string, string> = new Map();
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) =>
    structLike(
      schema,
      schema.fields
        .filter((field) => this.#keeps(field.name))
        .map((field) => ({ name: this.#renames.get(field.name) ?? field.name, schema: field.schema })),
    ),
  );

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#exclude = new Set(values.exclude);
    this.#include = new Set(values.include);
    this.#renames = new Map(values.renames.map((mapping) => splitMapping(mapping)!));
    this.#oldNames = new Map(Array.from(this.#renames, ([from, to]) => [to, from]));
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = this.side.of(record);
    if (value === null) return record;
    if (schema === null) {
      const result = new Map<string, unknown>();
      for (const [name, item] of requireMap(value, "field replacement"))
        if (this.#keeps(name)) result.set(this.#renames.get(name) ?? name, item);
      return this.side.replace(record, null, result);
    }
    const struct = requireStruct(value, "field replacement", schema);
    const updated = this.#schemas.get(struct.schema);
    const values = updated.fields.map(({ name }) => {
      const oldName = this.#oldNames.get(name) ?? name;
      const field = struct.schema.field(oldName);
      if (field === undefined) throw new ConnectError("data", `${oldName} is not a valid field name`);
      return fieldValue(struct, field, this.#withDefaults);
    });
    return this.side.replace(record, updated, new Struct(updated, values));
  }

  #keeps(name: string): boolean {
    return !this.#exclude.has(name) && (this.#include.size === 0 || this.#include.has(name));
  }
}

export const replaceFieldPlugins: readonly Plugin[] = sidedPlugins(
  "ReplaceField",
  CONFIG,
  (side) => new ReplaceField(side),
);
