import {
  ConnectError,
  defineConfig,
  parseConfig,
  Struct,
  type Plugin,
  type SchemaOptions,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue } from "./requirements.js";
import { SchemaCache } from "./schema-update.js";

const CONFIG = defineConfig({
  "schema.name": { type: "STRING", default: null, importance: "HIGH", doc: "New name of the schema." },
  "schema.version": { type: "INT", default: null, importance: "HIGH", doc: "New version of the schema." },
  ...REPLACE_NULL,
});

class SetSchemaMetadata implements Transformation {
  #changes: SchemaOptions = {};
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) => schema.with(this.#changes));

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    const name = values["schema.name"];
    const version = values["schema.version"];
    if (name === null && version === null)
      throw new ConnectError("config", "Neither schema name nor version configured");
    this.#changes = { ...(name === null ? {} : { name }), ...(version === null ? {} : { version }) };
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = this.side.of(record);
    if (schema === null) {
      if (value === null) return record;
      throw new ConnectError("data", "Schema required for [updating schema metadata]");
    }
    // Connect 4.1 asks the schema for its fields whatever its type is.
    if (schema.type !== "STRUCT") throw new ConnectError("data", "Cannot list fields on non-struct type");
    const updated = this.#schemas.get(schema);
    if (!(value instanceof Struct)) return this.side.replace(record, updated, value);
    const values = updated.fields.map((field) => fieldValue(value, field, this.#withDefaults));
    return this.side.replace(record, updated, new Struct(updated, values));
  }
}

export const setSchemaMetadataPlugins: readonly Plugin[] = sidedPlugins(
  "SetSchemaMetadata",
  CONFIG,
  (side) => new SetSchemaMetadata(side),
);
