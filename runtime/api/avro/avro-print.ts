import { ConnectError } from "../errors.js";
import type { AvroJson } from "./avro-schema.js";

/**
 * A schema as Java's `Schema.toString` prints it: a named type is defined where it first occurs and referred to by name after
 * that; names are relative to the namespace around them.
 * Throws ConnectError `data` (`Can't redefine: x`) when two different types have one name.
 */
export function printableAvro(json: AvroJson): AvroJson {
  return new Printer().print(json, "");
}

type Node = Readonly<Record<string, unknown>>;

class Printer {
  /** Full definition, as text, by full name. */
  private readonly defined = new Map<string, string>();

  print(json: unknown, space: string): AvroJson {
    if (Array.isArray(json)) return json.map((branch) => this.print(branch, space));
    if (typeof json === "string") return this.reference(json, space);
    if (typeof json !== "object" || json === null) return json as AvroJson;
    const node = json as Node;
    switch (node["type"]) {
      case "record":
      case "enum":
      case "fixed":
        return this.named(node, space);
      case "array":
        return { ...node, items: this.print(node["items"], space) };
      case "map":
        return { ...node, values: this.print(node["values"], space) };
      default:
        return node;
    }
  }

  /** A type inside itself is a name already. */
  private reference(full: string, outer: string): string {
    if (!this.defined.has(full)) return full;
    const { name, space } = splitAvroName(full, "");
    return space === outer ? name : full;
  }

  private named(node: Node, outer: string): AvroJson {
    const { name: given, namespace: givenSpace, fields, ...rest } = node;
    const { name, space } = splitAvroName(given as string, (givenSpace as string | undefined) ?? outer);
    const full = space === "" ? name : `${space}.${name}`;
    const text = JSON.stringify(node);
    const before = this.defined.get(full);
    if (before === text) return space === outer ? name : full;
    if (before !== undefined) {
      throw new ConnectError("data", `Can't redefine: ${full}`, { javaClass: "org.apache.avro.SchemaParseException" });
    }
    this.defined.set(full, text);
    return {
      type: rest["type"],
      name,
      ...(space === outer ? {} : { namespace: space }),
      ...rest,
      ...(fields === undefined
        ? {}
        : {
            fields: (fields as readonly Node[]).map((field) => ({ ...field, type: this.print(field["type"], space) })),
          }),
    };
  }
}

/** Simple name and namespace of a name that may be qualified; an empty namespace is none. */
export function splitAvroName(name: string, namespace: string): { readonly name: string; readonly space: string } {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? { name, space: namespace } : { name: name.slice(dot + 1), space: name.slice(0, dot) };
}
