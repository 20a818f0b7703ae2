import type { Logger } from "../../runtime/api/index.js";
import type { MetricSample } from "../../runtime/herder.js";
import { loadPlugins } from "../../runtime/plugins/load.js";
import type { PluginRegistry } from "../../runtime/plugins/registry.js";
import { parseDistributedConfig, parseStandaloneConfig } from "../../runtime/worker/worker-config.js";
import { RestServer, type RestServerOptions } from "../../rest-api/server.js";
import { MemoryHerder, type MemoryHerderOptions } from "./memory-herder.js";

export interface MemoryRestOptions {
  /** Worker properties on top of the least that a worker needs. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly herder?: Partial<MemoryHerderOptions>;
  readonly samples?: readonly MetricSample[];
  readonly readTls?: RestServerOptions["readTls"];
}

export interface MemoryRest {
  readonly server: RestServer;
  readonly herder: MemoryHerder;
  /** Of the first listener, without a slash at the end. */
  readonly url: string;
  /** Lines of the request log. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

const builtIn = [
  "connectors/aiven-gcs/plugin.js",
  "connectors/confluent-gcs/plugin.js",
  "runtime/converters/index.js",
  "runtime/transforms/index.js",
].map((path) => new URL(`../../${path}`, import.meta.url).href);
let registry: Promise<PluginRegistry> | undefined;

/** The built-in plug-ins, loaded once. */
export function builtInPlugins(): Promise<PluginRegistry> {
  registry ??= loadPlugins({ builtIn }, collectingLogger([]));
  return registry;
}

/** The REST API over a {@link MemoryHerder}, on a free port. */
export async function startMemoryRest(options: MemoryRestOptions = {}): Promise<MemoryRest> {
  const properties: Record<string, string> = {
    "bootstrap.servers": "127.0.0.1:1",
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "offset.storage.file.filename": "unused",
    listeners: "http://127.0.0.1:0",
    ...options.properties,
  };
  const worker = "group.id" in properties ? parseDistributedConfig(properties) : parseStandaloneConfig(properties);
  const log: string[] = [];
  const server = await RestServer.open({
    worker,
    env: options.env ?? {},
    readTls:
      options.readTls ??
      ((): never => {
        throw new Error("this test gives no TLS");
      }),
    log: collectingLogger(log),
    version: "4.1.1",
    commit: "0123456789abcdef",
  });
  const herder = new MemoryHerder({
    registry: await builtInPlugins(),
    worker: properties,
    workerGroupId: worker.distributed?.["group.id"] ?? null,
    ...options.herder,
  });
  server.initialize(herder, { samples: () => Promise.resolve(options.samples ?? []) });
  return { server, herder, url: server.urls[0]!, log, close: () => server.close() };
}

function collectingLogger(lines: string[]): Logger {
  const add = (message: string): void => {
    lines.push(message);
  };
  return { error: add, warn: add, info: add, debug: add, trace: add, isEnabled: () => true };
}
