import { resetPeak, resourceUsage } from "../support/process.js";
import type { Workload } from "./workload.js";

/** One line of the report; figures that a scenario does not have are left out. */
export interface Result {
  readonly scenario: string;
  readonly records?: number;
  readonly seconds?: number;
  readonly recordsPerSecond?: number;
  /** Of record values, before compression. */
  readonly mbPerSecond?: number;
  /** User and system time of the whole process. */
  readonly cpuSecondsPerMillion?: number;
  readonly peakResidentMb?: number;
  readonly objects?: number;
  readonly storedMb?: number;
  readonly startupSeconds?: number;
  readonly startupCpuSeconds?: number;
  readonly idleResidentMb?: number;
  /** Processor time per second of waiting for records. */
  readonly idleCpuMsPerSecond?: number;
  readonly tasks?: number;
}

/** Measures a process while `work` moves the workload. */
export async function measureThroughput(
  scenario: string,
  pid: number,
  { records, valueBytes }: Workload,
  work: () => Promise<void>,
): Promise<Result> {
  resetPeak(pid);
  const before = resourceUsage(pid);
  const startMs = performance.now();
  await work();
  const seconds = (performance.now() - startMs) / 1000;
  const after = resourceUsage(pid);
  return {
    scenario,
    records,
    seconds: round(seconds),
    recordsPerSecond: Math.round(records / seconds),
    mbPerSecond: round(valueBytes / 1e6 / seconds),
    cpuSecondsPerMillion: round(((after.cpuSeconds - before.cpuSeconds) * 1e6) / records),
    peakResidentMb: Math.round(after.peakResidentMb),
  };
}

/** Two digits behind the point. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
