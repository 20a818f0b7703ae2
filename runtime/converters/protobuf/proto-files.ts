import { createRequire } from "node:module";
import type { INamespace, Namespace, NamespaceBase, Root, Type } from "protobufjs";
import { ConnectError } from "../../api/index.js";
import type { ReferencedSchema } from "../schema-registry/schema-cache.js";
import { BUILT_IN_FILES } from "./built-in-files.js";
import { protobufJs } from "./protobufjs.js";

const loadJson = createRequire(import.meta.url);
/** Descriptors that protobufjs brings along as JSON. */
const JSON_FILES = new Set(
  ["descriptor", "api", "type", "source_context"].map((name) => `google/protobuf/${name}.proto`),
);

/** A parsed `.proto` text: its messages, with all types that they use. */
export interface ProtoFile {
  /** In the order of the text. */
  readonly messages: readonly Type[];
}

/** Parses a schema with those it refers to and the well-known files. Throws ConnectError `data` where that fails. */
export function parseProtoFile(text: string, references: readonly ReferencedSchema[]): ProtoFile {
  const protobuf = protobufJs();
  try {
    const root = new protobuf.Root();
    const pending: string[] = [];
    const parse = (source: string): { package: string | undefined } => {
      const { imports = [], weakImports = [], package: name } = protobuf.parse(source, root, { keepCase: true });
      pending.push(...imports, ...weakImports);
      return { package: name };
    };
    for (const schema of new Set(references.map((reference) => reference.schema))) parse(schema);
    const before = new Set(typesOf(root));
    const { package: own } = parse(text);
    const namespace = own === undefined ? root : root.lookup(own);
    const messages = typesOf(namespace).filter((type) => !before.has(type));
    const loaded = new Set(references.map((reference) => reference.name));
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (loaded.has(name)) continue;
      loaded.add(name);
      addWellKnown(root, name, parse);
    }
    root.resolveAll();
    return { messages };
  } catch (cause) {
    if (cause instanceof ConnectError) throw cause;
    throw new ConnectError("data", "The registered Protobuf schema cannot be read", { cause });
  }
}

function addWellKnown(root: Root, name: string, parse: (source: string) => unknown): void {
  const common = protobufJs().common.get(name);
  const source = BUILT_IN_FILES.get(name);
  if (common?.nested !== undefined) root.addJSON(common.nested);
  else if (source !== undefined) parse(source);
  else if (JSON_FILES.has(name)) {
    const { nested } = loadJson(`protobufjs/${name.replace(/proto$/, "json")}`) as INamespace;
    root.addJSON(nested ?? {});
  } else throw new ConnectError("data", `The Protobuf import ${name} is neither well known nor among the references`);
}

/** The messages right below, or below namespaces of the root where no package is named. */
function typesOf(namespace: unknown): Type[] {
  const protobuf = protobufJs();
  if (!(namespace instanceof protobuf.Namespace)) return [];
  const types = namespace.nestedArray.filter((nested): nested is Type => nested instanceof protobuf.Type);
  const root: unknown = namespace;
  if (!(root instanceof protobuf.Root)) return types;
  return [...types, ...packagesOf(root).flatMap((each) => typesOf(each))];
}

function packagesOf(namespace: NamespaceBase): Namespace[] {
  const protobuf = protobufJs();
  const below = namespace.nestedArray.filter(
    (nested): nested is Namespace => nested.constructor === protobuf.Namespace,
  );
  return below.flatMap((each) => [each, ...packagesOf(each)]);
}

/** The message at a path of indexes: of the file's messages, then of those nested. Throws ConnectError `data`. */
export function messageAt({ messages }: ProtoFile, indexes: readonly number[]): Type {
  let found: Type | undefined;
  let level = messages;
  for (const index of indexes) {
    found = level[index];
    if (found === undefined) throw new ConnectError("data", `Invalid message indexes: [${indexes.join(", ")}]`);
    level = typesOf(found);
  }
  if (found === undefined) throw new ConnectError("data", "The Protobuf schema holds no message");
  return found;
}
