import {
  ConnectError,
  type ConverterPlugin,
  type HeaderConverterPlugin,
  type Plugin,
  type PluginKind,
  type PredicatePlugin,
  type SinkConnectorPlugin,
  type TransformationPlugin,
} from "../api/index.js";
import { compareVersions, type VersionRange } from "./versions.js";

type PluginOf<K extends PluginKind> = {
  sink: SinkConnectorPlugin;
  converter: ConverterPlugin;
  header_converter: HeaderConverterPlugin;
  transformation: TransformationPlugin;
  predicate: PredicatePlugin;
}[K];

/** A plug-in under one of its class names. */
export interface Entry<P extends Plugin = Plugin> {
  /** The class name under which it was registered: the plug-in's own or one of `alsoKnownAs`. */
  readonly className: string;
  readonly plugin: P;
  /** URL of the module it came from. */
  readonly location: string;
}

/** `/connector-plugins` lists the kinds in this order. */
const KIND_ORDER: readonly PluginKind[] = ["sink", "transformation", "predicate", "converter", "header_converter"];

/** Interfaces as Java's texts name them; also what is cut off a simple class name to get its short alias. */
export const INTERFACE_NAMES: Record<PluginKind, string> = {
  sink: "Connector",
  converter: "Converter",
  header_converter: "HeaderConverter",
  transformation: "Transformation",
  predicate: "Predicate",
};

/**
 * The plug-ins of a worker by Java class name and alias. Rules of names: `PluginUtils.computeAliases` and
 * `Plugins.connectorClass` of Kafka 4.1. Several versions of a class may be there; the highest one is used unless a range asks.
 */
export class PluginRegistry {
  /** By class name: kinds in their order, highest version first. */
  readonly #byClass = new Map<string, Entry[]>();
  /** Alias to class name. Aliases of more than one class are no aliases. */
  readonly #aliases = new Map<string, string>();
  readonly #entries: readonly Entry[];

  constructor(modules: Iterable<{ readonly location: string; readonly plugins: readonly Plugin[] }>) {
    const entries: Entry[] = [];
    for (const { location, plugins } of modules)
      for (const plugin of plugins)
        for (const className of [plugin.className, ...(plugin.alsoKnownAs ?? [])])
          entries.push({ className, plugin, location });
    this.#entries = entries.sort(compareEntries);
    for (const entry of this.#entries) {
      const same = this.#byClass.get(entry.className);
      if (same === undefined) this.#byClass.set(entry.className, [entry]);
      else same.push(entry);
    }
    for (const same of this.#byClass.values()) same.sort((a, b) => byKind(a, b) || -byVersion(a, b));
    this.#nameAliases();
  }

  #nameAliases(): void {
    const classesOf = new Map<string, Set<string>>();
    for (const { className, plugin } of this.#entries) {
      const simple = simpleNameOf(className);
      for (const alias of [simple, cutSuffix(simple, INTERFACE_NAMES[plugin.kind])]) {
        const classes = classesOf.get(alias) ?? new Set();
        classesOf.set(alias, classes.add(className));
      }
    }
    for (const [alias, classes] of classesOf) if (classes.size === 1) this.#aliases.set(alias, [...classes][0]!);
  }

  /** All plug-ins in the order of `/connector-plugins`: by kind, class name, version. */
  entries(): readonly Entry[] {
    return this.#entries;
  }

  entriesOf<K extends PluginKind>(kind: K): readonly Entry<PluginOf<K>>[] {
    return this.#entries.filter((entry): entry is Entry<PluginOf<K>> => entry.plugin.kind === kind);
  }

  /** Distinct class names of one kind, in order. */
  classNames(kind: PluginKind): string[] {
    return [...new Set(this.entriesOf(kind).map((entry) => entry.className))];
  }

  /** Versions of a class or alias for one kind, highest first. */
  versions(kind: PluginKind, name: string): string[] {
    return this.#candidates(name)
      .filter((entry) => entry.plugin.kind === kind)
      .map((entry) => entry.plugin.version);
  }

  /** Versions of the connector that `connector.class` names, highest first; none when it names none. */
  sinkVersions(name: string, config: Readonly<Record<string, string | null>>): string[] {
    const meant = this.#meant(name, config);
    return typeof meant === "string" ? this.versions("sink", meant) : [];
  }

  /**
   * The plug-in of `kind` that a class name or alias names, or null. With a range: the highest version in it.
   * Throws ConnectError `config` when the class is there but no version is in the range.
   */
  find<K extends PluginKind>(kind: K, name: string, range: VersionRange | null = null): Entry<PluginOf<K>> | null {
    const versions = this.#candidates(name).filter((entry): entry is Entry<PluginOf<K>> => entry.plugin.kind === kind);
    if (versions.length === 0) return null;
    return pick(versions, range);
  }

  /** Any plug-in of that class name or alias; a class of several kinds counts as the first in the order of kinds. */
  findAny(name: string, range: VersionRange | null = null): Entry | null {
    const [first, ...more] = this.#candidates(name);
    if (first === undefined) return null;
    return pick([first, ...more.filter((entry) => entry.plugin.kind === first.plugin.kind)], range);
  }

  /**
   * The sink connector that `connector.class` names. Where an alias fits several connectors, the one that claims `config` is
   * meant, and when none does, the one that has no claim of its own.
   * Throws ConnectError `bad-request` when none or more than one fits.
   */
  connector(
    name: string,
    config: Readonly<Record<string, string | null>> = {},
    range: VersionRange | null = null,
  ): Entry<SinkConnectorPlugin> {
    const meant = this.#meant(name, config);
    if (typeof meant === "string") return this.find("sink", meant, range)!;
    if (meant.length === 0) throw this.#unknownConnector(name);
    throw new ConnectError(
      "bad-request",
      `More than one connector matches alias ${name}. Please use full package and class name instead. ` +
        `Classes found: ${meant.join(", ")}`,
    );
  }

  /** The class name of the connector that is meant, or all class names that it could be. */
  #meant(name: string, config: Readonly<Record<string, string | null>>): string | readonly string[] {
    const found = this.#candidates(name).find((entry) => entry.plugin.kind === "sink");
    if (found !== undefined) return found.className;
    const matches = this.classNames("sink").filter((className) => {
      const simple = simpleNameOf(className);
      return simple === name || simple === `${name}Connector`;
    });
    if (matches.length === 1) return matches[0]!;
    return this.#meantBy(matches, config) ?? matches;
  }

  #meantBy(classNames: readonly string[], config: Readonly<Record<string, string | null>>): string | null {
    // A second name of a class is never meant by its simple name.
    const own = classNames.filter((name) => this.#byClass.get(name)![0]!.plugin.className === name);
    const pluginOf = (name: string) => this.#byClass.get(name)![0]!.plugin as SinkConnectorPlugin;
    const claiming = own.filter((name) => pluginOf(name).claims?.(config) === true);
    if (claiming.length > 0) return claiming.length === 1 ? claiming[0]! : null;
    const silent = own.filter((name) => !("claims" in pluginOf(name)));
    return silent.length === 1 ? silent[0]! : null;
  }

  #candidates(name: string): readonly Entry[] {
    return this.#byClass.get(this.#aliases.get(name) ?? name) ?? [];
  }

  #unknownConnector(name: string): ConnectError {
    const available = this.entriesOf("sink").map(describe).join(", ");
    return new ConnectError(
      "bad-request",
      `Failed to find any class that implements Connector and which name matches ${name}, available connectors are: ${available}`,
    );
  }
}

function pick<P extends Plugin>(versions: readonly Entry<P>[], range: VersionRange | null): Entry<P> {
  const found = range === null ? versions[0] : versions.find((entry) => range.includes(entry.plugin.version));
  if (found !== undefined) return found;
  const available = versions.map((entry) => entry.plugin.version).join(", ");
  throw new ConnectError(
    "config",
    `Plugin ${versions[0]!.className} not found that matches the version range ${range!.text}, available versions: [${available}]`,
    { javaClass: "org.apache.kafka.connect.runtime.isolation.VersionedPluginLoadingException" },
  );
}

function compareEntries(a: Entry, b: Entry): number {
  return byKind(a, b) || (a.className < b.className ? -1 : a.className > b.className ? 1 : 0) || byVersion(a, b);
}

function byKind(a: Entry, b: Entry): number {
  return KIND_ORDER.indexOf(a.plugin.kind) - KIND_ORDER.indexOf(b.plugin.kind);
}

function byVersion(a: Entry, b: Entry): number {
  return compareVersions(a.plugin.version, b.plugin.version);
}

/** Java's `Class.getSimpleName`: of `a.b.Outer$Inner` it is `Inner`. */
function simpleNameOf(className: string): string {
  return className.slice(Math.max(className.lastIndexOf("."), className.lastIndexOf("$")) + 1);
}

function cutSuffix(simpleName: string, suffix: string): string {
  const at = simpleName.lastIndexOf(suffix);
  return at > 0 ? simpleName.slice(0, at) : simpleName;
}

/** Java's `PluginDesc.toString`. */
function describe({ className, plugin, location }: Entry): string {
  const { version, kind } = plugin;
  return (
    `PluginDesc{klass=class ${className}, name='${className}', version='${version}', encodedVersion=${version}, ` +
    `type=${kind}, typeName='${kind}', location='${location}'}`
  );
}
