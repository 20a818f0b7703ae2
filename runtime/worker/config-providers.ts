import { readdir, readFile, stat } from "node:fs/promises";
import { isAbsolute, join, normalize, sep } from "node:path";
import { asConnectError, ConnectError, parseType } from "../api/index.js";
import { parseProperties, withPrefix, type Properties } from "./properties.js";

/**
 * Config providers (KIP-297): `${provider:[path:]key}` in a value stands for what the provider has under that key. Resolved values
 * are secrets: they go to task threads and clients only, never to a topic, a log or REST.
 */

/** Values by key; keys that the provider does not have are absent. `path` is empty where the reference had none. */
export type ConfigProvider = (path: string, keys: ReadonlySet<string>) => Promise<ReadonlyMap<string, string>>;

/** Source: `ConfigTransformer.DEFAULT_PATTERN`. */
const REFERENCE = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/g;

const PACKAGE = "org.apache.kafka.common.config.provider.";

type Factory = (params: Properties) => ConfigProvider;

const FACTORIES: ReadonlyMap<string, Factory> = new Map([
  ["FileConfigProvider", fileProvider],
  ["DirectoryConfigProvider", directoryProvider],
  ["EnvVarConfigProvider", envVarProvider],
]);

/** Resolves references. One pass: what a provider gives is not looked at again. */
export class ConfigTransformer {
  constructor(private readonly providers: ReadonlyMap<string, ConfigProvider>) {}

  /**
   * `values` with every reference replaced; a reference to an unknown provider or key stays as it is.
   * Throws ConnectError `config` when a provider cannot read what it is asked for.
   */
  async resolve<V extends string | null>(values: Readonly<Record<string, V>>): Promise<Record<string, V>> {
    const found = await this.#lookUp(Object.values(values));
    const replace = (text: string): string =>
      text.replace(
        REFERENCE,
        (reference: string, provider: string, _: unknown, path: string | undefined, key: string) =>
          found
            .get(provider)
            ?.get(path ?? "")
            ?.get(key) ?? reference,
      );
    return Object.fromEntries(
      Object.entries<V>(values).map(([key, value]) => [key, value === null ? value : (replace(value) as V)]),
    );
  }

  async #lookUp(values: readonly (string | null)[]): Promise<Map<string, Map<string, ReadonlyMap<string, string>>>> {
    const wanted = new Map<string, Map<string, Set<string>>>();
    for (const value of values)
      for (const [, provider = "", , path = "", key = ""] of (value ?? "").matchAll(REFERENCE)) {
        if (!this.providers.has(provider)) continue;
        const paths = wanted.get(provider) ?? new Map<string, Set<string>>();
        wanted.set(provider, paths.set(path, (paths.get(path) ?? new Set()).add(key)));
      }
    const found = new Map<string, Map<string, ReadonlyMap<string, string>>>();
    for (const [provider, paths] of wanted) {
      const byPath = new Map<string, ReadonlyMap<string, string>>();
      for (const [path, keys] of paths) byPath.set(path, await this.providers.get(provider)!(path, keys));
      found.set(provider, byPath);
    }
    return found;
  }
}

/** The providers that `config.providers` names. Throws ConnectError `config`. */
export function configProviders(properties: Properties): ConfigTransformer {
  const providers = new Map<string, ConfigProvider>();
  const names = parseType("config.providers", "LIST", properties["config.providers"] ?? "") as readonly string[];
  for (const name of names) {
    const key = `config.providers.${name}.class`;
    const className = properties[key]?.trim() ?? "";
    const simple = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : className;
    const factory = FACTORIES.get(simple) ?? FACTORIES.get(`${simple}ConfigProvider`);
    if (factory === undefined)
      throw new ConnectError(
        "config",
        `Invalid value ${className} for configuration ${key}: Class could not be found.`,
      );
    providers.set(name, factory(withPrefix(properties, `config.providers.${name}.param.`)));
  }
  return new ConfigTransformer(providers);
}

/**
 * The worker's properties with references resolved, but for `plugin.path` and the definitions of the providers themselves.
 */
export async function resolveWorkerProperties(
  properties: Properties,
  transformer: ConfigTransformer,
): Promise<Properties> {
  const fixed = (key: string): boolean => key === "plugin.path" || key.startsWith("config.providers");
  const resolvable = Object.fromEntries(Object.entries(properties).filter(([key]) => !fixed(key)));
  return { ...properties, ...(await transformer.resolve(resolvable)) };
}

/**
 * `config` with the values of `raw` under all keys where `raw` has a reference: so no resolved secret reaches a topic.
 * Source: `AbstractHerder.reverseTransform`.
 */
export function reverseTransform(raw: Properties, config: Properties): Record<string, string> {
  const result: Record<string, string> = { ...config };
  for (const [key, value] of Object.entries(raw))
    if (key in result && new RegExp(REFERENCE.source).test(value)) result[key] = value;
  return result;
}

function fileProvider(params: Properties): ConfigProvider {
  const allowed = allowedPaths(params);
  return async (path, keys) => {
    if (path === "" || !isAllowed(path, allowed)) return new Map();
    let properties: Properties;
    try {
      properties = parseProperties(await readFile(path, "utf8"));
    } catch (error) {
      throw new ConnectError("config", `Could not read properties from file ${path}`, {
        cause: asConnectError(error, "config"),
      });
    }
    return pick(properties, keys);
  };
}

function directoryProvider(params: Properties): ConfigProvider {
  const allowed = allowedPaths(params);
  return async (path, keys) => {
    if (path === "" || !isAllowed(path, allowed)) return new Map();
    const values: Record<string, string> = {};
    try {
      for (const name of await readdir(path))
        if (keys.has(name) && (await stat(join(path, name))).isFile())
          values[name] = await readFile(join(path, name), "utf8");
    } catch (error) {
      throw new ConnectError("config", `Could not list directory ${path}`, { cause: asConnectError(error, "config") });
    }
    return pick(values, keys);
  };
}

function envVarProvider(params: Properties): ConfigProvider {
  const pattern = new RegExp(`^(?:${params["allowlist.pattern"] ?? ".*"})$`);
  return (path, keys) => {
    if (path !== "")
      throw new ConnectError("config", `Path is not supported for EnvVarConfigProvider, invalid value '${path}'`);
    const values: Record<string, string> = {};
    for (const [name, value] of Object.entries(process.env))
      if (value !== undefined && pattern.test(name)) values[name] = value;
    return Promise.resolve(pick(values, keys));
  };
}

/** Null: everything is allowed. */
function allowedPaths(params: Properties): readonly string[] | null {
  const text = params["allowed.paths"]?.trim() ?? "";
  if (text === "") return null;
  return text.split(",").map((item) => {
    const path = item.trim();
    if (!isAbsolute(path)) throw new ConnectError("config", `Path ${path} is not absolute`);
    return normalize(path);
  });
}

/** Like the original, compares normalised paths and does not look behind symbolic links. */
function isAllowed(path: string, allowed: readonly string[] | null): boolean {
  if (allowed === null) return true;
  const normal = normalize(path);
  return allowed.some((root) => normal === root || normal.startsWith(root.endsWith(sep) ? root : root + sep));
}

function pick(values: Properties, keys: ReadonlySet<string>): ReadonlyMap<string, string> {
  return new Map(Object.entries(values).filter(([key]) => keys.has(key)));
}
