import { formatConfigValue, type ConfigDef, type ConfigKey, type ConfigType, type ConfigValue } from "../api/index.js";
import type { ConfigInfos, ConfigKeyInfo, ConfigValueInfo } from "../herder.js";

/** How REST shows keys and values: `ConfigInfos`, `ConfigKeyInfo` and `ConfigValueInfo` of Kafka 4.1. */

export type ConfigInfo = ConfigInfos["configs"][number];

/** A group of entries with its share of the error count. */
export interface InfoBlock {
  readonly configs: readonly ConfigInfo[];
  readonly groups: readonly string[];
  readonly errorCount: number;
}

/** `prefix` goes before the key's name; the display name stays without it. */
export function keyInfo(name: string, key: ConfigKey, prefix = ""): ConfigKeyInfo {
  return {
    name: prefix + name,
    type: key.type,
    required: key.default === undefined,
    default_value: key.default === undefined ? null : formatConfigValue(key.type, key.default),
    importance: key.importance,
    documentation: key.doc,
    group: key.group ?? null,
    width: key.width ?? "NONE",
    display_name: key.displayName ?? name,
    dependents: key.dependents ?? [],
    order: key.orderInGroup ?? -1,
  };
}

/** `type` null: the value of a key without definition, shown as it is. */
export function valueInfo(value: ConfigValue, type: ConfigType | null, prefix = ""): ConfigValueInfo {
  return {
    name: prefix + value.name,
    value: formatConfigValue(type ?? "STRING", value.value),
    recommended_values: value.recommendedValues,
    errors: value.errors,
    visible: value.visible,
  };
}

/** Keys that REST lists: not the internal ones, and our own additions only where a configuration uses them. */
export function isShown(name: string, key: ConfigKey, config: Readonly<Record<string, unknown>> = {}): boolean {
  return key.internal !== true && (key.extension !== true || name in config);
}

/** Distinct groups in the order of their first key. */
export function groupsOf(keys: Iterable<ConfigKey>): string[] {
  const groups = new Set<string>();
  for (const key of keys) if (key.group !== undefined) groups.add(key.group);
  return [...groups];
}

/** Values of another plug-in's or client's keys, under a prefix; each value with errors counts once. */
export function prefixedBlock(def: ConfigDef, values: readonly ConfigValue[], prefix: string): InfoBlock {
  const shown = values.filter((value) => {
    const key = def[value.name];
    return key === undefined || key.internal !== true;
  });
  const keyOf = (value: ConfigValue): ConfigKey | undefined => def[value.name];
  return {
    configs: shown.map((value) => {
      const key = keyOf(value);
      return {
        definition: key === undefined ? null : keyInfo(value.name, key, prefix),
        value: valueInfo(value, key?.type ?? null, prefix),
      };
    }),
    groups: groupsOf(shown.map(keyOf).filter((key) => key !== undefined)),
    errorCount: values.filter((value) => value.errors.length > 0).length,
  };
}

export const noErrors = (name: string, value: ConfigValue["value"]): ConfigValue => ({
  name,
  value,
  recommendedValues: [],
  errors: [],
  visible: true,
});
