import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ConnectWorker } from "./connect-worker.js";
import { waitUntil } from "./wait.js";

/** All that a worker's REST API tells about the cluster's connectors, by path. */
export type RestView = Readonly<Record<string, unknown>>;

const OF_CONNECTOR = ["", "/config", "/status", "/tasks", "/offsets", "/topics"] as const;

export async function restView({ rest }: ConnectWorker): Promise<RestView> {
  const names = [...(await rest.ok<string[]>("GET", "/connectors"))].sort();
  const view: Record<string, unknown> = { "/connectors": names };
  for (const name of names)
    for (const what of OF_CONNECTOR) {
      const path = `/connectors/${name}${what}`;
      view[path] = sorted(await rest.ok("GET", path));
    }
  view["/connectors?expand"] = await rest.ok("GET", "/connectors?expand=status&expand=info");
  return view;
}

/** Waits until all workers tell the same, and gives it. */
export async function sameView(...workers: readonly [ConnectWorker, ...ConnectWorker[]]): Promise<RestView> {
  let last: readonly RestView[] = [];
  try {
    return await waitUntil("all workers tell the same", async () => {
      last = await Promise.all(workers.map(restView));
      return last.every((view) => isDeepStrictEqual(view, last[0])) ? last[0] : undefined;
    });
  } catch (error) {
    for (const view of last) assert.deepEqual(view, last[0]);
    throw error;
  }
}

/** The same for the same content: neither the order of lists, such as offsets and topics, nor that of keys means anything. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(sorted).map((item) => [JSON.stringify(item), item] as const);
    return items.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
