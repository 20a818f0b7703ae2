import type { GcsCredentials } from "./credentials.js";
import type { RetryPolicy } from "./retry.js";

/** How to reach a bucket. Each dialect reads it from its own keys. */
export interface GcsSettings {
  readonly bucket: string;
  /** Base URL without path, or null for the environment's or Google's own; see {@link endpointOf}. */
  readonly endpoint: string | null;
  readonly credentials: GcsCredentials;
  readonly userAgent: string;
  readonly retry: RetryPolicy;
  /** A connection on which nothing moves for so long is given up. Absent: 20 seconds, as in Google's Java client. */
  readonly idleTimeoutMs?: number;
  readonly maxConnections?: number;
}

export const IDLE_TIMEOUT_MS = 20_000;
export const MAX_CONNECTIONS = 64;

/**
 * Base URL of the service, without a slash at the end: the configured one, else `STORAGE_EMULATOR_HOST`, which may lack
 * `http://`, else Google's in the universe of the credentials.
 */
export function endpointOf(
  configured: string | null,
  environment: Readonly<Record<string, string | undefined>>,
  universe: string,
): string {
  const emulator = environment["STORAGE_EMULATOR_HOST"];
  const given = configured || (emulator === undefined || emulator === "" ? null : emulator);
  if (given === null) return `https://storage.${universe}`;
  const url = /^https?:\/\//.test(given) ? given : `http://${given}`;
  return url.replace(/\/+$/, "").replace(/\/storage\/v1$/, "");
}
