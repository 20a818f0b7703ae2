import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { ConnectError, parseConfig, type LogLevel } from "../runtime/api/index.js";
import { RestServer } from "../rest-api/server.js";
import { createAdmin } from "../runtime/kafka/admin.js";
import { Loggers, parseLogLevel } from "../runtime/logging/loggers.js";
import { loadPlugins, type PluginSources } from "../runtime/plugins/load.js";
import type { PluginRegistry } from "../runtime/plugins/registry.js";
import { SSL_KEYS } from "../runtime/tls/ssl-keys.js";
import { tlsOptions } from "../runtime/tls/tls.js";
import { workerClientProperties } from "../runtime/worker/client-properties.js";
import {
  configProviders,
  resolveWorkerProperties,
  type ConfigTransformer,
} from "../runtime/worker/config-providers.js";
import { parseProperties, type Properties } from "../runtime/worker/properties.js";
import { TaskRestarts } from "../runtime/worker/task-restarts.js";
import { TaskHost } from "../runtime/worker/task-host.js";
import { Worker } from "../runtime/worker/worker.js";
import type { WorkerConfig } from "../runtime/worker/worker-config.js";
import type { StatusStore } from "../runtime/storage/status-store.js";

/** What `connect-distributed` and `connect-standalone` have in common: from the arguments to a worker that can be given work. */

/** Exit codes of `ConnectDistributed` and `ConnectStandalone`, Connect 4.1. */
export const EXIT = { usage: 1, crashed: 1, config: 2, start: 3 } as const;

/** Connect's version and commit that REST shows: clients choose their features by it. */
const KAFKA = { version: "4.1.1", commit: "be816b82d25370ce" };

const BUILT_IN = [
  "../runtime/converters/index.js",
  "../runtime/transforms/index.js",
  "../connectors/aiven-gcs/plugin.js",
  "../connectors/confluent-gcs/plugin.js",
];

/** An error that ends the program with this exit code; its text is all that the user needs. */
export class ExitError extends Error {
  constructor(
    readonly code: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Runs `action`; what it throws ends the program with `code` and one line. */
export async function orExit<T>(code: number, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ExitError) throw error;
    throw new ExitError(code, messageOf(error), { cause: error });
  }
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  return cause === "" || message.includes(cause) ? message : `${message}: ${cause}`;
}

/** Levels as the images of Kafka Connect take them: `CONNECT_LOG4J_ROOT_LOGLEVEL`, `CONNECT_LOG4J_LOGGERS=name=LEVEL,…`. */
export function createLoggers(env: NodeJS.ProcessEnv): { loggers: Loggers; levels: Record<string, LogLevel> } {
  const loggers = new Loggers((line) => process.stdout.write(line));
  const levels: Record<string, LogLevel> = {};
  const wanted = [`root=${env["CONNECT_LOG4J_ROOT_LOGLEVEL"] ?? "INFO"}`];
  wanted.push(...(env["CONNECT_LOG4J_LOGGERS"] ?? "").split(","));
  for (const item of wanted) {
    const [name = "", text = ""] = item.split("=");
    const level = parseLogLevel(text);
    if (name.trim() !== "" && level !== null) levels[name.trim()] = level;
  }
  for (const [name, level] of Object.entries(levels)) loggers.configure(name, level);
  return { loggers, levels };
}

/** Java's `Utils.loadProps`, which reads Latin-1, as `java.util.Properties` does. */
export function readPropertiesFile(path: string): Properties {
  return parseProperties(readFileSync(path, "latin1"));
}

export interface LoadedConfig<C extends WorkerConfig> {
  readonly config: C;
  readonly transformer: ConfigTransformer;
}

/** The worker file, references resolved. Throws {@link ExitError} 2. */
export function loadWorkerConfig<C extends WorkerConfig>(
  path: string,
  parse: (properties: Properties) => C,
): Promise<LoadedConfig<C>> {
  return orExit(EXIT.config, async () => {
    const raw = readPropertiesFile(path);
    const transformer = configProviders(raw);
    return { config: parse(await resolveWorkerProperties(raw, transformer)), transformer };
  });
}

/** Asks the brokers who they are, before anything else opens. Throws {@link ExitError} 2 when they cannot be reached. */
export function lookUpClusterId(config: WorkerConfig, loggers: Loggers): Promise<string> {
  const servers = config.common["bootstrap.servers"].join(",");
  return orExit(EXIT.config, async () => {
    const log = loggers.get("org.apache.kafka.connect.util.ConnectUtils");
    const admin = createAdmin(workerClientProperties(config, "connect-cluster-id"), log);
    try {
      return await admin.clusterId();
    } catch (cause) {
      throw new ConnectError("fatal", `Failed to connect to and describe Kafka cluster at ${servers}`, { cause });
    } finally {
      await admin.close();
    }
  });
}

export interface WorkerBase {
  readonly rest: RestServer;
  readonly registry: PluginRegistry;
  readonly plugins: PluginSources;
  readonly levels: Readonly<Record<string, LogLevel>>;
}

/** Loads plug-ins (exit code 2) and opens the REST listeners (exit code 3). */
export async function openBase(
  config: WorkerConfig,
  loggers: Loggers,
  levels: Readonly<Record<string, LogLevel>>,
): Promise<WorkerBase> {
  const plugins: PluginSources = {
    builtIn: BUILT_IN.map((path) => new URL(path, import.meta.url).href),
    pluginPath: config.common["plugin.path"] ?? undefined,
  };
  const registry = await orExit(EXIT.config, () =>
    loadPlugins(plugins, loggers.get("org.apache.kafka.connect.runtime.isolation.PluginScanner")),
  );
  const rest = await orExit(EXIT.start, () =>
    RestServer.open({
      worker: config,
      env: process.env,
      readTls: (ssl) => tlsOptions(parseConfig(SSL_KEYS, ssl)),
      log: loggers.get("org.apache.kafka.connect.runtime.rest.RestServer"),
      ...KAFKA,
    }),
  );
  return { rest, registry, plugins, levels };
}

/** The worker with its task threads, which are started when first needed. */
export function createWorker(
  config: WorkerConfig,
  base: WorkerBase,
  statuses: StatusStore,
  transformer: ConfigTransformer,
  loggers: Loggers,
  generation: () => number,
): { worker: Worker; tasks: TaskHost; restarts: TaskRestarts } {
  const log = loggers.get("org.apache.kafka.connect.runtime.Worker");
  const restarts = new TaskRestarts(
    {
      maxAttempts: config.common["task.restart.max.attempts"],
      backoffMs: config.common["task.restart.backoff.ms"],
      backoffMaxMs: config.common["task.restart.backoff.max.ms"],
    },
    log,
  );
  const worker = new Worker({
    config,
    workerId: base.rest.workerId,
    registry: base.registry,
    transformer,
    statuses,
    loggers,
    generation,
    onTaskFailed: (id) => {
      restarts.onFailed(id);
    },
  });
  const threads = config.common["task.threads"];
  const tasks = new TaskHost({
    plugins: base.plugins,
    budgetBytes: config.common["task.thread.buffer.bytes"],
    logLevels: base.levels,
    ...(threads === null ? {} : { threads }),
    onEvent: (event) => {
      worker.onTaskEvent(event);
    },
    log,
  });
  worker.attach(tasks);
  return { worker, tasks, restarts };
}

/** What validation knows of client keys. */
export { CLIENT_KEYS } from "../runtime/kafka/client-keys.js";

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(130));
      });
    }
  });
}

/** Runs a command to its end and exits: 0, or the code of the error, said in one line. */
export async function runCommand(name: string, loggers: Loggers, command: () => Promise<void>): Promise<never> {
  // Collects sooner than V8 would by itself: the old generation of a busy task thread stays near what is alive.
  setFlagsFromString("--heap-growing-percent=25");
  const log = loggers.get(`org.apache.kafka.connect.cli.${name}`);
  let code = 0;
  try {
    await command();
  } catch (error) {
    code = error instanceof ExitError ? error.code : EXIT.crashed;
    if (error instanceof ExitError) {
      log.error(`Stopping due to error: ${error.message}`);
      if (error.cause instanceof Error) log.debug("Cause", { error: error.cause });
    } else log.error("Uncaught exception in herder work thread, exiting", { error });
  }
  // What is still being written to a pipe is lost on exit.
  await new Promise<void>((resolve) => {
    process.stdout.write("", () => {
      resolve();
    });
  });
  process.exit(code);
}
