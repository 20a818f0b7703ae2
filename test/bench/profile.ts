import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../support/folders.js";
import { table } from "./markdown.js";

/** The part of V8's `.cpuprofile` files that is used here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Node ids. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const TOP_FUNCTIONS = 30;

/** Threads that were busy for less are those of helpers. */
const SHORTEST_MS = 500;

/**
 * Writes `summary.md` beside the profiles of a scenario: for each thread that did something, its time by folder and by
 * function, both without what they call.
 */
export function summarizeProfiles(folder: string, title: string): void {
  const files = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  const threads = files.map((file) => summarize(JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile));
  const busy = threads.filter(({ busyMs }) => busyMs >= SHORTEST_MS).sort((a, b) => b.busyMs - a.busyMs);
  const page = [`# ${title}`, "", ...busy.flatMap((thread, index) => section(thread, index))];
  writeFileSync(join(folder, "summary.md"), page.join("\n"));
}

interface ThreadTime {
  readonly busyMs: number;
  readonly byFolder: ReadonlyMap<string, number>;
  readonly byFunction: ReadonlyMap<string, number>;
}

function summarize({ nodes, samples, timeDeltas }: CpuProfile): ThreadTime {
  const byNode = new Map<number, number>();
  for (const [index, id] of samples.entries()) byNode.set(id, (byNode.get(id) ?? 0) + (timeDeltas[index] ?? 0) / 1000);
  const byFolder = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let busyMs = 0;
  for (const { id, callFrame } of nodes) {
    const ms = byNode.get(id) ?? 0;
    const { functionName, url, lineNumber } = callFrame;
    if (functionName === "(idle)") continue;
    busyMs += ms;
    const place = placeOf(url);
    const name = functionName === "" ? "(anonymous)" : functionName;
    add(byFolder, place === "" ? name : place.replace(/\/[^/]*$/, ""), ms);
    add(byFunction, place === "" ? name : `${name} ${place}:${lineNumber + 1}`, ms);
  }
  return { busyMs, byFolder, byFunction };
}

/** The path below the checkout's compiled folder, a package's name, or a module of Node. */
function placeOf(url: string): string {
  const path = url.replace(`file://${projectFolder}/`, "").replace(/^dist\//, "");
  return path.replace(/^.*node_modules\//, "node_modules/");
}

function add(map: Map<string, number>, key: string, ms: number): void {
  map.set(key, (map.get(key) ?? 0) + ms);
}

function section({ busyMs, byFolder, byFunction }: ThreadTime, index: number): string[] {
  const rows = (map: ReadonlyMap<string, number>) =>
    [...map]
      .sort(([, a], [, b]) => b - a)
      .slice(0, TOP_FUNCTIONS)
      .filter(([, ms]) => ms >= busyMs / 500)
      .map(([name, ms]) => [name, Math.round(ms), `${((ms * 100) / busyMs).toFixed(1)} %`]);
  return [
    `## Thread ${index + 1}: busy for ${(busyMs / 1000).toFixed(1)} s`,
    "",
    table(["folder", "ms", "share"], rows(byFolder)),
    table(["function", "ms", "share"], rows(byFunction)),
  ];
}
