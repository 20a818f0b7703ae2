import {
  invalidText,
  javaTrim,
  parseType,
  type ConfigDef,
  type ConfigKey,
  type Importance,
  type Verdict,
} from "../api/index.js";
import { classProblem, versionCheck, type GivenConfig } from "./connector-config.js";
import { INTERFACE_NAMES, type PluginRegistry } from "./registry.js";

/**
 * Keys of the transformations and predicates that a connector's configuration names: `ConnectorConfig.enrich` of Kafka 4.1.
 */

interface AliasKind {
  readonly listKey: "transforms" | "predicates";
  readonly kind: "transformation" | "predicate";
  readonly group: string;
  /** Keys that the runtime gives every plug-in of the kind; they hide the plug-in's own of that name. */
  readonly implicit: ConfigDef;
}

const KINDS: readonly AliasKind[] = [
  {
    listKey: "transforms",
    kind: "transformation",
    group: "Transforms",
    implicit: {
      predicate: {
        type: "STRING",
        default: null,
        importance: "MEDIUM",
        doc: "Alias of the predicate that decides which records are transformed.",
      },
      negate: {
        type: "BOOLEAN",
        default: false,
        importance: "MEDIUM",
        doc: "Transform the records that the predicate does not match.",
      },
    },
  },
  { listKey: "predicates", kind: "predicate", group: "Predicates", implicit: {} },
];

/** Keys for every alias in `transforms`, then for every one in `predicates`. */
export function aliasDefs(registry: PluginRegistry, config: GivenConfig): ConfigDef {
  const def: Record<string, ConfigKey> = {};
  for (const kind of KINDS) {
    const list = config[kind.listKey] ?? null;
    if (list === null) continue;
    const aliases = parseType(kind.listKey, "LIST", list) as readonly string[];
    for (const alias of new Set(aliases)) Object.assign(def, aliasDef(registry, config, kind, alias));
  }
  return def;
}

function aliasDef(registry: PluginRegistry, config: GivenConfig, of: AliasKind, alias: string): ConfigDef {
  const prefix = `${of.listKey}.${alias}.`;
  const group = `${of.group}: ${alias}`;
  const title = INTERFACE_NAMES[of.kind];
  const given = config[`${prefix}type`] ?? null;
  const className = given === null ? null : javaTrim(given);
  const version = versionCheck(
    registry,
    of.kind,
    `${prefix}type`,
    className,
    config[`${prefix}plugin.version`] ?? null,
  );
  const versions = className === null ? [] : registry.versions(of.kind, className);
  const shared = { importance: "HIGH", group, width: "LONG" } as const;
  const head: ConfigDef = {
    [`${prefix}type`]: {
      type: "CLASS",
      doc: `Class of the ${of.kind} ${alias}.`,
      validator: (value, key) =>
        negateProblem(config, prefix) ?? classProblem(registry, of.kind, key, value) ?? version.problem,
      recommended: () => registry.classNames(of.kind),
      orderInGroup: 0,
      displayName: `${title} type for ${alias}`,
      ...shared,
    },
    [`${prefix}plugin.version`]: {
      type: "STRING",
      default: versions[0] ?? null,
      doc: `Version of the ${of.kind} ${alias}, or a range of versions in Maven's notation.`,
      validator: () => version.problem,
      recommended: () => versions,
      orderInGroup: 1,
      displayName: `${title} version for ${alias}`,
      ...shared,
    },
  };
  if (className === null || versions.length === 0 || version.problem !== null) return head;
  const own = registry.find(of.kind, className)!.plugin.configDef;
  return { ...head, ...embed({ ...own, ...of.implicit }, prefix, group, 2) };
}

function negateProblem(config: GivenConfig, prefix: string): Verdict {
  const key = (name: string): string => `${prefix}${name}`;
  if (!prefix.startsWith("transforms.") || !(key("negate") in config) || key("predicate") in config) return null;
  return {
    text:
      `Config '${key("negate")}' was provided but there is no config '${key("predicate")}' ` +
      "defining a predicate to be negated.",
  };
}

/** Java's `ConfigDef.embed`: the keys sorted, under a prefix and in a group, numbered from `firstOrder`. */
function embed(child: ConfigDef, prefix: string, group: string, firstOrder: number): ConfigDef {
  const def: Record<string, ConfigKey> = {};
  for (const [index, [name, key]] of sortedKeys(child).entries()) {
    const { validator, recommended, visible, ...rest } = key;
    def[prefix + name] = {
      ...rest,
      group: key.group === undefined ? group : `${group}: ${key.group}`,
      orderInGroup: firstOrder + index,
      displayName: key.displayName ?? name,
      dependents: (key.dependents ?? []).map((dependent) => prefix + dependent),
      ...(validator === undefined
        ? {}
        : {
            validator: (value) => {
              const verdict = validator(value, name);
              return typeof verdict === "string" ? { text: invalidText(name, value, verdict) } : verdict;
            },
          }),
      ...(recommended === undefined
        ? {}
        : { recommended: (config: Readonly<Record<string, string>>) => recommended(unprefixed(config, prefix)) }),
      ...(visible === undefined
        ? {}
        : { visible: (config: Readonly<Record<string, string>>) => visible(unprefixed(config, prefix)) }),
    };
  }
  return def;
}

function unprefixed(config: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

const IMPORTANCE: readonly Importance[] = ["HIGH", "MEDIUM", "LOW"];

/** Java's `ConfigDef.sortedConfigs`: by group, order in it, required first, importance, name. */
function sortedKeys(def: ConfigDef): [string, ConfigKey][] {
  const groups = [...new Set(Object.values(def).map((key) => key.group))];
  const rank = (key: ConfigKey): number => (key.group === undefined ? -1 : groups.indexOf(key.group));
  return Object.entries(def).sort(
    ([nameA, a], [nameB, b]) =>
      rank(a) - rank(b) ||
      (a.orderInGroup ?? -1) - (b.orderInGroup ?? -1) ||
      Number(a.default !== undefined) - Number(b.default !== undefined) ||
      IMPORTANCE.indexOf(a.importance) - IMPORTANCE.indexOf(b.importance) ||
      (nameA < nameB ? -1 : 1),
  );
}
