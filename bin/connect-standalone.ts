import { readFileSync } from "node:fs";
import { StandaloneHerder } from "../runtime/standalone/herder.js";
import { parseConnectorFile } from "../runtime/standalone/connector-file.js";
import { MemoryConfigStore, MemoryStatusStore } from "../runtime/storage/memory.js";
import { SinkOffsets } from "../runtime/worker/sink-offsets.js";
import { parseStandaloneConfig } from "../runtime/worker/worker-config.js";
import { workerMetrics } from "../runtime/worker/worker-metrics.js";
import {
  CLIENT_KEYS,
  createLoggers,
  createWorker,
  EXIT,
  ExitError,
  loadWorkerConfig,
  lookUpClusterId,
  openBase,
  orExit,
  runCommand,
  untilSignal,
} from "./start-up.js";

/** `connect-standalone worker.properties [connector.properties|connector.json …]`: a worker on its own. */
const { loggers, levels } = createLoggers(process.env);

await runCommand("ConnectStandalone", loggers, async () => {
  const [path, ...files] = process.argv.slice(2);
  if (path === undefined || path === "--help")
    throw new ExitError(
      EXIT.usage,
      "Usage: connect-standalone worker.properties [connector1.properties connector2.json ...]",
    );
  const signal = untilSignal();
  const { config, transformer } = await loadWorkerConfig(path, parseStandaloneConfig);
  const clusterId = await lookUpClusterId(config, loggers);
  const base = await openBase(config, loggers, levels);
  const configs = new MemoryConfigStore(loggers.get("org.apache.kafka.connect.storage.MemoryConfigBackingStore"));
  const statuses = new MemoryStatusStore(loggers.get("org.apache.kafka.connect.storage.MemoryStatusBackingStore"));
  const { worker, tasks, restarts } = createWorker(config, base, statuses, transformer, loggers, () => 0);
  const { registry } = base;
  const { workerId } = base.rest;
  const log = loggers.get("org.apache.kafka.connect.runtime.Worker");
  const herder = new StandaloneHerder({
    clusterId,
    config,
    workerId,
    registry,
    transformer,
    configs,
    statuses,
    worker,
    tasks,
    loggers,
    clientKeys: CLIENT_KEYS,
    offsets: new SinkOffsets({ config, transformer, registry, log }),
  });
  restarts.bind(herder);
  base.rest.initialize(herder, workerMetrics({ worker, tasks, statuses, workerId }));
  try {
    for (const file of files)
      await orExit(EXIT.start, async () => {
        const connector = parseConnectorFile(readFileSync(file, "utf8"), file);
        await herder.createConnector(connector.name, connector.config, connector.initialState);
      });
    herder.ready();
    await signal;
  } finally {
    restarts.close();
    await base.rest.close();
    await herder.stop();
    await tasks.close();
  }
});
