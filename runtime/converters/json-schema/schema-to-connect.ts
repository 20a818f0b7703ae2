import { ConnectError, javaToString, Schema, type SchemaType } from "../../api/index.js";
import { readJson } from "./json-schema-data.js";
import { ENUM, ENUM_PARAMETER, ID, ONE_OF, UNION_PARAMETER } from "./names.js";
import type { SchemaModel, SchemaNode } from "./schema-model.js";

/** The Connect schema of a JSON Schema, as `JsonSchemaData.toConnectSchema` makes it (schema registry 7.9). */

export interface ToConnectOptions {
  /** `use.optional.for.nonrequired` */
  readonly optionalForNonRequired: boolean;
  /** `generalized.sum.type.support` */
  readonly generalizedSumTypes: boolean;
}

/** `version` is the registry's, used where the schema says none itself; null for none. Throws ConnectError `data`. */
export function connectSchemaOf(model: SchemaModel, options: ToConnectOptions, version: number | null): Schema {
  return new Conversion(options).convert(model, { version, optional: false });
}

interface Context {
  readonly version: number | null;
  readonly optional: boolean;
}

type Fields = readonly { readonly name: string; readonly schema: Schema }[];
type ModelOf<K extends SchemaModel["kind"]> = Extract<SchemaModel, { readonly kind: K }>;

/** A struct that was met: made, or being made. */
interface MetStruct {
  readonly parameters: Map<string, string>;
  base: Schema | null;
  fields: Fields | null;
}

const PLAIN: Context = { version: null, optional: false };

const NUMBERS: Readonly<Record<string, SchemaType>> = {
  int8: "INT8",
  int16: "INT16",
  int32: "INT32",
  int64: "INT64",
  float32: "FLOAT32",
  float64: "FLOAT64",
  bytes: "BYTES",
};

class Conversion {
  private readonly met = new Map<SchemaModel, MetStruct>();
  private ids = 0;
  private unions = 0;

  constructor(private readonly options: ToConnectOptions) {}

  convert(model: SchemaModel, context: Context): Schema {
    switch (model.kind) {
      case "boolean":
        return described(new Schema("BOOLEAN"), model.node, context);
      case "number": {
        const type = model.node.get("connect.type");
        const connectType = typeof type === "string" ? NUMBERS[type] : model.integer ? "INT64" : "FLOAT64";
        if (connectType === undefined) throw new ConnectError("data", `Unsupported type ${String(type)}`);
        return described(new Schema(connectType), model.node, context);
      }
      case "string":
        return described(
          new Schema(model.node.get("connect.type") === "bytes" ? "BYTES" : "STRING"),
          model.node,
          context,
        );
      case "enum":
        return described(new Schema("STRING", { parameters: this.enumParameters(model.values) }), model.node, context);
      case "array":
        return described(this.array(model), model.node, context);
      case "object":
        return model.node.get("connect.type") === "map"
          ? described(this.map(model.additional), model.node, context)
          : this.struct(model, model.node, context, () => this.objectFields(model));
      case "combined":
        return model.of === "all" ? this.all(model, context) : this.union(model, context);
      case "reference":
        return this.referenced(model.target(), context);
      default:
        throw new ConnectError("data", `Unsupported schema type ${EVERIT_CLASSES[model.kind]}`);
    }
  }

  private enumParameters(values: readonly unknown[]): Map<string, string> {
    const name = this.options.generalizedSumTypes ? ENUM_PARAMETER : ENUM;
    const parameters = new Map([[name, ""]]);
    for (const [index, value] of values.entries()) {
      const symbol = value === null ? "<NULL>" : javaToString(value);
      parameters.set(`${name}.${symbol}`, this.options.generalizedSumTypes ? String(index) : symbol);
    }
    return parameters;
  }

  private array({ items, node }: ModelOf<"array">): Schema {
    if (items === null) throw new ConnectError("data", "Array schema did not specify the items type");
    if (node.get("connect.type") !== "map" || items.kind !== "object")
      return new Schema("ARRAY", { valueSchema: this.convert(items, PLAIN) });
    const [key, value] = [items.properties.get("key"), items.properties.get("value")];
    if (key === undefined || value === undefined)
      throw new ConnectError("data", "Map entries must have a key and a value");
    return new Schema("MAP", { keySchema: this.convert(key, PLAIN), valueSchema: this.convert(value, PLAIN) });
  }

  private map(additional: SchemaModel | null): Schema {
    if (additional === null) throw new ConnectError("data", "valueSchema cannot be null.");
    return new Schema("MAP", { keySchema: new Schema("STRING"), valueSchema: this.convert(additional, PLAIN) });
  }

  /** By `connect.index`; what has none takes the number of those before it. */
  private objectFields({ properties, required }: ModelOf<"object">): Fields {
    const byIndex = new Map<number, readonly [string, SchemaModel]>();
    for (const entry of properties) {
      const index = entry[1].node.get("connect.index");
      byIndex.set(typeof index === "number" ? index : byIndex.size, entry);
    }
    const sorted = [...byIndex].sort(([a], [b]) => a - b);
    return sorted.map(([, [name, model]]) => this.field(name, model, required.has(name)));
  }

  private field(name: string, model: SchemaModel, isRequired: boolean): { name: string; schema: Schema } {
    const optional = this.options.optionalForNonRequired && !isRequired;
    return { name, schema: this.convert(model, { version: null, optional }) };
  }

  /** A struct may hold itself, so it is known before its fields are. */
  private struct(model: SchemaModel, node: SchemaNode, context: Context, fieldsOf: () => Fields): Schema {
    const met: MetStruct = { parameters: new Map(), base: null, fields: null };
    this.met.set(model, met);
    met.base = described(new Schema("STRUCT", { fields: [] }), withoutDefault(node), PLAIN);
    const fields = fieldsOf();
    met.fields = fields;
    const isRecursive = met.parameters.size > 0;
    const parameters = isRecursive ? { parameters: met.parameters } : {};
    return described(
      new Schema("STRUCT", { fields: isRecursive ? () => fields : fields, ...parameters }),
      node,
      context,
    );
  }

  private referenced(target: SchemaModel, context: Context): Schema {
    const met = this.met.get(target);
    if (met?.base == null) return this.convert(target, context);
    met.parameters.set(ID, `#id${++this.ids}`);
    const parameters = new Map([...(met.base.parameters ?? []), ...met.parameters]);
    const fields = met.fields ?? ((): Fields => met.fields ?? []);
    return met.base.with({ parameters, optional: context.optional, fields });
  }

  private union(model: ModelOf<"combined">, context: Context): Schema {
    const generalized = this.options.generalizedSumTypes;
    const name = generalized ? `connect_union_${this.unions++}` : ONE_OF;
    const values = model.parts.filter((part) => part.kind !== "null");
    const [only] = values;
    if (model.parts.length === 2 && values.length === 1 && only !== undefined)
      return this.convert(only, { version: context.version, optional: true });
    const prefix = generalized ? "connect_union_field_" : `${ONE_OF}.field.`;
    const fields = values.map((part, index) => ({
      name: `${prefix}${index}`,
      schema: this.convert(part, { version: null, optional: true }),
    }));
    const optional = context.optional || values.length < model.parts.length;
    const parameters = generalized ? { parameters: new Map([[UNION_PARAMETER, name]]) } : {};
    return described(new Schema("STRUCT", { name, fields, ...parameters }), model.node, { ...context, optional });
  }

  private all(model: ModelOf<"combined">, context: Context): Schema {
    const properties = new Map<string, { readonly model: SchemaModel; readonly isRequired: boolean }>();
    for (const part of model.parts) collectProperties(part, properties, new Set());
    if (properties.size > 0) {
      const fields = (): Fields =>
        [...properties].map(([name, property]) => this.field(name, property.model, property.isRequired));
      return this.struct(model, new Map(), { version: null, optional: context.optional }, fields);
    }
    const chosen = choosePart(model.parts);
    if (chosen === undefined) throw new ConnectError("data", "Unsupported criterion allOf");
    return this.convert(chosen, context);
  }
}

const EVERIT_CLASSES = {
  null: "org.everit.json.schema.NullSchema",
  const: "org.everit.json.schema.ConstSchema",
  empty: "org.everit.json.schema.EmptySchema",
  not: "org.everit.json.schema.NotSchema",
} as const;

/** The part of an `allOf` without properties that says the type. */
function choosePart(parts: readonly SchemaModel[]): SchemaModel | undefined {
  const last = (kind: SchemaModel["kind"]): SchemaModel | undefined => parts.findLast((part) => part.kind === kind);
  const [combined, text, number] = [last("combined"), last("string"), last("number")];
  if (combined !== undefined) return combined;
  if (last("const") !== undefined) return text ?? number;
  const symbols = last("enum");
  if (symbols !== undefined) return text === undefined ? number : symbols;
  if (text?.kind === "string" && text.hasFormat) return number ?? text;
  return last("reference");
}

function collectProperties(
  model: SchemaModel,
  properties: Map<string, { readonly model: SchemaModel; readonly isRequired: boolean }>,
  visited: Set<SchemaModel>,
): void {
  if (visited.has(model)) return;
  visited.add(model);
  if (model.kind === "combined" && model.of === "all")
    for (const part of model.parts) collectProperties(part, properties, visited);
  else if (model.kind === "object")
    for (const [name, property] of model.properties)
      properties.set(name, { model: property, isRequired: model.required.has(name) });
  else if (model.kind === "reference") collectProperties(model.target(), properties, visited);
}

function withoutDefault(node: SchemaNode): SchemaNode {
  return new Map([...node].filter(([keyword]) => keyword !== "default"));
}

/** Adds name, version, doc, parameters and default of the JSON Schema. */
function described(schema: Schema, node: SchemaNode, { version, optional }: Context): Schema {
  const title = node.get("title");
  const own = node.get("connect.version");
  const description = node.get("description");
  const given = node.get("connect.parameters");
  const parameters = new Map(schema.parameters ?? []);
  if (given instanceof Map) for (const [key, value] of given) parameters.set(String(key), String(value));
  const bare = schema.with({
    name: schema.name ?? (typeof title === "string" ? title : null),
    version: typeof own === "number" ? own : version,
    doc: typeof description === "string" ? description : null,
    parameters: parameters.size === 0 ? null : parameters,
  });
  // A default must fit the schema while that is not optional yet.
  const defaultValue = node.has("default") ? readJson(bare, node.get("default")) : null;
  return bare.with({ optional, ...(defaultValue === null ? {} : { defaultValue }) });
}
