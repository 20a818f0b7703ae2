import {
  defineConfig,
  EagerDatum,
  type ConfigDef,
  type Datum,
  type Plugin,
  type Predicate,
  type Schema,
  type SinkRecord,
  type Transformation,
} from "../api/index.js";

const PACKAGE = "org.apache.kafka.connect.transforms";

/** Version that Connect's own plug-ins report. */
const CONNECT_VERSION = "4.1.1";

/** A schema and value; `isOwn` where nobody else has them, so that they may be changed. */
export interface Taken {
  readonly schema: Schema | null;
  readonly value: unknown;
  readonly isOwn: boolean;
}

/** The side of a record on which a `$Key` or `$Value` transformation works. */
export class Side {
  readonly #name: "key" | "value";

  constructor(name: "key" | "value") {
    this.#name = name;
  }

  of(record: SinkRecord): Datum {
    return record[this.#name];
  }

  /** What {@link of} gives, for a transformation that makes another record of it. */
  take(record: SinkRecord): Taken {
    const datum = this.of(record);
    const fresh = datum.fresh?.() ?? null;
    const { schema, value } = fresh ?? datum;
    return { schema, value, isOwn: fresh !== null };
  }

  /** The record with another key or value; a null schema and value are Kafka's null. */
  replace(record: SinkRecord, schema: Schema | null, value: unknown): SinkRecord {
    const datum = new EagerDatum(schema, value);
    return record.with(this.#name === "key" ? { key: datum } : { value: datum });
  }
}

/** The two plug-ins of a transformation that works on keys or on values. */
export function sidedPlugins(name: string, configDef: ConfigDef, create: (side: Side) => Transformation): Plugin[] {
  const plugin = (suffix: string, side: Side): Plugin => ({
    kind: "transformation",
    className: `${PACKAGE}.${name}$${suffix}`,
    version: CONNECT_VERSION,
    configDef,
    create: () => create(side),
  });
  return [plugin("Key", new Side("key")), plugin("Value", new Side("value"))];
}

/** The plug-in of a transformation that works on the record. */
export function recordPlugin(name: string, configDef: ConfigDef, create: () => Transformation): Plugin {
  return { kind: "transformation", className: `${PACKAGE}.${name}`, version: CONNECT_VERSION, configDef, create };
}

export function predicatePlugin(name: string, configDef: ConfigDef, create: () => Predicate): Plugin {
  return { kind: "predicate", className: `${PACKAGE}.predicates.${name}`, version: CONNECT_VERSION, configDef, create };
}

/** The key that many transformations share. */
export const REPLACE_NULL = defineConfig({
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a null is replaced by the default of its field.",
  },
});
