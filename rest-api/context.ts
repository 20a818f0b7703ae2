import { javaTrim } from "../runtime/api/index.js";
import type { Herder, MetricsSource } from "../runtime/herder.js";
import type { Answer } from "./answer.js";
import { statusError } from "./errors.js";
import type { Forwarder, Forwarding, Forwarded } from "./forward.js";
import { REQUEST_TIMEOUT_MS, withTimeout } from "./timeout.js";

/** What the routes work with. */
export interface RestContext {
  readonly herder: Herder;
  readonly metrics: MetricsSource;
  readonly forwarder: Forwarder;
  readonly version: string;
  readonly commit: string;
  /** `topic.tracking.enable` and `topic.tracking.allow.reset`. */
  readonly topicTracking: boolean;
  readonly topicTrackingReset: boolean;
}

/** An operation that may belong to another worker. */
export function forwardable<T>(
  context: RestContext,
  forwarding: Forwarding,
  operation: () => Promise<T>,
  toAnswer: (result: T) => Answer,
  toForwardedAnswer?: (forwarded: Forwarded) => Answer,
): Promise<Answer> {
  return context.forwarder.run(forwarding, () => inTime(context, operation()), toAnswer, toForwardedAnswer);
}

/** An operation that only this worker can answer, within the time of a request. */
export function inTime<T>({ herder }: RestContext, operation: Promise<T>): Promise<T> {
  return withTimeout(operation, REQUEST_TIMEOUT_MS, () => herder.stage?.() ?? null);
}

/** Java's `Boolean.valueOf` of a query parameter; the first one counts. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  return (query.get(name) ?? "").toLowerCase() === "true";
}

/** Puts the name into the configuration. Throws ConnectError `bad-request` when the configuration has another. */
export function withName(
  config: Readonly<Record<string, string | null>>,
  name: string,
): Readonly<Record<string, string | null>> {
  const given = config["name"] ?? null;
  if (given === null) return { ...config, name };
  if (given === name) return config;
  throw statusError(400, `Connector name configuration (${given}) doesn't match connector name in the URL (${name})`);
}

/** The name in `POST /connectors`: trimmed as Java trims, null is empty. */
export function requestedName(name: string | null): string {
  return name === null ? "" : javaTrim(name);
}
