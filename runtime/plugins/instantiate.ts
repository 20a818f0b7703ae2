import {
  asConnectError,
  ConnectError,
  parseType,
  type Converter,
  type HeaderConverter,
  type PluginKind,
  type Predicate,
  type Transformation,
} from "../api/index.js";
import { INTERFACE_NAMES, type PluginRegistry } from "./registry.js";
import { parseVersionRequirement } from "./versions.js";

/** Configurations as they apply at run time: config providers resolved. */
type Properties = Readonly<Record<string, string>>;

/** A plug-in made and configured, with the names that metrics and errors show. */
export interface Instance<T> {
  readonly className: string;
  readonly version: string;
  readonly instance: T;
}

export interface TransformationStage extends Instance<Transformation> {
  readonly alias: string;
  /** The stage runs only where `predicate` says yes (or, negated, no). */
  readonly condition: (Instance<Predicate> & { readonly alias: string; readonly negate: boolean }) | null;
}

export const DEFAULT_HEADER_CONVERTER = "org.apache.kafka.connect.storage.SimpleHeaderConverter";

/**
 * The converter of a task's keys or values. Connect's rule: when the connector names a class, only the connector's
 * `<role>.converter.*` keys count, else only the worker's. Throws ConnectError `config`.
 */
export function createConverter(
  registry: PluginRegistry,
  role: "key" | "value",
  connector: Properties,
  worker: Properties,
): Instance<Converter> {
  const { className, config, version } = converterSettings(`${role}.converter`, connector, worker);
  const entry = lookUp(registry, "converter", `${role}.converter`, className, version);
  const instance = entry.plugin.create();
  configuring(() => {
    instance.configure({ ...config, "converter.type": role }, role === "key");
  });
  return { className: entry.className, version: entry.plugin.version, instance };
}

/** The header converter of a task; Connect's default is the SimpleHeaderConverter. Throws ConnectError `config`. */
export function createHeaderConverter(
  registry: PluginRegistry,
  connector: Properties,
  worker: Properties,
): Instance<HeaderConverter> {
  const settings = converterSettings("header.converter", connector, worker, DEFAULT_HEADER_CONVERTER);
  const entry = lookUp(registry, "header_converter", "header.converter", settings.className, settings.version);
  const instance = entry.plugin.create();
  configuring(() => {
    instance.configure({ ...settings.config, "converter.type": "header" });
  });
  return { className: entry.className, version: entry.plugin.version, instance };
}

/** The connector's transformations in their order, each with its predicate. Throws ConnectError `config`. */
export function createTransformations(registry: PluginRegistry, connector: Properties): TransformationStage[] {
  const aliases = parseType("transforms", "LIST", connector["transforms"] ?? "") as readonly string[];
  return aliases.map((alias) => createStage(registry, alias, connector));
}

function createStage(registry: PluginRegistry, alias: string, connector: Properties): TransformationStage {
  const prefix = `transforms.${alias}.`;
  const { predicate, negate, ...config } = withPrefix(connector, prefix);
  const entry = lookUp(registry, "transformation", `${prefix}type`, config["type"], config["plugin.version"]);
  const instance = entry.plugin.create();
  configuring(() => {
    instance.configure(config);
  });
  const condition =
    predicate === undefined
      ? null
      : {
          ...createPredicate(registry, predicate.trim(), connector),
          alias: predicate.trim(),
          negate: parseType(`${prefix}negate`, "BOOLEAN", negate ?? "false") as boolean,
        };
  return { alias, className: entry.className, version: entry.plugin.version, instance, condition };
}

function createPredicate(registry: PluginRegistry, alias: string, connector: Properties): Instance<Predicate> {
  const prefix = `predicates.${alias}.`;
  const config = withPrefix(connector, prefix);
  const entry = lookUp(registry, "predicate", `${prefix}type`, config["type"], config["plugin.version"]);
  const instance = entry.plugin.create();
  configuring(() => {
    instance.configure(config);
  });
  return { className: entry.className, version: entry.plugin.version, instance };
}

interface ConverterSettings {
  readonly className: string | undefined;
  readonly version: string | undefined;
  readonly config: Record<string, string>;
}

function converterSettings(
  key: string,
  connector: Properties,
  worker: Properties,
  fallback?: string,
): ConverterSettings {
  const source = connector[key] === undefined ? worker : connector;
  return {
    className: source[key] ?? fallback,
    version: source[`${key}.plugin.version`],
    config: withPrefix(source, `${key}.`),
  };
}

/** The keys that start with `prefix`, without it. */
export function withPrefix<V>(properties: Readonly<Record<string, V>>, prefix: string): Record<string, V> {
  const found: Record<string, V> = {};
  for (const [key, value] of Object.entries(properties))
    if (key.startsWith(prefix) && key.length > prefix.length) found[key.slice(prefix.length)] = value;
  return found;
}

function lookUp<K extends PluginKind>(
  registry: PluginRegistry,
  kind: K,
  key: string,
  className: string | undefined,
  version: string | undefined,
): NonNullable<ReturnType<typeof registry.find<K>>> {
  if (className === undefined)
    throw new ConnectError("config", `Missing required configuration "${key}" which has no default value.`);
  const name = className.trim();
  const entry = registry.find(kind, name, parseVersionRequirement(version));
  if (entry !== null) return entry;
  throw new ConnectError("config", missingClassText(registry, kind, key, name));
}

/** Java's text for a class that is not there or not of the right kind. */
export function missingClassText(registry: PluginRegistry, kind: PluginKind, key: string, name: string): string {
  const other = registry.findAny(name);
  return other === null
    ? `Invalid value ${name} for configuration ${key}: Class ${name} could not be found.`
    : `Class class ${other.className} does not implement the ${INTERFACE_NAMES[kind]} interface`;
}

/** What a plug-in throws while it is configured is a configuration error. */
function configuring(configure: () => void): void {
  try {
    configure();
  } catch (error) {
    throw asConnectError(error, "config");
  }
}
