import { ConnectError, type ConfigDef } from "../api/index.js";
import type { ConfigKeyInfo, PluginInfo } from "../herder.js";
import { isShown, keyInfo } from "./config-infos.js";
import { baseSinkDef, type WorkerDefaults } from "./connector-config.js";
import type { Entry, PluginRegistry } from "./registry.js";
import { parseVersionRequirement, type VersionRange } from "./versions.js";

/** `GET /connector-plugins`. */
export function pluginInfos(registry: PluginRegistry, connectorsOnly: boolean): PluginInfo[] {
  return registry
    .entries()
    .filter(({ plugin }) => !connectorsOnly || plugin.kind === "sink")
    .map(({ className, plugin }) => ({ className, type: plugin.kind, version: plugin.version }));
}

/**
 * `GET /connector-plugins/{plugin}/config`: the plug-in's own keys, for a connector followed by those that every sink has.
 * Throws ConnectError `not-found` for an unknown plug-in, `bad-request` for a version that is none or not there.
 */
export function pluginConfig(defaults: WorkerDefaults, plugin: string, version: string | null): ConfigKeyInfo[] {
  const entry = findPlugin(defaults.registry, plugin, requirement(version));
  if (entry === null) throw new ConnectError("not-found", `Unknown plugin ${plugin}.`);
  const own = entry.plugin.configDef;
  const base: ConfigDef =
    entry.plugin.kind === "sink" ? baseSinkDef(defaults, { "connector.class": entry.className }) : {};
  return Object.entries({ ...own, ...without(base, own) })
    .filter(([name, key]) => isShown(name, key))
    .map(([name, key]) => keyInfo(name, key));
}

function requirement(version: string | null): VersionRange | null {
  try {
    return parseVersionRequirement(version);
  } catch {
    throw new ConnectError("bad-request", `Invalid version specification: ${String(version)}`);
  }
}

function findPlugin(registry: PluginRegistry, name: string, range: VersionRange | null): Entry | null {
  try {
    const found = registry.findAny(name, range);
    return found ?? (registry.sinkVersions(name, {}).length > 0 ? registry.connector(name, {}, range) : null);
  } catch (error) {
    throw new ConnectError("bad-request", (error as Error).message, { cause: error });
  }
}

function without(def: ConfigDef, other: ConfigDef): ConfigDef {
  return Object.fromEntries(Object.entries(def).filter(([name]) => !(name in other)));
}
