import { ConnectError, parseJson } from "../../api/index.js";
import type { ReferencedSchema } from "../schema-registry/schema-cache.js";
import type { SchemaNode } from "./schema-model.js";

/** Stands for a document without an identifier. */
const NOWHERE = "sluice:/root";

/** A JSON Schema with those it refers to: finds what a `$ref` means. */
export class SchemaDocuments {
  readonly root: unknown;
  private readonly byUri = new Map<string, unknown>();
  private readonly baseOf = new Map<unknown, string>();

  /** Throws ConnectError `data` where a text is no JSON. */
  constructor(text: string, references: readonly ReferencedSchema[]) {
    this.root = read(text);
    const base = identifierOf(this.root, NOWHERE) ?? NOWHERE;
    for (const { name, schema } of references) {
      const document = read(schema);
      this.index(document, uri(name, base));
      this.byUri.set(name, document);
    }
    this.index(this.root, base);
  }

  /** The schema that `reference` at `node` means. Throws ConnectError `data` where there is none. */
  resolve(reference: string, node: SchemaNode): unknown {
    const base = this.baseOf.get(node) ?? NOWHERE;
    const exact = this.byUri.get(uri(reference, base)) ?? this.byUri.get(reference);
    if (exact !== undefined) return exact;
    const [document = "", fragment = ""] = reference.split("#", 2);
    const target = this.byUri.get(uri(document, base)) ?? this.byUri.get(document);
    const found = target === undefined ? undefined : pointed(target, fragment);
    if (found === undefined) throw new ConnectError("data", `Cannot resolve the JSON Schema reference ${reference}`);
    return found;
  }

  /** Notes the address of a document, and of what has an identifier or anchor in it. */
  private index(node: unknown, base: string): void {
    this.byUri.set(stripFragment(base), node);
    const pending: { readonly value: unknown; readonly base: string }[] = [{ value: node, base }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { value } = next;
      if (Array.isArray(value)) for (const item of value) pending.push({ value: item, base: next.base });
      if (!(value instanceof Map) || this.baseOf.has(value)) continue;
      const own = identifierOf(value, next.base) ?? next.base;
      if (own !== next.base) this.byUri.set(own.endsWith("#") ? own.slice(0, -1) : own, value);
      const anchor: unknown = value.get("$anchor");
      if (typeof anchor === "string") this.byUri.set(`${stripFragment(own)}#${anchor}`, value);
      // An identifier that is a fragment alone names the schema and moves no base.
      const inner = own.includes("#") ? next.base : own;
      this.baseOf.set(value, inner);
      for (const member of value.values()) pending.push({ value: member, base: inner });
    }
  }
}

function read(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ConnectError("data", "The registered schema is no JSON", { cause });
  }
}

function identifierOf(node: unknown, base: string): string | null {
  if (!(node instanceof Map)) return null;
  const id: unknown = node.get("$id") ?? node.get("id");
  return typeof id === "string" ? uri(id, base) : null;
}

/** Texts that are no URI stay as they are. */
function uri(reference: string, base: string): string {
  try {
    const resolved = new URL(reference, base).href;
    return resolved.endsWith("#") ? resolved.slice(0, -1) : resolved;
  } catch {
    return reference;
  }
}

function stripFragment(address: string): string {
  const at = address.indexOf("#");
  return at < 0 ? address : address.slice(0, at);
}

/** What a JSON pointer (RFC 6901, in a fragment) leads to. */
function pointed(document: unknown, fragment: string): unknown {
  if (fragment === "") return document;
  if (!fragment.startsWith("/")) return undefined;
  let node: unknown = document;
  for (const token of fragment.slice(1).split("/")) {
    const name = decode(token).replaceAll("~1", "/").replaceAll("~0", "~");
    if (node instanceof Map) node = node.get(name);
    else node = Array.isArray(node) ? node[Number(name)] : undefined;
  }
  return node;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
