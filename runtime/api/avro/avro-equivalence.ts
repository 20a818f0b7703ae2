import type { AvroType } from "./avro-schema.js";

/**
 * True where both types encode every value to the same bytes, so that a datum of one can stand where the other is asked for.
 * Names, docs, defaults and logical types do not matter to the encoding.
 */
export function encodesAlike(a: AvroType, b: AvroType): boolean {
  return new Comparison().alike(a, b);
}

class Comparison {
  /** Pairs that are being compared: a recursive type is alike unless something else differs. */
  private readonly open = new Map<AvroType, Set<AvroType>>();

  alike(a: AvroType, b: AvroType): boolean {
    if (a === b) return true;
    switch (a.kind) {
      case "record":
        return b.kind === "record" && this.recordsAlike(a, b);
      case "enum":
        return b.kind === "enum" && sameTexts(a.symbols, b.symbols);
      case "fixed":
        return b.kind === "fixed" && a.sizeBytes === b.sizeBytes;
      case "array":
        return b.kind === "array" && this.alike(a.items, b.items);
      case "map":
        return b.kind === "map" && this.alike(a.values, b.values);
      case "union":
        return b.kind === "union" && this.allAlike(a.branches, b.branches);
      default:
        return a.kind === b.kind;
    }
  }

  private recordsAlike(a: AvroType & { readonly kind: "record" }, b: AvroType & { readonly kind: "record" }): boolean {
    const compared = this.open.get(a) ?? new Set<AvroType>();
    if (compared.has(b)) return true;
    this.open.set(a, compared.add(b));
    return this.allAlike(
      a.fields.map((field) => field.type),
      b.fields.map((field) => field.type),
    );
  }

  private allAlike(a: readonly AvroType[], b: readonly AvroType[]): boolean {
    return a.length === b.length && a.every((type, index) => this.alike(type, b[index]!));
  }
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
