import {
  ConnectError,
  defineConfig,
  oneOf,
  parseConfig,
  Struct,
  type Header,
  type Plugin,
  type Schema,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue, nonEmptyList, nullPointer, requireMap, requireStruct } from "./requirements.js";
import { copyFields, SchemaCache, structLike } from "./schema-update.js";

const CONFIG = defineConfig({
  fields: { type: "LIST", validator: nonEmptyList, importance: "HIGH", doc: "Fields that are moved or copied." },
  headers: {
    type: "LIST",
    validator: nonEmptyList,
    importance: "HIGH",
    doc: "Header names, in the order of the fields.",
  },
  operation: {
    type: "STRING",
    validator: oneOf("move", "copy"),
    importance: "HIGH",
    doc: "move: the fields are removed from the key or value; copy: they stay.",
  },
  ...REPLACE_NULL,
});

class HeaderFrom implements Transformation {
  #fields: readonly string[] = [];
  #headers: readonly string[] = [];
  #operation = "copy";
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) =>
    structLike(schema, copyFields(schema.fields.filter((field) => !this.#fields.includes(field.name)))),
  );

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    this.#fields = values.fields;
    this.#headers = values.headers;
    if (this.#fields.length !== this.#headers.length)
      throw new ConnectError("config", "'fields' config must have the same number of elements as 'headers' config.");
    this.#operation = values.operation;
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const { schema, value } = this.side.of(record);
    const purpose = `header ${this.#operation}`;
    return schema === null
      ? this.#applySchemaless(record, new Map(requireMap(value, purpose)))
      : this.#applyWithSchema(record, schema, requireStruct(value, purpose, schema));
  }

  #applySchemaless(record: SinkRecord, fields: Map<string, unknown>): SinkRecord {
    const source = new Map(fields);
    const added = this.#fields.map((name, index) => {
      if (this.#operation === "move") fields.delete(name);
      return { key: this.#headers[index]!, schema: null, value: source.get(name) ?? null };
    });
    return this.#withHeaders(this.side.replace(record, null, fields), added);
  }

  #applyWithSchema(record: SinkRecord, schema: Schema, struct: Struct): SinkRecord {
    let updated = record;
    if (this.#operation === "move") {
      const moved = this.#schemas.get(schema);
      const values = moved.fields.map((field) =>
        fieldValue(struct, struct.schema.field(field.name)!, this.#withDefaults),
      );
      updated = this.side.replace(record, moved, new Struct(moved, values));
    }
    const added = this.#fields.map((name, index) => {
      const field = schema.field(name);
      if (field === undefined)
        throw nullPointer(
          'Cannot invoke "org.apache.kafka.connect.data.Field.schema()" because the return value of "org.apache.kafka.connect.data.Schema.field(String)" is null',
        );
      const value = fieldValue(struct, field, this.#withDefaults);
      if (value === null && !field.schema.optional)
        throw new ConnectError("data", `A null value requires an optional schema but was ${field.schema.toString()}`);
      return { key: this.#headers[index]!, schema: field.schema, value };
    });
    return this.#withHeaders(updated, added);
  }

  #withHeaders(record: SinkRecord, added: readonly Header[]): SinkRecord {
    return record.with({ headers: { all: [...record.headers.all, ...added] } });
  }
}

export const headerFromPlugins: readonly Plugin[] = sidedPlugins("HeaderFrom", CONFIG, (side) => new HeaderFrom(side));
