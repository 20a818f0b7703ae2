import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Logger, Plugin, PluginKind } from "../api/index.js";
import { PluginRegistry } from "./registry.js";

export interface PluginSources {
  /** Module URLs of the plug-ins that the program brings along. */
  readonly builtIn: readonly string[];
  /** The worker's `plugin.path`: folders, comma-separated. */
  readonly pluginPath?: string | undefined;
}

/**
 * Imports all plug-in modules. A built-in module that fails is an error; anything wrong under `plugin.path` is logged and
 * skipped, as Connect does, for those folders often hold Java plug-ins too.
 */
export async function loadPlugins(sources: PluginSources, log: Logger): Promise<PluginRegistry> {
  const modules: { location: string; plugins: readonly Plugin[] }[] = [];
  for (const url of sources.builtIn) modules.push({ location: url, plugins: pluginsOf(await import(url), url) });
  for (const url of pluginPathModules(sources.pluginPath ?? "", log)) {
    try {
      modules.push({ location: url, plugins: pluginsOf(await import(url), url) });
      log.info("Loaded plug-in module", { location: url });
    } catch (error) {
      log.error("Could not load plug-in module, leaving it out", { location: url, error });
    }
  }
  return new PluginRegistry(modules);
}

/** URLs of the modules under `plugin.path`: each folder itself, or each folder directly in it, when it is an ES module package. */
function pluginPathModules(pluginPath: string, log: Logger): string[] {
  const urls: string[] = [];
  for (const folder of pluginPath.split(",").map((item) => item.trim())) {
    if (folder === "") continue;
    const path = resolve(folder);
    if (!existsSync(path)) {
      log.error("Folder of plugin.path does not exist", { folder });
      continue;
    }
    const itself = moduleOf(path, log);
    const inside = itself === null && statSync(path).isDirectory() ? readdirSync(path).sort() : [];
    urls.push(...[itself, ...inside.map((name) => moduleOf(join(path, name), log))].filter((url) => url !== null));
  }
  return urls;
}

/** The entry module of a package folder, or null when it is none (a jar, a folder of jars). */
function moduleOf(folder: string, log: Logger): string | null {
  try {
    if (!statSync(folder).isDirectory()) return null;
    const manifest = join(folder, "package.json");
    const entry = existsSync(manifest) ? entryOf(JSON.parse(readFileSync(manifest, "utf8"))) : "index.js";
    const file = join(folder, entry);
    return existsSync(file) ? pathToFileURL(file).href : null;
  } catch (error) {
    log.error("Could not read plug-in folder, leaving it out", { folder, error });
    return null;
  }
}

/** `exports` (its `.`, under the conditions `import`, `node` or `default`), else `main`, else index.js. */
function entryOf(manifest: unknown): string {
  if (typeof manifest !== "object" || manifest === null) return "index.js";
  const { exports, main } = manifest as { exports?: unknown; main?: unknown };
  return targetOf(exports) ?? (typeof main === "string" ? main : "index.js");
}

function targetOf(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return null;
  for (const [condition, inner] of Object.entries(target))
    if ([".", "import", "node", "default"].includes(condition)) {
      const found = targetOf(inner);
      if (found !== null) return found;
    }
  return null;
}

const REQUIRED_FUNCTIONS: Record<PluginKind, readonly string[]> = {
  sink: ["taskConfigs", "createTask"],
  converter: ["create"],
  header_converter: ["create"],
  transformation: ["create"],
  predicate: ["create"],
};

/** The module's `plugins`, checked as far as a loader can: third parties write them, perhaps in JavaScript. */
function pluginsOf(module: unknown, url: string): readonly Plugin[] {
  const { plugins } = module as { plugins?: unknown };
  if (!Array.isArray(plugins)) throw new Error(`Module ${url} exports no array called plugins`);
  for (const plugin of plugins as unknown[]) {
    const problem = problemOf(plugin);
    if (problem !== null) throw new Error(`Module ${url} exports a plug-in that ${problem}`);
  }
  return plugins as Plugin[];
}

function problemOf(plugin: unknown): string | null {
  if (typeof plugin !== "object" || plugin === null) return "is no object";
  const fields = plugin as Record<string, unknown>;
  const name = String(fields["className"]);
  for (const field of ["className", "version", "kind"])
    if (typeof fields[field] !== "string") return `has no ${field} (${name})`;
  const functions = REQUIRED_FUNCTIONS[fields["kind"] as PluginKind] as readonly string[] | undefined;
  if (functions === undefined) return `has an unknown kind (${name})`;
  if (typeof fields["configDef"] !== "object" || fields["configDef"] === null) return `has no configDef (${name})`;
  const missing = functions.find((fn) => typeof fields[fn] !== "function");
  return missing === undefined ? null : `has no function ${missing} (${name})`;
}
