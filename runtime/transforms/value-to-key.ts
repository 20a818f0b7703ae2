import {
  ConnectError,
  defineConfig,
  EagerDatum,
  parseConfig,
  Struct,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { recordPlugin, REPLACE_NULL } from "./plugin.js";
import { fieldValue, nonEmptyList, requireMap, requireStruct } from "./requirements.js";
import { plainStruct, SchemaCache } from "./schema-update.js";

const CONFIG = defineConfig({
  fields: {
    type: "LIST",
    validator: nonEmptyList,
    importance: "HIGH",
    doc: "Fields of the value that become the key.",
  },
  ...REPLACE_NULL,
});

const PURPOSE = "copying fields from value to key";

class ValueToKey implements Transformation {
  #fields: readonly string[] = [];
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) =>
    plainStruct(
      this.#fields.map((name) => {
        const field = schema.field(name);
        if (field === undefined) throw new ConnectError("data", `Field does not exist: ${name}`);
        return { name, schema: field.schema };
      }),
    ),
  );

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#fields = values.fields;
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = record.value;
    if (schema === null) {
      const source = requireMap(value, PURPOSE);
      const key = new Map(this.#fields.map((name) => [name, source.get(name) ?? null]));
      return record.with({ key: new EagerDatum(null, key) });
    }
    const struct = requireStruct(value, PURPOSE, schema);
    const keySchema = this.#schemas.get(struct.schema);
    const values = keySchema.fields.map(({ name }) =>
      fieldValue(struct, struct.schema.field(name)!, this.#withDefaults),
    );
    return record.with({ key: new EagerDatum(keySchema, new Struct(keySchema, values)) });
  }
}

export const valueToKeyPlugin: Plugin = recordPlugin("ValueToKey", CONFIG, () => new ValueToKey());
