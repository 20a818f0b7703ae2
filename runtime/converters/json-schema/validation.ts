import type AjvModule from "ajv";
import type { Ajv } from "ajv";
import type Ajv2019Module from "ajv/dist/2019.js";
import type { Ajv2019 } from "ajv/dist/2019.js";
import type Ajv2020Module from "ajv/dist/2020.js";
import type { Ajv2020 } from "ajv/dist/2020.js";
import type formats from "ajv-formats";
import { createRequire } from "node:module";
import { ConnectError } from "../../api/index.js";
import type { ReferencedSchema } from "../schema-registry/schema-cache.js";

/** Loads Ajv when a schema is to be validated: it takes 2 MB in every thread. */
const require = createRequire(import.meta.url);

/** Throws ConnectError `data` where the text is no JSON or does not match. */
export type Validator = (text: string) => void;

const OPTIONS = { strict: false, validateSchema: false, logger: false, allErrors: false } as const;

/** Validates by the draft that `$schema` names, 7 where it names none. Throws ConnectError `data` for a schema that is wrong. */
export function compileValidator(text: string, references: readonly ReferencedSchema[]): Validator {
  try {
    const schema = upgraded(JSON.parse(text));
    const ajv = validatorFor(schema);
    (require("ajv-formats") as typeof formats).default(ajv);
    for (const reference of references) ajv.addSchema(upgraded(JSON.parse(reference.schema)), reference.name);
    const matches = ajv.compile(schema);
    return (json) => {
      if (matches(JSON.parse(json))) return;
      const [error] = matches.errors ?? [];
      throw new ConnectError("data", `JSON does not match its schema at ${error?.schemaPath ?? "#"}`);
    };
  } catch (cause) {
    throw new ConnectError("data", "The registered JSON Schema cannot be used for validation", { cause });
  }
}

type Document = Record<string, unknown>;

function validatorFor(schema: boolean | Document): Ajv | Ajv2019 | Ajv2020 {
  const draft = typeof schema === "object" ? schema["$schema"] : undefined;
  const names = (version: string): boolean => typeof draft === "string" && draft.includes(version);
  if (names("2020-12")) return new (require("ajv/dist/2020.js") as typeof Ajv2020Module).Ajv2020(OPTIONS);
  if (names("2019-09")) return new (require("ajv/dist/2019.js") as typeof Ajv2019Module).Ajv2019(OPTIONS);
  return new (require("ajv") as typeof AjvModule).Ajv(OPTIONS);
}

/** Drafts 4 to 7 as draft 7: draft 4 names its identifier `id` and has limits that are flags. */
function upgraded(value: unknown): boolean | Document {
  if (typeof value === "boolean") return value;
  const document = value as Document;
  const draft = document["$schema"];
  if (typeof draft === "string" && /draft-0[67]|20\d\d-/.test(draft)) {
    return draft.includes("draft-0") ? without(document, "$schema") : document;
  }
  return without(upgradedNode(document) as Document, "$schema");
}

function upgradedNode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(upgradedNode);
  if (typeof value !== "object" || value === null) return value;
  const node = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, upgradedNode(member)]));
  for (const [flag, limit] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (node[flag] === true) {
      node[flag] = node[limit];
      Reflect.deleteProperty(node, limit);
    } else if (node[flag] === false) Reflect.deleteProperty(node, flag);
  }
  if (typeof node["id"] === "string" && !("$id" in node)) {
    node["$id"] = node["id"];
    Reflect.deleteProperty(node, "id");
  }
  return node;
}

function without(document: Document, key: string): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== key));
}
