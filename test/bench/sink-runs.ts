import { rmSync } from "node:fs";
import type { Bucket } from "../support/bucket.js";
import type { ConnectorConfig } from "../support/connect-rest.js";
import { ConnectWorker } from "../support/connect-worker.js";
import type { Properties } from "../support/properties.js";
import { expectCount, measureIdle, runConnector, startTimed, withBucket, WORKER_PROPERTIES } from "./connector-run.js";
import { measureThroughput, readLoopDelays, round, type Result } from "./measure.js";
import { profileClockUs, summarizeProfiles, type MeasuredSpan } from "./profile.js";
import { profileFolder, type Stage } from "./stage.js";
import { countStored, type StoredAs } from "./stored-records.js";
import { threadCosts, threadCpuSeconds } from "./thread-cpu.js";
import type { LoadSpec, Workload } from "./workload.js";

/** One of our sinks with one configuration, over one load. */
export interface SinkPath {
  /** As `--only` takes it. */
  readonly name: string;
  readonly title: string;
  readonly load: LoadSpec;
  readonly tasks: number;
  readonly storedAs: StoredAs;
  /** All but bucket, endpoint, topic and number of tasks. */
  readonly connector: (workload: Workload, stage: Stage) => ConnectorConfig;
  readonly worker?: (stage: Stage) => Properties;
}

/** A smaller load of the same kind, which runs before so that compilers have done their work. */
export function warmUpOf(load: LoadSpec): LoadSpec {
  return { ...load, records: Math.ceil(load.records / 6) };
}

/** Measures a path in a worker of its own, so that start and peak memory are this path's. */
export async function measurePath(stage: Stage, path: SinkPath): Promise<Result[]> {
  const warmUp = await stage.workloads.get(warmUpOf(path.load));
  const load = await stage.workloads.get(path.load);
  return withWorker(stage, path, async (worker, startup) => {
    await moveRecords(stage, worker, path, warmUp);
    const { figures, span } = await moveRecords(stage, worker, path, load);
    return { results: [{ name: path.name, title: path.title, ...startup, ...figures }], span };
  });
}

/**
 * Has one worker read the same topic again and again, each time by a new connector, until it has read
 * `extent.growthRecords`: is the last million as cheap as the first?
 */
export async function measureGrowth(stage: Stage, path: SinkPath): Promise<Result[]> {
  const warmUp = await stage.workloads.get(warmUpOf(path.load));
  const load = await stage.workloads.get(path.load);
  return withWorker(stage, path, async (worker) => {
    await moveRecords(stage, worker, path, warmUp);
    const results: Result[] = [];
    let last: MeasuredSpan | null = null;
    const rounds = Math.max(2, Math.round(stage.extent.growthRecords / load.records));
    for (let i = 1; i <= rounds; i++) {
      const { figures, span } = await moveRecords(stage, worker, path, load);
      last = span;
      const millions = round((i * load.records) / 1e6);
      const name = i === 1 ? `${path.name}-first` : `${path.name}-last`;
      results[i === 1 ? 0 : 1] = { name, title: `${path.title}, up to record ${millions} million`, ...figures };
    }
    return { results, span: last };
  });
}

/** Measures a worker whose tasks wait for records and have never had any. */
export async function measureIdleWorker(stage: Stage, path: SinkPath): Promise<Result[]> {
  return withWorker(stage, path, async (worker, startup) =>
    withBucket(stage, async (bucket) => {
      const config = connectorConfig(stage, path, await stage.workloads.get(path.load), bucket);
      const { figures, span } = await measureIdle(worker, stage, config);
      return { results: [{ name: path.name, title: path.title, ...startup, ...figures }], span };
    }),
  );
}

async function withWorker(
  stage: Stage,
  path: SinkPath,
  work: (worker: ConnectWorker, startup: Partial<Result>) => Promise<{ results: Result[]; span: MeasuredSpan | null }>,
): Promise<Result[]> {
  const profiles = profileFolder(path.name);
  if (stage.extent.profile) rmSync(profiles, { recursive: true, force: true });
  const { worker, startup } = await startTimed(() =>
    ConnectWorker.start({
      bootstrap: stage.bootstrap,
      properties: { ...WORKER_PROPERTIES, ...path.worker?.(stage), ...stage.extent.workerChanges },
      nodeFlags: stage.extent.profile ? ["--cpu-prof", `--cpu-prof-dir=${profiles}`] : [],
    }),
  );
  let done;
  try {
    done = await work(worker, startup);
  } finally {
    // In an orderly way, so that profiles get written.
    await worker.stop();
  }
  if (stage.extent.profile) summarizeProfiles(profiles, path.title, done.span);
  return done.results;
}

/** Runs a connector over the load into a bucket of its own, and counts what it has written. */
async function moveRecords(
  stage: Stage,
  worker: ConnectWorker,
  path: SinkPath,
  load: Workload,
): Promise<{ figures: Partial<Result>; span: MeasuredSpan }> {
  return withBucket(stage, async (bucket) => {
    const config = connectorConfig(stage, path, load, bucket);
    await readLoopDelays(worker.rest);
    const fromUs = profileClockUs();
    const threadsBefore = threadCpuSeconds(worker.process.pid);
    const figures = await measureThroughput(worker.process.pid, load, () =>
      runConnector(worker, stage, load, path.tasks, config),
    );
    const span = { fromUs, toUs: profileClockUs(), records: load.records };
    const threads = threadCosts(threadsBefore, threadCpuSeconds(worker.process.pid), load.records);
    const delays = await readLoopDelays(worker.rest);
    const stored = await countStored(bucket, path.storedAs);
    expectCount(path.title, stored.records, load.records);
    const objects = { objects: stored.objects, storedMb: round(stored.bytes / 1e6) };
    return { figures: { ...figures, ...threads, ...delays, ...objects }, span };
  });
}

function connectorConfig(stage: Stage, path: SinkPath, load: Workload, bucket: Bucket): ConnectorConfig {
  const target = { "gcs.endpoint": stage.gcs, "gcs.bucket.name": bucket.name };
  return { ...path.connector(load, stage), ...target, ...stage.extent.connectorChanges };
}
