import type { ConnectorTaskId } from "../herder.js";

/** Reading the JSON of Connect's topics as its `JsonConverter` without schemas does. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON value; null for a tombstone or an empty value; undefined when the bytes are no JSON. */
export function parseJsonValue(bytes: Uint8Array | null): unknown {
  if (bytes === null || bytes.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

export function toJsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), "utf8");
}

/** A whole number of an object's field; null when there is none. */
export function integerField(value: unknown, field: string): number | null {
  const number = isObject(value) ? value[field] : null;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

/** `<prefix><connector>-<task>`: the last dash separates, connector names may hold dashes. Null when it is no such key. */
export function parseTaskKey(key: string, prefix: string): ConnectorTaskId | null {
  const match = /^(.*)-([0-9]+)$/s.exec(key.slice(prefix.length));
  const [, connector, number] = match ?? [];
  if (connector === undefined || number === undefined) return null;
  const task = Number(number);
  return task <= 2147483647 ? { connector, task } : null;
}
