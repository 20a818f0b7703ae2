import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/folders.js";
import { table } from "./markdown.js";

/** A stretch of time that was measured, on the clock of profiles (the system's monotonic one). */
export interface MeasuredSpan {
  readonly fromUs: number;
  readonly toUs: number;
  /** Records moved, or 0 for idleness. */
  readonly records: number;
}

/** Now, on the clock of profiles. */
export function profileClockUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** The part of V8's `.cpuprofile` files that is used here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly startTime: number;
  /** Node ids. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The first that fits a folder, or a function of Node without one, is its step. */
const steps: readonly (readonly [step: string, places: RegExp])[] = [
  ["read: fetch answers and record batches", /^(runtime\/kafka|node_modules\/(kafkajs|snappy|lz4-napi))/],
  ["convert, transform, Avro and JSON data", /^(runtime\/(converters|transforms|api)|wasm:|utf8|RegExp)/],
  ["task: pipeline, batches, offsets", /^runtime\/task/],
  ["sink: names, grouping, rotation", /^connectors\/(aiven|confluent)-gcs/],
  ["encode: formats", /^connectors\/objects\/formats/],
  ["compress, buffer, upload", /^(connectors\/|node:zlib|node:_http|writev|writeBuffer)/],
  ["garbage collection", /^\(garbage/],
];
const OTHER_STEP = "Node's own code, system calls";

/** Microseconds by place, each without what it calls. */
interface SelfTime {
  busyUs: number;
  readonly byStep: Map<string, number>;
  readonly byFolder: Map<string, number>;
  readonly byFunction: Map<string, number>;
}

const TOP_ROWS = 40;

/**
 * Writes `summary.md` beside the profiles of a scenario: the time of the task threads together and of the main thread during
 * the measured span, or from start to end, by step, folder and function. Samples tell wall-clock time: on a busy machine, waits for a core are in it.
 */
export function summarizeProfiles(folder: string, title: string, span: MeasuredSpan | null): void {
  const [main, tasks] = [newSelfTime(), newSelfTime()];
  for (const file of readdirSync(folder)) {
    // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile; the main thread is 0.
    const thread = file.split(".")[4];
    if (!file.endsWith(".cpuprofile") || thread === undefined) continue;
    const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile;
    addSelfTime(thread === "0" ? main : tasks, profile, span);
  }
  const records = span?.records ?? 0;
  const unit = records === 0 ? "ms" : "µs per record";
  const scale = records === 0 ? 1 / 1000 : 1 / records;
  const page = [
    `# ${title}`,
    "",
    ...section("Task threads", tasks, unit, scale),
    ...section("Main thread", main, unit, scale),
  ];
  writeFileSync(join(folder, "summary.md"), page.join("\n"));
}

function newSelfTime(): SelfTime {
  return { busyUs: 0, byStep: new Map(), byFolder: new Map(), byFunction: new Map() };
}

function addSelfTime(sum: SelfTime, profile: CpuProfile, span: MeasuredSpan | null): void {
  const byNode = new Map<number, number>();
  let atUs = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const deltaUs = profile.timeDeltas[index] ?? 0;
    atUs += deltaUs;
    const isMeasured = span === null || (atUs >= span.fromUs && atUs <= span.toUs);
    if (isMeasured) byNode.set(id, (byNode.get(id) ?? 0) + deltaUs);
  }
  for (const { id, callFrame } of profile.nodes) {
    const us = byNode.get(id) ?? 0;
    const { functionName, url, lineNumber } = callFrame;
    if (us === 0 || functionName === "(idle)") continue;
    const place = placeOf(url);
    const name = functionName === "" ? "(anonymous)" : functionName;
    sum.busyUs += us;
    const folder = place === "" ? name : place.replace(/\/[^/]*$/, "");
    add(sum.byStep, steps.find(([, places]) => places.test(folder))?.[0] ?? OTHER_STEP, us);
    add(sum.byFolder, folder, us);
    add(sum.byFunction, place === "" ? name : `${name} ${place}:${lineNumber + 1}`, us);
  }
}

/** A path below the checkout's compiled folder, or a module of Node. */
function placeOf(url: string): string {
  const path = url.replace(`file://${projectFolder}/`, "").replace(/^dist\//, "");
  return path.replace(/^.*node_modules\//, "node_modules/");
}

function add(map: Map<string, number>, key: string, us: number): void {
  map.set(key, (map.get(key) ?? 0) + us);
}

function section(heading: string, self: SelfTime, unit: string, scale: number): string[] {
  const { busyUs, byStep, byFolder, byFunction } = self;
  const rows = (map: ReadonlyMap<string, number>) =>
    [...map]
      .sort(([, a], [, b]) => b - a)
      .slice(0, TOP_ROWS)
      .filter(([, us]) => us >= busyUs / 250)
      .map(([name, us]) => [name, (us * scale).toFixed(3), `${((us * 100) / busyUs).toFixed(1)} %`]);
  return [
    `## ${heading}: ${(busyUs * scale).toFixed(2)} ${unit}`,
    "",
    table(["step", unit, "share"], rows(byStep)),
    table(["folder", unit, "share"], rows(byFolder)),
    table(["function", unit, "share"], rows(byFunction)),
  ];
}
