import { ConnectError, oneOfAnyCase, defineConfig, type Struct, type Field, type Schema } from "../api/index.js";
import { lookUpField, requireMap, requireStruct, type Fields } from "./requirements.js";

export const FIELD_SYNTAX = defineConfig({
  "field.syntax.version": {
    type: "STRING",
    default: "V1",
    validator: oneOfAnyCase("V1", "V2"),
    importance: "HIGH",
    doc: "V1: a field name. V2: a path of names with dots between them; a name with dots stands in backticks.",
  },
});

/** A field by its path (KIP-821). Source: `SingleFieldPath`. */
export class FieldPath {
  readonly #parents: readonly string[];
  readonly #last: string;

  /** Throws ConnectError `config` for a backtick without its partner. */
  constructor(text: string, version: string) {
    const steps = version.toUpperCase() === "V2" ? splitPath(text) : [text];
    if (steps.length === 0)
      throw new ConnectError("config", "Index -1 out of bounds for length 0", {
        javaClass: "java.lang.ArrayIndexOutOfBoundsException",
      });
    this.#parents = steps.slice(0, -1);
    this.#last = steps.at(-1)!;
  }

  /** The field of a schema, or null. */
  fieldOf(schema: Schema): Field | null {
    let current = schema;
    for (const step of this.#parents) {
      const field = lookUpField(current, step);
      if (field === undefined) return null;
      current = field.schema;
    }
    return lookUpField(current, this.#last) ?? null;
  }

  /** Null where anything on the way is missing or null. */
  valueOfStruct(struct: Struct, withDefault: boolean): unknown {
    let current = struct;
    for (const step of this.#parents) {
      const field = current.schema.field(step);
      const value = field === undefined ? null : current.get(field);
      if (value === null) return null;
      current = requireStruct(value, "nested field access", field!.schema);
    }
    const field = current.schema.field(this.#last);
    if (field === undefined) return null;
    return withDefault ? current.get(field) : current.getWithoutDefault(field);
  }

  /** Null where anything on the way is missing or null. */
  valueOfMap(map: Fields): unknown {
    let current = map;
    for (const step of this.#parents) {
      const value = current.get(step) ?? null;
      if (value === null) return null;
      current = requireMap(value, "nested field access");
    }
    return current.get(this.#last) ?? null;
  }
}

/** Takes a path of version 2 apart: a step in backticks ends at a backtick before a dot or the end that no backslash escapes. */
function splitPath(path: string): string[] {
  const steps: string[] = [];
  let at = 0;
  while (at < path.length) {
    if (path.charAt(at) === "`") {
      const { step, end } = quotedStep(path, at);
      steps.push(step);
      at = end;
    } else {
      const dot = path.indexOf(".", at);
      const end = dot < 0 ? path.length : dot;
      steps.push(path.slice(at, end));
      at = end + 1;
    }
  }
  if (path.endsWith(".")) steps.push("");
  return steps;
}

function quotedStep(path: string, opening: number): { step: string; end: number } {
  let step = "";
  let from = opening + 1;
  for (let at = path.indexOf("`", from); at >= 0; at = path.indexOf("`", at + 1)) {
    const isEscaped = path.charAt(at - 1) === "\\";
    const isLast = at === path.length - 1;
    if (isLast && isEscaped) break;
    if (!isLast && path.charAt(at + 1) !== ".") continue;
    if (isEscaped) {
      step += `${path.slice(from, at - 1)}\``;
      from = at + 1;
    } else return { step: step + path.slice(from, at), end: isLast ? at + 1 : at + 2 };
  }
  throw new ConnectError(
    "config",
    `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${opening} to escape it`,
  );
}
