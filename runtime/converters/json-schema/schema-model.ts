import { ConnectError, inHashMapOrder } from "../../api/index.js";

/** An object of a JSON Schema, as `parseJson` gives it. */
export type SchemaNode = ReadonlyMap<string, unknown>;

/**
 * A JSON Schema as everit-org/json-schema, on which Confluent's converter builds, sees it: one kind a schema; keywords of several
 * kinds side by side are an `all` of them.
 */
export type SchemaModel = { readonly node: SchemaNode } & (
  | { readonly kind: "boolean" | "null" | "const" | "empty" | "not" }
  | { readonly kind: "number"; readonly integer: boolean }
  | { readonly kind: "string"; readonly hasFormat: boolean }
  | { readonly kind: "enum"; readonly values: readonly unknown[] }
  | { readonly kind: "array"; readonly items: SchemaModel | null }
  | {
      readonly kind: "object";
      readonly properties: ReadonlyMap<string, SchemaModel>;
      readonly required: ReadonlySet<string>;
      readonly additional: SchemaModel | null;
    }
  | { readonly kind: "combined"; readonly of: "all" | "any" | "one"; readonly parts: readonly SchemaModel[] }
  | { readonly kind: "reference"; readonly target: () => SchemaModel }
);

/** Gives the schema that `reference` means at `node`. Throws ConnectError `data` where there is none. */
export type ResolveReference = (reference: string, node: SchemaNode) => unknown;

const KEYWORDS = {
  string: ["minLength", "maxLength", "pattern", "format"],
  array: ["items", "additionalItems", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"],
  object: [
    ...["properties", "required", "minProperties", "maxProperties", "dependencies", "patternProperties"],
    ...["additionalProperties", "propertyNames"],
  ],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
} as const;

const EMPTY: SchemaNode = new Map();
/** Deeper schemas are broken or hostile. */
const MAX_DEPTH = 200;

/** Models of one document and those it refers to. The same node always gives the same model. */
export class SchemaModels {
  private readonly known = new Map<unknown, SchemaModel>();
  private depth = 0;

  constructor(private readonly resolve: ResolveReference) {}

  of(schema: unknown): SchemaModel {
    if (!(schema instanceof Map)) {
      if (typeof schema !== "boolean") throw new ConnectError("data", "A JSON Schema must be an object or a boolean");
      return { kind: schema ? "empty" : "not", node: EMPTY };
    }
    const found = this.known.get(schema);
    if (found !== undefined) return found;
    if (++this.depth > MAX_DEPTH) throw new ConnectError("data", "The JSON Schema is nested too deeply");
    const model = this.build(schema as SchemaNode);
    this.depth--;
    this.known.set(schema, model);
    return model;
  }

  private build(node: SchemaNode): SchemaModel {
    const reference = node.get("$ref");
    if (typeof reference === "string") {
      let target: SchemaModel | null = null;
      return { kind: "reference", node, target: () => (target ??= this.of(this.resolve(reference, node))) };
    }
    const rest = new Set(node.keys());
    const parts = [...this.combinations(node), ...this.typed(node, rest), ...this.implied(node, rest)];
    if (node.has("const")) parts.unshift({ kind: "const", node: EMPTY });
    if (node.has("not")) parts.unshift({ kind: "not", node: EMPTY });
    const values = node.get("enum");
    if (Array.isArray(values)) parts.unshift({ kind: "enum", values, node: EMPTY });
    const [only] = parts;
    if (only === undefined) return { kind: "empty", node };
    return parts.length === 1 ? { ...only, node } : { kind: "combined", of: "all", parts, node };
  }

  private combinations(node: SchemaNode): SchemaModel[] {
    const found: SchemaModel[] = [];
    for (const [keyword, of] of [
      ["allOf", "all"],
      ["anyOf", "any"],
      ["oneOf", "one"],
    ] as const) {
      const parts = node.get(keyword);
      if (!Array.isArray(parts)) continue;
      const models = parts.map((part) => this.of(part));
      // everit validates combinations first and so keeps them in front.
      const isCombined = (model: SchemaModel): boolean => model.kind === "combined";
      const sorted = [...models.filter(isCombined), ...models.filter((model) => !isCombined(model))];
      found.push({ kind: "combined", of, parts: sorted, node: EMPTY });
    }
    return found;
  }

  private typed(node: SchemaNode, rest: Set<string>): SchemaModel[] {
    const type = node.get("type");
    if (typeof type === "string") return [this.ofType(node, type, rest)];
    if (!Array.isArray(type)) return [];
    const parts = type.map((each) => this.ofType(node, String(each), rest));
    return [{ kind: "combined", of: "any", parts, node: EMPTY }];
  }

  private ofType(node: SchemaNode, type: string, rest: Set<string>): SchemaModel {
    const keywords =
      type === "integer" ? KEYWORDS.number : Object.hasOwn(KEYWORDS, type) ? KEYWORDS[type as "number"] : [];
    for (const keyword of keywords) rest.delete(keyword);
    switch (type) {
      case "boolean":
      case "null":
        return { kind: type, node: EMPTY };
      case "integer":
      case "number":
        return { kind: "number", integer: type === "integer", node: pick(node) };
      case "string":
        return { kind: "string", hasFormat: node.has("format"), node: pick(node) };
      case "array":
        return this.array(node);
      case "object":
        return this.object(node);
      default:
        throw new ConnectError("data", `Unknown JSON Schema type ${type}`);
    }
  }

  /** Schemas whose type is only known by keywords that belong to it. */
  private implied(node: SchemaNode, rest: ReadonlySet<string>): SchemaModel[] {
    const has = (keywords: readonly string[]): boolean => keywords.some((keyword) => rest.has(keyword));
    const found: SchemaModel[] = [];
    if (has(KEYWORDS.string)) found.push({ kind: "string", hasFormat: node.has("format"), node: EMPTY });
    if (has(KEYWORDS.array)) found.push(this.array(node));
    if (has(KEYWORDS.object)) found.push(this.object(node));
    if (has(KEYWORDS.number)) found.push({ kind: "number", integer: false, node: EMPTY });
    return found;
  }

  private array(node: SchemaNode): SchemaModel {
    const items = node.get("items");
    const isOne = items !== undefined && !Array.isArray(items);
    return { kind: "array", items: isOne ? this.of(items) : null, node: pick(node) };
  }

  private object(node: SchemaNode): SchemaModel {
    const properties = new Map<string, SchemaModel>();
    const declared = node.get("properties");
    // everit keeps them in a HashMap.
    if (declared instanceof Map)
      for (const [name, schema] of inHashMapOrder(declared)) properties.set(String(name), this.of(schema));
    const required = node.get("required");
    const additional = node.get("additionalProperties");
    return {
      kind: "object",
      properties,
      required: new Set(Array.isArray(required) ? required.map(String) : []),
      additional: additional instanceof Map ? this.of(additional) : null,
      node: pick(node),
    };
  }
}

/** Of keywords for all kinds, a part beside others only keeps what says how Connect represents it. */
function pick(node: SchemaNode): SchemaNode {
  const type = node.get("connect.type");
  return type === undefined ? EMPTY : new Map([["connect.type", type]]);
}
