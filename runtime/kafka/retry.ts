import type { ConnectError } from "../api/index.js";
import { Backoff, delay } from "./backoff.js";
import type { ConnectionConfig } from "./connection-config.js";
import { translateKafkaError } from "./errors.js";

export interface RetryOptions {
  /** Epoch time after which no further attempt starts. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Whether to try again after this error. Default: its kind is `retriable`. */
  readonly retry?: (error: ConnectError) => boolean;
}

/**
 * Tries until it succeeds, fails for good or is late, with Kafka's growing delays between. Throws ConnectError: the last one,
 * `retriable` where time ran out.
 */
export async function retrying<T>(
  config: Pick<ConnectionConfig, "retryBackoffMs" | "retryBackoffMaxMs">,
  options: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  const backoff = new Backoff(config.retryBackoffMs, config.retryBackoffMaxMs);
  const again = options.retry ?? ((error: ConnectError): boolean => error.kind === "retriable");
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      const error = translateKafkaError(cause);
      const waitMs = backoff.next();
      if (!again(error) || Date.now() + waitMs > options.deadlineMs) throw error;
      await delay(waitMs, options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}
