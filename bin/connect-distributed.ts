import { assembleClusterWorker } from "../runtime/distributed/assemble.js";
import { createAdmin } from "../runtime/kafka/admin.js";
import { Wakeup } from "../runtime/kafka/wakeup.js";
import { WorkerGroup } from "../runtime/kafka/worker-group.js";
import type { Loggers } from "../runtime/logging/loggers.js";
import { openConfigStore } from "../runtime/storage/config-log.js";
import { prepareTopic } from "../runtime/storage/internal-topics.js";
import { openStatusStore } from "../runtime/storage/status-log.js";
import { internalClientProperties, memberClientProperties } from "../runtime/worker/client-properties.js";
import { internalTopic } from "../runtime/worker/internal-topic-config.js";
import { SinkOffsets } from "../runtime/worker/sink-offsets.js";
import { workerMetrics } from "../runtime/worker/worker-metrics.js";
import { parseDistributedConfig, type DistributedConfig } from "../runtime/worker/worker-config.js";
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

/** How long a worker waits for the leader to take the task configurations of a connector. */
const PEER_TIMEOUT_MS = 90_000;

/** `connect-distributed worker.properties`: a worker of a Kafka Connect cluster. */
const { loggers, levels } = createLoggers(process.env);

await runCommand("ConnectDistributed", loggers, async () => {
  const [path, ...rest] = process.argv.slice(2);
  if (path === undefined || rest.length > 0 || path === "--help")
    throw new ExitError(EXIT.usage, "Usage: connect-distributed worker.properties");
  const signal = untilSignal();
  const { config, transformer } = await loadWorkerConfig(path, parseDistributedConfig);
  const clusterId = await lookUpClusterId(config, loggers);
  const base = await openBase(config, loggers, levels);
  const url = base.rest.advertisedUrl;
  const wakeup = new Wakeup();
  const admin = createAdmin(
    internalClientProperties(config, "shared-admin"),
    loggers.get("org.apache.kafka.clients.admin"),
  );
  const { group, configs, statuses } = await orExit(EXIT.config, async () => ({
    ...openStores(config, admin, loggers),
    group: await openGroup(config, base.rest.workerId, wakeup, loggers),
  }));
  const { worker, tasks, restarts } = createWorker(
    config,
    base,
    statuses,
    transformer,
    loggers,
    () => membership.generation,
  );
  const { herder, engine, membership } = await orExit(EXIT.config, () =>
    Promise.resolve(
      assembleClusterWorker({
        clusterId,
        config,
        workerId: base.rest.workerId,
        url,
        registry: base.registry,
        transformer,
        configs,
        statuses,
        worker,
        tasks,
        loggers,
        clientKeys: CLIENT_KEYS,
        group,
        wakeup,
        // Sinks do not use the offsets topic, but JVM workers of the same cluster expect it.
        prepare: () =>
          prepareTopic(
            internalTopic(config, "offset"),
            admin,
            loggers.get("org.apache.kafka.connect.storage.KafkaOffsetBackingStore"),
          ),
        peer: {
          post: (to, body, headers) =>
            base.rest.workers.call({ method: "POST", url: to, body, headers, timeoutMs: PEER_TIMEOUT_MS }),
        },
        offsets: new SinkOffsets({
          config,
          transformer,
          registry: base.registry,
          log: loggers.get("org.apache.kafka.connect.runtime.Worker"),
        }),
      }),
    ),
  );
  restarts.bind(herder);
  base.rest.initialize(
    herder,
    workerMetrics({ worker, tasks, statuses, workerId: base.rest.workerId, rebalances: () => membership.metrics }),
  );
  const running = engine.run();
  try {
    // The loop ends by itself only when it cannot go on.
    await Promise.race([running, signal]);
    await base.rest.close();
  } finally {
    restarts.close();
    engine.stop();
    await running.finally(async () => {
      group.close();
      await tasks.close();
      await admin.close();
    });
  }
});

function openStores(
  config: DistributedConfig,
  admin: ReturnType<typeof createAdmin>,
  loggers: Loggers,
): { configs: ReturnType<typeof openConfigStore>; statuses: ReturnType<typeof openStatusStore> } {
  const exactlyOnce = config.distributed["exactly.once.source.support"].toLowerCase();
  const configs = openConfigStore(
    {
      topic: internalTopic(config, "config"),
      properties: internalClientProperties(config, "configs"),
      exactlyOnce: exactlyOnce as "disabled" | "preparing" | "enabled",
      groupId: config.distributed["group.id"],
    },
    admin,
    loggers.get("org.apache.kafka.connect.storage.KafkaConfigBackingStore"),
  );
  const statuses = openStatusStore(
    { topic: internalTopic(config, "status"), properties: internalClientProperties(config, "statuses") },
    admin,
    loggers.get("org.apache.kafka.connect.storage.KafkaStatusBackingStore"),
  );
  return { configs, statuses };
}

function openGroup(
  config: DistributedConfig,
  workerId: string,
  wakeup: Wakeup,
  loggers: Loggers,
): Promise<WorkerGroup> {
  const settings = config.distributed;
  return WorkerGroup.open(
    memberClientProperties(config, workerId),
    {
      groupId: settings["group.id"],
      protocolType: "connect",
      sessionTimeoutMs: settings["session.timeout.ms"],
      rebalanceTimeoutMs: settings["rebalance.timeout.ms"],
      heartbeatIntervalMs: settings["heartbeat.interval.ms"],
      onChange: () => {
        wakeup.notify();
      },
    },
    loggers.get("org.apache.kafka.connect.runtime.distributed.WorkerGroupMember"),
  );
}
