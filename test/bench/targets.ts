import type { Cell } from "./markdown.js";
import { round, type Result } from "./measure.js";
import { JVM } from "./peers.js";

/** What a scenario may cost at most: CPU-s per million records, and resident megabytes. */
interface Limit {
  readonly name: string;
  readonly cpu: number;
  readonly residentMb: number;
}

const limits: readonly Limit[] = [
  { name: "jsonl-none", cpu: 1, residentMb: 200 },
  { name: "jsonl-gzip", cpu: 4, residentMb: 250 },
  { name: "jsonl-zstd", cpu: 1.7, residentMb: 250 },
  { name: "avro-confluent", cpu: 1.2, residentMb: 200 },
  { name: "avro-aiven", cpu: 1.2, residentMb: 200 },
  { name: "parquet-confluent", cpu: 2.2, residentMb: 300 },
  { name: "parquet-aiven", cpu: 2.2, residentMb: 300 },
  { name: "insert-field", cpu: 4, residentMb: 250 },
  { name: "envelope", cpu: 4, residentMb: 250 },
];

/** Two results whose cost per record is compared. */
interface Comparison {
  readonly what: string;
  readonly of: string;
  readonly to: string;
  readonly atMost: number;
}

const comparisons: readonly Comparison[] = [
  { what: "JSON lines to the JVM's FileStreamSink", of: "jsonl-none", to: JVM, atMost: 0.125 },
  { what: "last records of one worker to its first", of: "growth-last", to: "growth-first", atMost: 1.15 },
  { what: "200 partitions to one", of: "partitions-200", to: "partitions-1", atMost: 1.15 },
  { what: "two task threads to one", of: "threads-2", to: "threads-1", atMost: 1.3 },
];

const START_SECONDS = 1;
const IDLE_MB = 120;
/** One per cent of a core. */
const IDLE_CPU_MS = 10;

/** What the project wants to reach, and whether this run has. Rows whose scenarios did not run are left out. */
export function targetRows(results: readonly Result[]): Cell[][] {
  const atMost = (what: string, limit: number, measured: number | undefined): Cell[][] =>
    measured === undefined ? [] : [[what, `≤ ${limit}`, measured, measured <= limit ? "met" : "**not met**"]];
  const byName = new Map(results.map((result) => [result.name, result]));
  const idle = byName.get("idle");
  return [
    ...limits.flatMap(({ name, cpu, residentMb }) => {
      const result = byName.get(name);
      const title = result?.title ?? name;
      return [
        ...atMost(`${title}: CPU-s per million`, cpu, result?.cpuSecondsPerMillion),
        ...atMost(`${title}: peak MB`, residentMb, result?.peakResidentMb),
      ];
    }),
    ...comparisons.flatMap(({ what, of, to, atMost: limit }) =>
      atMost(`CPU per record, ${what}`, limit, ratio(byName.get(of), byName.get(to))),
    ),
    ...atMost("start to first REST answer, median s", START_SECONDS, medianStart(results)),
    ...atMost("ten idle tasks: MB", IDLE_MB, idle?.idleResidentMb),
    ...atMost("ten idle tasks: CPU ms per s", IDLE_CPU_MS, idle?.idleCpuMsPerSecond),
  ];
}

function ratio(of: Result | undefined, to: Result | undefined): number | undefined {
  const [cost, base] = [of?.cpuSecondsPerMillion, to?.cpuSecondsPerMillion];
  return cost === undefined || base === undefined ? undefined : round(cost / base);
}

/** Of our workers: each scenario starts one. */
function medianStart(results: readonly Result[]): number | undefined {
  const ours = results.filter(({ name, taskThreadCpu }) => name === "idle" || taskThreadCpu !== undefined);
  const seconds = ours.flatMap(({ startupSeconds }) => startupSeconds ?? []).sort((a, b) => a - b);
  return seconds[Math.floor(seconds.length / 2)];
}
