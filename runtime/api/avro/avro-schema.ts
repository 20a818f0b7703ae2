import { ConnectError } from "../errors.js";

/**
 * Avro schemas as a resolved tree: names are looked up, so a reader or writer can walk it without a table of names. Recursive
 * schemas make it a graph. Source: Avro 1.11 specification.
 */

/** A schema as JSON: what `JSON.parse` gives and `JSON.stringify` takes. */
export type AvroJson = string | readonly AvroJson[] | { readonly [property: string]: unknown };

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  /** JSON of the default; `undefined` where there is none. */
  readonly default: unknown;
  readonly doc: string | null;
  readonly aliases: readonly string[];
  readonly props: AvroProps;
}

/** Properties that Avro itself does not know, e.g. `connect.name`. */
export type AvroProps = Readonly<Record<string, unknown>>;

interface Logical {
  readonly logicalType: string | null;
  /** Of a decimal; 0 where the schema gives none. */
  readonly scale: number;
  readonly precision: number;
}

export type AvroPrimitiveKind = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

export interface AvroPrimitive extends Logical {
  readonly kind: AvroPrimitiveKind;
  readonly props: AvroProps;
}

export interface AvroRecord {
  readonly kind: "record";
  /** Full name. */
  readonly name: string;
  readonly doc: string | null;
  readonly fields: readonly AvroField[];
  readonly props: AvroProps;
}

export interface AvroEnum {
  readonly kind: "enum";
  readonly name: string;
  readonly doc: string | null;
  readonly symbols: readonly string[];
  readonly default: string | null;
  readonly props: AvroProps;
}

export interface AvroFixed extends Logical {
  readonly kind: "fixed";
  readonly name: string;
  readonly sizeBytes: number;
  readonly props: AvroProps;
}

export interface AvroArray {
  readonly kind: "array";
  readonly items: AvroType;
  readonly props: AvroProps;
}

export interface AvroMap {
  readonly kind: "map";
  readonly values: AvroType;
  readonly props: AvroProps;
}

export interface AvroUnion {
  readonly kind: "union";
  readonly branches: readonly AvroType[];
}

export type AvroType = AvroPrimitive | AvroRecord | AvroEnum | AvroFixed | AvroArray | AvroMap | AvroUnion;

/** Named types that a schema may refer to, by full name. */
export type AvroNames = Map<string, AvroType>;

const PRIMITIVES: ReadonlySet<string> = new Set([
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
]);
/** Properties with a meaning of their own, by the type they occur on. Everything else is kept in `props`. */
const RESERVED: ReadonlySet<string> = new Set([
  "type",
  "name",
  "namespace",
  "doc",
  "fields",
  "symbols",
  "size",
  "items",
  "values",
  "aliases",
  "order",
]);

/**
 * Resolves a schema. `names` holds the types of referenced schemas and gets this schema's named types too.
 * Throws ConnectError `data` with Avro's texts (`Can't redefine: x`, `Illegal initial character: x`, …).
 */
export function parseAvroSchema(json: unknown, names: AvroNames = new Map()): AvroType {
  return new Parser(names).parse(json, "");
}

class Parser {
  constructor(private readonly names: AvroNames) {}

  parse(json: unknown, namespace: string): AvroType {
    if (typeof json === "string") return this.named(json, namespace);
    if (Array.isArray(json)) return this.union(json, namespace);
    if (typeof json !== "object" || json === null)
      throw schemaError(`Schema not yet supported: ${JSON.stringify(json)}`);
    const node = json as Readonly<Record<string, unknown>>;
    const type = node["type"];
    if (typeof type !== "string") return this.parse(type, namespace);
    switch (type) {
      case "record":
      case "error":
        return this.record(node, namespace);
      case "enum":
        return this.enum(node, namespace);
      case "fixed":
        return this.fixed(node, namespace);
      case "array":
        return { kind: "array", items: this.parse(node["items"], namespace), props: propsOf(node) };
      case "map":
        return { kind: "map", values: this.parse(node["values"], namespace), props: propsOf(node) };
      default:
        return PRIMITIVES.has(type) ? primitive(type as AvroPrimitiveKind, node) : this.named(type, namespace);
    }
  }

  private named(name: string, namespace: string): AvroType {
    if (PRIMITIVES.has(name)) return primitive(name as AvroPrimitiveKind, {});
    const found = this.names.get(fullName(name, namespace)) ?? this.names.get(name);
    if (found === undefined) throw schemaError(`Undefined name: "${name}"`);
    return found;
  }

  private union(branches: readonly unknown[], namespace: string): AvroUnion {
    const types = branches.map((branch) => this.parse(branch, namespace));
    const seen = new Set<string>();
    for (const type of types) {
      if (type.kind === "union") throw schemaError(`Nested union: ${JSON.stringify(branches)}`);
      const name = branchName(type);
      if (seen.has(name)) throw schemaError(`Duplicate in union:${name}`);
      seen.add(name);
    }
    return { kind: "union", branches: types };
  }

  private record(node: Readonly<Record<string, unknown>>, namespace: string): AvroRecord {
    const name = nameOf(node, namespace);
    const fields: AvroField[] = [];
    const record: AvroRecord = { kind: "record", name, doc: textOf(node["doc"]), fields, props: propsOf(node) };
    this.define(name, record);
    const inner = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : "";
    const seen = new Set<string>();
    for (const field of asArray(node["fields"], "Record has no fields")) {
      const parsed = this.field(field as Readonly<Record<string, unknown>>, inner);
      if (seen.has(parsed.name)) throw schemaError(`Duplicate field ${parsed.name} in record ${name}`);
      seen.add(parsed.name);
      fields.push(parsed);
    }
    return record;
  }

  private field(node: Readonly<Record<string, unknown>>, namespace: string): AvroField {
    const name = textOf(node["name"]) ?? "";
    checkName(name);
    const { default: given, ...rest } = node;
    return {
      name,
      type: this.parse(node["type"], namespace),
      default: given,
      doc: textOf(node["doc"]),
      aliases: Array.isArray(node["aliases"]) ? (node["aliases"] as string[]) : [],
      props: propsOf(rest),
    };
  }

  private enum(node: Readonly<Record<string, unknown>>, namespace: string): AvroEnum {
    const name = nameOf(node, namespace);
    const symbols = asArray(node["symbols"], "Enum has no symbols") as string[];
    for (const symbol of symbols) checkName(symbol);
    const { default: given, ...rest } = node;
    const type: AvroEnum = {
      kind: "enum",
      name,
      doc: textOf(node["doc"]),
      symbols,
      default: textOf(given),
      props: propsOf(rest),
    };
    this.define(name, type);
    return type;
  }

  private fixed(node: Readonly<Record<string, unknown>>, namespace: string): AvroFixed {
    const name = nameOf(node, namespace);
    const sizeBytes = node["size"];
    if (typeof sizeBytes !== "number") throw schemaError(`Invalid or no size: ${JSON.stringify(node)}`);
    const type: AvroFixed = { kind: "fixed", name, sizeBytes, ...logicalOf(node), props: propsOf(node) };
    this.define(name, type);
    return type;
  }

  private define(name: string, type: AvroType): void {
    if (this.names.has(name)) throw schemaError(`Can't redefine: ${name}`);
    this.names.set(name, type);
  }
}

function primitive(kind: AvroPrimitiveKind, node: Readonly<Record<string, unknown>>): AvroPrimitive {
  return { kind, ...logicalOf(node), props: propsOf(node) };
}

function logicalOf(node: Readonly<Record<string, unknown>>): Logical {
  const number = (value: unknown): number => (typeof value === "number" ? value : 0);
  return {
    logicalType: textOf(node["logicalType"]),
    scale: number(node["scale"]),
    precision: number(node["precision"]),
  };
}

function propsOf(node: Readonly<Record<string, unknown>>): AvroProps {
  return Object.fromEntries(Object.entries(node).filter(([name]) => !RESERVED.has(name)));
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function asArray(value: unknown, problem: string): readonly unknown[] {
  if (!Array.isArray(value)) throw schemaError(problem);
  return value as readonly unknown[];
}

function fullName(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

function nameOf(node: Readonly<Record<string, unknown>>, inherited: string): string {
  const name = textOf(node["name"]);
  if (name === null) throw schemaError(`No name in schema: ${JSON.stringify(node)}`);
  const full = fullName(name, textOf(node["namespace"]) ?? inherited);
  for (const part of full.split(".").slice(-1)) checkName(part);
  return full;
}

/** Avro 1.11's name rule, which Java applies to record fields, enum symbols and simple names. */
function checkName(name: string): void {
  if (name === "") throw schemaError("Empty name");
  if (!/^[\p{L}_]/u.test(name)) throw schemaError(`Illegal initial character: ${name}`);
  if (!/^[\p{L}\p{Nd}_]*$/u.test(name)) throw schemaError(`Illegal character in: ${name}`);
}

function schemaError(message: string): ConnectError {
  return new ConnectError("data", message, { javaClass: "org.apache.avro.SchemaParseException" });
}

/** What tells the branches of a union apart: the full name of a named type, else the kind. */
export function branchName(type: AvroType): string {
  return type.kind === "record" || type.kind === "enum" || type.kind === "fixed" ? type.name : type.kind;
}

/** For `[null, T]` and `[T, null]`: T and the index of null; null for every other type. */
export function nullableOf(type: AvroType): { readonly type: AvroType; readonly nullIndex: 0 | 1 } | null {
  if (type.kind !== "union" || type.branches.length !== 2) return null;
  const [first, second] = type.branches as [AvroType, AvroType];
  if (first.kind === "null") return { type: second, nullIndex: 0 };
  return second.kind === "null" ? { type: first, nullIndex: 1 } : null;
}
