import { cpus, totalmem } from "node:os";
import type { Result } from "./measure.js";

const baselines = ["kafkajs eachBatch", "jvm FileStreamSink"];

/** A Markdown page of the results, with what each throughput is next to the baselines of the same run. */
export function markdownReport(results: readonly Result[], quick: boolean): string {
  const moved = results.filter(({ recordsPerSecond }) => recordsPerSecond !== undefined);
  const started = results.filter(({ startupSeconds }) => startupSeconds !== undefined);
  const idle = results.filter(({ idleCpuMsPerSecond }) => idleCpuMsPerSecond !== undefined);
  const bases = baselines.flatMap((name) => moved.find(({ scenario }) => scenario === name) ?? []);
  return [
    "# Benchmark",
    "",
    `${new Date().toISOString().slice(0, 10)}, ${machine()}${quick ? ", quick run: figures are noisy" : ""}.`,
    "Broker, storage emulator and worker share the machine, so CPU time per record says more than records per second.",
    "",
    "## Throughput",
    "",
    table(
      [
        "scenario",
        "records",
        "records/s",
        "MB/s",
        "CPU-s per million",
        "peak RSS MB",
        ...bases.map((b) => `CPU vs ${b.scenario}`),
      ],
      moved.map((r) => [
        r.scenario,
        r.records,
        r.recordsPerSecond,
        r.mbPerSecond,
        r.cpuSecondsPerMillion,
        r.peakResidentMb,
        ...bases.map((base) => ratio(r.cpuSecondsPerMillion, base.cpuSecondsPerMillion)),
      ]),
    ),
    "## Start",
    "",
    table(
      ["scenario", "seconds", "CPU-s", "peak RSS MB"],
      started.map((r) => [r.scenario, r.startupSeconds, r.startupCpuSeconds, r.peakResidentMb]),
    ),
    "## Idle",
    "",
    table(
      ["scenario", "tasks", "CPU ms per s", "RSS MB"],
      idle.map((r) => [r.scenario, r.tasks, r.idleCpuMsPerSecond, r.idleResidentMb]),
    ),
  ].join("\n");
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
}

function ratio(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined || base === 0 ? "" : `${(value / base).toFixed(2)}×`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  const line = (cells: readonly (string | number | undefined)[]) =>
    `| ${cells.map((cell) => cell ?? "").join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
