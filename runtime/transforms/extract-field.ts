import {
  ConnectError,
  defineConfig,
  parseConfig,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { FIELD_SYNTAX, FieldPath } from "./field-path.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { requireMap, requireStruct } from "./requirements.js";

const CONFIG = defineConfig({
  field: { type: "STRING", importance: "MEDIUM", doc: "The field whose value becomes the key or value." },
  ...REPLACE_NULL,
  ...FIELD_SYNTAX,
});

const PURPOSE = "field extraction";

class ExtractField implements Transformation {
  #name = "";
  #path = new FieldPath("", "V1");
  #withDefaults = true;

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#name = values.field;
    this.#path = new FieldPath(values.field, values["field.syntax.version"]);
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = this.side.of(record);
    if (schema === null) {
      const extracted = value === null ? null : this.#path.valueOfMap(requireMap(value, PURPOSE));
      return this.side.replace(record, null, extracted);
    }
    const struct = value === null ? null : requireStruct(value, PURPOSE, schema);
    const field = this.#path.fieldOf(schema);
    if (field === null)
      throw new ConnectError("data", `Unknown field: ${this.#name}`, {
        javaClass: "java.lang.IllegalArgumentException",
      });
    const extracted = struct === null ? null : this.#path.valueOfStruct(struct, this.#withDefaults);
    return this.side.replace(record, field.schema, extracted);
  }
}

export const extractFieldPlugins: readonly Plugin[] = sidedPlugins(
  "ExtractField",
  CONFIG,
  (side) => new ExtractField(side),
);
