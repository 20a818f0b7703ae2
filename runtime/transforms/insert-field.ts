import {
  ConnectError,
  defineConfig,
  msToTimestamp,
  parseConfig,
  Schema,
  Struct,
  timestampSchema,
  type ConfigKey,
  type Plugin,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";
import { REPLACE_NULL, sidedPlugins, type Side } from "./plugin.js";
import { fieldValue, ownMap, requireStruct } from "./requirements.js";
import { copyFields, SchemaCache, structLike } from "./schema-update.js";

const OPTIONALITY = "A name with ! at its end is a required field; with ? or without either it is optional.";

const nameOf = (what: string) =>
  ({
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: `Field for ${what}. ${OPTIONALITY}`,
  }) as const satisfies ConfigKey;

const CONFIG = defineConfig({
  "topic.field": nameOf("the topic"),
  "partition.field": nameOf("the partition"),
  "offset.field": nameOf("the offset"),
  "timestamp.field": nameOf("the record's timestamp"),
  "static.field": nameOf("a fixed text"),
  "static.value": { type: "STRING", default: null, importance: "MEDIUM", doc: "The fixed text of static.field." },
  ...REPLACE_NULL,
});

/** A field that is inserted. */
interface Insertion {
  readonly name: string;
  readonly schema: Schema;
  /** Null where the record has none: the field is left out. */
  readonly valueOf: (record: SinkRecord, withSchema: boolean) => unknown;
}

class InsertField implements Transformation {
  #insertions: readonly Insertion[] = [];
  #withDefaults = true;
  readonly #schemas = new SchemaCache((schema) =>
    structLike(schema, [
      ...copyFields(schema.fields),
      ...this.#insertions.map(({ name, schema: type }) => ({ name, schema: type })),
    ]),
  );

  constructor(private readonly side: Side) {}

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(CONFIG, config);
    const text = values["static.value"];
    const make = (spec: string | null, type: Schema, valueOf: Insertion["valueOf"]): Insertion[] =>
      spec === null
        ? []
        : [{ name: spec.replace(/[?!]$/, ""), schema: type.with({ optional: !spec.endsWith("!") }), valueOf }];
    this.#insertions = [
      ...make(values["topic.field"], new Schema("STRING"), (record) => record.topic),
      ...make(values["partition.field"], new Schema("INT32"), (record) => record.partition),
      ...make(values["offset.field"], new Schema("INT64"), (record) => record.offset),
      ...make(values["timestamp.field"], timestampSchema(), timestampOf),
      ...make(values["static.field"], new Schema("STRING"), () => text),
    ];
    if (this.#insertions.length === 0) throw new ConnectError("config", "No field insertion configured");
    if (values["static.field"] !== null && text === null)
      throw new ConnectError(
        "config",
        `Invalid value null for configuration static.value: No value specified for static field: ${values["static.field"]}`,
      );
    this.#withDefaults = values["replace.null.with.default"];
  }

  apply(record: SinkRecord): SinkRecord {
    const taken = this.side.take(record);
    const { schema, value } = taken;
    if (value === null) return record;
    if (schema === null) {
      const result = ownMap(taken, "field insertion");
      for (const { name, valueOf } of this.#insertions) {
        const inserted = valueOf(record, false);
        if (inserted !== null) result.set(name, inserted);
      }
      return this.side.replace(record, null, result);
    }
    const struct = requireStruct(value, "field insertion", schema);
    const updated = this.#schemas.get(struct.schema);
    const values = struct.schema.fields.map((field) => fieldValue(struct, field, this.#withDefaults));
    for (const { valueOf } of this.#insertions) values.push(valueOf(record, true));
    return this.side.replace(record, updated, new Struct(updated, values));
  }
}

function timestampOf({ timestampMs }: SinkRecord, withSchema: boolean): unknown {
  return timestampMs === null || !withSchema ? timestampMs : msToTimestamp(timestampMs);
}

export const insertFieldPlugins: readonly Plugin[] = sidedPlugins(
  "InsertField",
  CONFIG,
  (side) => new InsertField(side),
);
