import { cpus, totalmem } from "node:os";
import { table } from "./markdown.js";
import type { Result } from "./measure.js";
import { JVM, KAFKAJS } from "./peers.js";

/** A Markdown page of the results, with what each throughput is next to the baselines of the same run. */
export function markdownReport(results: readonly Result[], quick: boolean): string {
  return [
    "# Benchmark",
    "",
    `${new Date().toISOString().slice(0, 10)}, ${machine()}${quick ? ", quick run: figures are noisy" : ""}.`,
    "Broker, storage emulator and worker share the machine, so CPU time per record says more than records per second.",
    "",
    "## Throughput",
    "",
    throughput(results),
    "## CPU-s per million by kind of thread",
    "",
    threads(results),
    "## Start and idle",
    "",
    startAndIdle(results),
    "## Many connectors and tasks",
    "",
    manyTasks(results),
  ].join("\n");
}

function throughput(results: readonly Result[]): string {
  const moved = results.filter(({ recordsPerSecond }) => recordsPerSecond !== undefined);
  const bases = [KAFKAJS, JVM].flatMap((base) => moved.find(({ name }) => name === base) ?? []);
  return table(
    [
      "scenario",
      "records",
      "million",
      "records/s",
      "MB/s",
      "CPU-s per million",
      "peak MB",
      "loop delay p99 ms, main / tasks",
      ...bases.map(({ name }) => `CPU to ${name}`),
    ],
    moved.map((result) => [
      result.title,
      result.load,
      result.records === undefined ? "" : result.records / 1e6,
      result.recordsPerSecond,
      result.mbPerSecond,
      result.cpuSecondsPerMillion,
      result.peakResidentMb,
      result.mainLoopDelayP99Ms === undefined
        ? ""
        : `${result.mainLoopDelayP99Ms} / ${result.taskLoopDelayP99Ms ?? ""}`,
      // Of other records a ratio says nothing.
      ...bases.map((base) =>
        base.load === result.load ? ratio(result.cpuSecondsPerMillion, base.cpuSecondsPerMillion) : "",
      ),
    ]),
  );
}

function threads(results: readonly Result[]): string {
  return table(
    ["scenario", "task threads", "main thread", "Node's pool", "V8's threads"],
    results
      .filter(({ taskThreadCpu }) => taskThreadCpu !== undefined)
      .map((r) => [r.title, r.taskThreadCpu, r.mainThreadCpu, r.poolCpu, r.engineCpu]),
  );
}

function startAndIdle(results: readonly Result[]): string {
  return table(
    ["scenario", "first REST answer, s", "CPU-s", "MB", "idle tasks", "CPU ms per s", "idle MB"],
    results
      .filter(({ startupSeconds }) => startupSeconds !== undefined)
      .map((r) => [
        r.title,
        r.startupSeconds,
        r.startupCpuSeconds,
        r.startupResidentMb,
        r.tasks,
        r.idleCpuMsPerSecond,
        r.idleResidentMb,
      ]),
  );
}

function manyTasks(results: readonly Result[]): string {
  return table(
    [
      "scenario",
      "all running, s",
      "CPU-s",
      "peak MB",
      "second worker has its share, s",
      "work of one that left is back, s",
    ],
    results
      .filter(({ runningSeconds }) => runningSeconds !== undefined)
      .map((r) => [r.title, r.runningSeconds, r.runningCpuSeconds, r.peakResidentMb, r.joinSeconds, r.leaveSeconds]),
  );
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined || base === 0 ? "" : `${(value / base).toFixed(2)}×`;
}
