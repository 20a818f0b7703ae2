import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectError } from "../../runtime/api/index.js";

/** When to try again; the meaning of the numbers is that of Google's client libraries (`RetrySettings`). */
export interface RetryPolicy {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly delayMultiplier: number;
  /** 0: as many as the total timeout allows. */
  readonly maxAttempts: number;
  /** From the first attempt on; 0: as many as `maxAttempts` allows. */
  readonly totalTimeoutMs: number;
}

/** Counts failed attempts of one operation and waits between them. */
export class Retries {
  readonly #policy: RetryPolicy;
  readonly #signal: AbortSignal;
  #failures = 0;
  #firstMs = Date.now();

  constructor(policy: RetryPolicy, signal: AbortSignal) {
    this.#policy = policy;
    this.#signal = signal;
  }

  /** After an attempt that got somewhere: the count and the time start afresh. */
  progress(): void {
    this.#failures = 0;
    this.#firstMs = Date.now();
  }

  /** Waits before the next attempt, or throws `error` when it is not `retriable` or there have been enough. */
  async next(error: ConnectError): Promise<void> {
    if (error.kind !== "retriable") throw error;
    const { initialDelayMs, maxDelayMs, delayMultiplier, maxAttempts, totalTimeoutMs } = this.#policy;
    this.#failures++;
    if (maxAttempts === 0 ? totalTimeoutMs === 0 : this.#failures >= maxAttempts) throw error;
    const ceiling = Math.min(maxDelayMs, initialDelayMs * delayMultiplier ** (this.#failures - 1));
    // Random, so that clients that failed together do not come back together.
    const delayMs = ceiling * Math.random();
    if (totalTimeoutMs > 0 && Date.now() + delayMs - this.#firstMs >= totalTimeoutMs) throw error;
    try {
      await sleep(delayMs, undefined, { signal: this.#signal });
    } catch {
      throw error;
    }
  }
}
