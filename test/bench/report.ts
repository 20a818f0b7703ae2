import { cpus, totalmem } from "node:os";
import { table, type Cell } from "./markdown.js";
import type { Result } from "./measure.js";
import { JVM, KAFKAJS } from "./peers.js";
import { targetRows } from "./targets.js";

/** What a run was like, for the head of its report. */
export interface RunFacts {
  readonly quick: boolean;
  /** Mean number of running processes in the minute before the run: above 1, others had a share in the figures. */
  readonly loadBefore: number;
}

/** A Markdown page of the results, with what each throughput is next to the baselines of the same run. */
export function markdownReport(results: readonly Result[], { quick, loadBefore }: RunFacts): string {
  return [
    "# Benchmark",
    "",
    `${new Date().toISOString().slice(0, 10)}, ${machine()}, load ${loadBefore.toFixed(1)} before the run` +
      `${quick ? "; a quick run, with few records: compilers and starting weigh much" : ""}.`,
    "Broker, storage emulator and worker share the machine, so CPU time per record says more than records per second.",
    "",
    ...section("Targets", ["what", "target", "measured", ""], targetRows(results)),
    ...throughput(results),
    ...threads(results),
    ...startAndIdle(results),
    ...manyTasks(results),
  ].join("\n");
}

/** Nothing where nothing was measured. */
function section(title: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  return rows.length === 0 ? [] : [`## ${title}`, "", table(head, rows)];
}

function throughput(results: readonly Result[]): string[] {
  const moved = results.filter(({ recordsPerSecond }) => recordsPerSecond !== undefined);
  const bases = [KAFKAJS, JVM].flatMap((base) => moved.find(({ name }) => name === base) ?? []);
  return section(
    "Throughput",
    [
      ...["scenario", "load", "records", "records/s", "MB/s", "CPU-s per million", "CPU-s per GB", "peak MB"],
      "loop delay p99 ms, main / tasks",
      ...bases.map(({ name }) => `CPU to ${name}`),
    ],
    moved.map((result) => [
      result.title,
      result.load,
      result.records,
      result.recordsPerSecond,
      result.mbPerSecond,
      result.cpuSecondsPerMillion,
      result.cpuSecondsPerGb,
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

function threads(results: readonly Result[]): string[] {
  return section(
    "CPU-s per million by kind of thread",
    ["scenario", "task threads", "main thread", "Node's pool", "V8's threads", "of all, in the kernel"],
    results
      .filter(({ taskThreadCpu }) => taskThreadCpu !== undefined)
      .map((r) => [r.title, r.taskThreadCpu, r.mainThreadCpu, r.poolCpu, r.engineCpu, r.kernelCpu]),
  );
}

function startAndIdle(results: readonly Result[]): string[] {
  return section(
    "Start and idle",
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

function manyTasks(results: readonly Result[]): string[] {
  return section(
    "Many connectors and tasks",
    [
      "scenario",
      "all running, s",
      "all in their groups, s",
      "CPU-s",
      "peak MB",
      "second worker has its share, s",
      "work of one that left is back, s",
    ],
    results
      .filter(({ runningSeconds }) => runningSeconds !== undefined)
      .map((r) => [
        r.title,
        r.runningSeconds,
        r.joinedSeconds,
        r.runningCpuSeconds,
        r.peakResidentMb,
        r.joinSeconds,
        r.leaveSeconds,
      ]),
  );
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined || base === 0 ? "" : `${(value / base).toFixed(2)}×`;
}

const FIGURES_START = "<!-- figures: npm run bench -- --document -->";
const FIGURES_END = "<!-- end of figures -->";

/** The page with what stands between its two marks replaced by a report, one level of headings further down. */
export function withFigures(page: string, report: string): string {
  const [start, end] = [page.indexOf(FIGURES_START), page.indexOf(FIGURES_END)];
  if (start < 0 || end < start) throw new Error(`the page has no place for figures: ${FIGURES_START} … ${FIGURES_END}`);
  const figures = report.replace(/^# .*\n+/, "").replace(/^## /gm, "### ");
  return `${page.slice(0, start + FIGURES_START.length)}\n\n${figures.trim()}\n\n${page.slice(end)}`;
}
