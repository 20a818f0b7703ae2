import { readdirSync, readFileSync } from "node:fs";
import { ticksPerSecond } from "../support/process.js";
import { round, type Result } from "./measure.js";

/** Processor time so far of the threads of a process, by the names that Node gives them (Linux only). */
export function threadCpuSeconds(pid: number): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
      const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const ticks = Number(fields[11]) + Number(fields[12]);
      seconds.set(name, (seconds.get(name) ?? 0) + ticks / ticksPerSecond());
    } catch {
      // The thread has just ended.
    }
  }
  return seconds;
}

/**
 * CPU-s per million records by kind of thread: task threads, the main thread, Node's pool (compression), and V8's own
 * (collection of garbage, compilation).
 */
export function threadCosts(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  records: number,
): Partial<Result> {
  const cost = (name: string) => round((((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1e6) / records);
  return {
    taskThreadCpu: cost("WorkerThread"),
    mainThreadCpu: cost("MainThread"),
    poolCpu: cost("libuv-worker"),
    engineCpu: cost("V8Worker"),
  };
}
