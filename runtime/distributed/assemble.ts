import type { WorkerGroup } from "../kafka/worker-group.js";
import type { Wakeup } from "../kafka/wakeup.js";
import { parseLogLevel } from "../logging/loggers.js";
import type { HerderParts } from "../worker/base-herder.js";
import type { SinkOffsets } from "../worker/sink-offsets.js";
import { StageTracker } from "../worker/stage.js";
import type { DistributedConfig } from "../worker/worker-config.js";
import { Engine } from "./engine.js";
import { DistributedHerder } from "./herder.js";
import { LeaderWrites } from "./leader-writes.js";
import { Membership } from "./membership.js";
import type { PeerClient } from "./peer-client.js";
import type { ProtocolName } from "./protocol.js";
import { RequestQueue } from "./requests.js";
import { checkAlgorithms, type SessionKeyConfig } from "./session-key.js";
import { TaskPublisher } from "./task-publisher.js";
import { WorkRunner } from "./work-runner.js";

export interface ClusterParts extends HerderParts {
  readonly config: DistributedConfig;
  /** REST URL that other workers use, with a trailing slash. */
  readonly url: string;
  readonly group: WorkerGroup;
  /** Wakes the loop; the group calls it too. */
  readonly wakeup: Wakeup;
  readonly peer: PeerClient;
  readonly offsets: SinkOffsets;
  /** Prepares what else the cluster needs before this worker joins it. */
  readonly prepare: () => Promise<void>;
}

const LOGGER = "org.apache.kafka.connect.runtime.distributed.";

export interface ClusterWorker {
  readonly herder: DistributedHerder;
  readonly engine: Engine;
  readonly membership: Membership;
}

/** Puts a worker of a cluster together. Opens nothing. Throws ConnectError `config`. */
export function assembleClusterWorker(parts: ClusterParts): ClusterWorker {
  const { config, configs, statuses, worker, loggers, wakeup } = parts;
  const settings = config.distributed;
  const sessionKeys = sessionKeyConfig(settings);
  checkAlgorithms(sessionKeys);
  const log = loggers.get(`${LOGGER}DistributedHerder`);
  const stages = new StageTracker(Date.now);
  const requests = new RequestQueue(Date.now, () => {
    wakeup.notify();
  });
  const writes = new LeaderWrites(configs, stages, log);
  // The parts know each other in a circle; the engine, made last, closes it.
  const publisher = new TaskPublisher({
    worker,
    configs,
    writes,
    requests,
    stages,
    peer: parts.peer,
    sessionKeys,
    leader: () => engine.leader,
    log,
  });
  const runner: WorkRunner = new WorkRunner({
    worker,
    configs,
    statuses,
    stages,
    publisher,
    statusOf: (name) => (statuses.connector(name) === null ? null : herder.connectorStatus(name)),
    forgetTopics: (name) => {
      herder.forgetTopics(name);
    },
    log,
  });
  const membership: Membership = new Membership(
    parts.group,
    {
      snapshot: () => configs.snapshot(),
      refresh: () => engine.refresh(),
      onRevoked: (work) => runner.stop(work),
    },
    {
      url: parts.url,
      protocol: protocolName(settings["connect.protocol"]),
      maxDelayMs: settings["scheduled.rebalance.max.delay.ms"],
      retryBackoffMs: settings["retry.backoff.ms"],
      nowMs: Date.now,
    },
    loggers.get(`${LOGGER}WorkerCoordinator`),
  );
  const engine: Engine = new Engine(
    { configs, statuses, membership, runner, writes, requests, stages, wakeup, log },
    {
      syncTimeoutMs: settings["worker.sync.timeout.ms"],
      unsyncBackoffMs: settings["worker.unsync.backoff.ms"],
      maxRebalanceDelayMs: settings["scheduled.rebalance.max.delay.ms"],
      sessionKeys,
      nowMs: Date.now,
      prepare: parts.prepare,
      onUpdate: (update) => {
        const level = update.kind === "logger-level" ? parseLogLevel(update.level) : null;
        if (update.kind === "logger-level" && level !== null) herder.setWorkerLogger(update.logger, level);
      },
      cleanStatuses: () => {
        herder.cleanStatuses();
      },
    },
  );
  const herder: DistributedHerder = new DistributedHerder({
    ...parts,
    engine,
    membership,
    runner,
    writes,
    requests,
    stages,
    sessionKeys,
    syncTimeoutMs: settings["worker.sync.timeout.ms"],
  });
  return { herder, engine, membership };
}

function sessionKeyConfig(settings: DistributedConfig["distributed"]): SessionKeyConfig {
  return {
    generationAlgorithm: settings["inter.worker.key.generation.algorithm"],
    keyBits: settings["inter.worker.key.size"],
    ttlMs: settings["inter.worker.key.ttl.ms"],
    signatureAlgorithm: settings["inter.worker.signature.algorithm"],
    verificationAlgorithms: settings["inter.worker.verification.algorithms"],
  };
}

function protocolName(text: string): ProtocolName {
  const name = text.toLowerCase();
  return name === "sessioned" || name === "compatible" ? name : "default";
}
