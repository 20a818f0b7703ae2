import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import type { Bucket } from "../support/bucket.js";
import type { ShopEvent } from "./events.js";

/** What the bucket holds of the topic. */
export interface Stored {
  readonly objects: readonly { readonly name: string; readonly bytes: number; readonly lines: readonly string[] }[];
  readonly records: number;
}

/** Reads all objects; they are gzipped JSON lines. */
export async function readObjects(bucket: Bucket): Promise<Stored> {
  const objects = [];
  let records = 0;
  for (const { name, size } of await bucket.list()) {
    const text = gunzipSync(await bucket.read(name)).toString("utf8");
    const lines = text.split("\n").filter((line) => line !== "");
    objects.push({ name, bytes: Number(size), lines });
    records += lines.length;
  }
  return { objects, records };
}

/**
 * Says what is wrong with the objects, or nothing. Each is named `<topic>/<partition>-<start offset>.jsonl.gz`, so each
 * line belongs to one offset: every event must stand at its own, once, with every value as it was produced.
 */
export function differences(stored: Stored, events: readonly ShopEvent[]): string[] {
  const problems: string[] = [];
  const expected = new Map<number, ShopEvent[]>();
  for (const event of events) {
    const partition = expected.get(event.partition);
    if (partition === undefined) expected.set(event.partition, [event]);
    else partition.push(event);
  }
  const seen = new Set<string>();
  for (const { name, lines } of stored.objects) {
    const [, partition, start] = /\/(\d+)-(\d+)\.jsonl\.gz$/.exec(name) ?? [];
    if (partition === undefined || start === undefined) {
      problems.push(`${name}: the name does not say which records it holds`);
      continue;
    }
    for (const [index, line] of lines.entries()) {
      const offset = Number(start) + index;
      const event = expected.get(Number(partition))?.[offset];
      if (seen.has(`${partition}-${offset}`)) problems.push(`${name}: offset ${offset} stands in another object too`);
      seen.add(`${partition}-${offset}`);
      if (event === undefined) problems.push(`${name}: nothing was produced at offset ${offset}`);
      else if (!isDeepStrictEqual(JSON.parse(line), event.value))
        problems.push(`${name}: offset ${offset} differs: ${line}`);
    }
  }
  if (seen.size !== events.length) problems.push(`${seen.size} different records are stored, not ${events.length}`);
  return problems;
}
