import type { ConnectRest } from "../support/connect-rest.js";
import { resetPeak, resourceUsage } from "../support/process.js";
import type { Workload } from "./workload.js";

/** One line of the report; figures that a scenario does not have are left out. */
export interface Result {
  /** As `--only` takes it. */
  readonly name: string;
  readonly title: string;
  /** What was read, in words. */
  readonly load?: string;
  readonly records?: number;
  readonly seconds?: number;
  readonly recordsPerSecond?: number;
  /** Of record values, before compression. */
  readonly mbPerSecond?: number;
  /** User and system time of the whole process. */
  readonly cpuSecondsPerMillion?: number;
  /** By bytes of values, for comparing sizes of records. */
  readonly cpuSecondsPerGb?: number;
  /** The part of `cpuSecondsPerMillion` that was spent in the kernel: sockets, mostly. */
  readonly kernelCpu?: number;
  /** CPU-s per million by the kind of thread; see `thread-cpu.ts`. */
  readonly taskThreadCpu?: number;
  readonly mainThreadCpu?: number;
  readonly poolCpu?: number;
  readonly engineCpu?: number;
  readonly peakResidentMb?: number;
  /** By how much timers of the main thread were late, 99th percentile. */
  readonly mainLoopDelayP99Ms?: number;
  /** The same of the task thread that was late most. */
  readonly taskLoopDelayP99Ms?: number;
  readonly objects?: number;
  readonly storedMb?: number;
  /** From the start of the process to its first REST answer. */
  readonly startupSeconds?: number;
  readonly startupCpuSeconds?: number;
  readonly startupResidentMb?: number;
  readonly idleResidentMb?: number;
  /** Processor time per second of waiting for records. */
  readonly idleCpuMsPerSecond?: number;
  readonly tasks?: number;
  /** From the start of the process until all its connectors and tasks run. */
  readonly runningSeconds?: number;
  /** Until all their consumers are in their groups, too. */
  readonly joinedSeconds?: number;
  /** Up to then. */
  readonly runningCpuSeconds?: number;
  /** From a second worker's first REST answer until both have their share. */
  readonly joinSeconds?: number;
  /** From SIGTERM to that worker until the other runs everything. */
  readonly leaveSeconds?: number;
}

/** Measures a process while `work` moves the workload. */
export async function measureThroughput(pid: number, load: Workload, work: () => Promise<void>) {
  const { records, recordBytes } = load;
  resetPeak(pid);
  const before = resourceUsage(pid);
  const startMs = performance.now();
  await work();
  const seconds = (performance.now() - startMs) / 1000;
  const after = resourceUsage(pid);
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
  return {
    load: describe(load),
    records,
    seconds: round(seconds),
    recordsPerSecond: Math.round(records / seconds),
    mbPerSecond: round((records * recordBytes) / 1e6 / seconds),
    cpuSecondsPerMillion: round((cpuSeconds * 1e6) / records),
    kernelCpu: round(((after.kernelSeconds - before.kernelSeconds) * 1e6) / records),
    cpuSecondsPerGb: round((cpuSeconds * 1e9) / (records * recordBytes)),
    peakResidentMb: Math.round(after.peakResidentMb),
  };
}

function describe({ kind, recordBytes, partitions, codec, keys }: Workload): string {
  const size = recordBytes < 1_000 ? `${recordBytes} B` : `${recordBytes / 1_000} KB`;
  return `${kind} ${size}${keys ? " with keys" : ""}${codec === "none" ? "" : ` ${codec}`}, ${partitions} partition${partitions === 1 ? "" : "s"}`;
}

/** The resolution of prom-client's histogram, which counts it as delay. */
const MAIN_RESOLUTION_MS = 10;

/** Delays of our worker's event loops since the last reading: `/metrics` starts them anew. */
export async function readLoopDelays({
  url,
}: ConnectRest): Promise<Pick<Result, "mainLoopDelayP99Ms" | "taskLoopDelayP99Ms">> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))].map(([, value]) => Number(value));
  const mainMs = Math.max(0, ...values("nodejs_eventloop_lag_p99_seconds")) * 1000;
  return {
    mainLoopDelayP99Ms: Math.max(0, Math.round(mainMs - MAIN_RESOLUTION_MS)),
    taskLoopDelayP99Ms: Math.round(Math.max(0, ...values("sluice_task_thread_event_loop_delay_p99_ms"))),
  };
}

/** Two digits behind the point. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
