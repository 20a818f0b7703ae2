import { defineConfig, parseConfig, Struct, type Plugin, type SinkRecord, type Transformation } from "../api/index.js";
import { sidedPlugins, type Side } from "./plugin.js";
import { plainStruct, SchemaCache } from "./schema-update.js";

const CONFIG = defineConfig({
  field: { type: "STRING", importance: "MEDIUM", doc: "Name of the one field of the new struct or map." },
});

class HoistField implements Transformation {
  #name = "";
  readonly #schemas = new SchemaCache((schema) => plainStruct([{ name: this.#name, schema }]));

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    this.#name = parseConfig(CONFIG, config).field;
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = this.side.of(record);
    if (schema === null) return this.side.replace(record, null, new Map([[this.#name, value]]));
    const updated = this.#schemas.get(schema);
    return this.side.replace(record, updated, new Struct(updated).put(this.#name, value));
  }
}

export const hoistFieldPlugins: readonly Plugin[] = sidedPlugins("HoistField", CONFIG, (side) => new HoistField(side));
