import { setTimeout as sleep } from "node:timers/promises";

/** Exponential delays with jitter of a fifth, as Java's `ExponentialBackoff`. */
export class Backoff {
  private failures = 0;

  constructor(
    private readonly initialMs: number,
    private readonly maxMs: number,
    private readonly random: () => number = Math.random,
  ) {}

  /** The delay after one more failure. */
  next(): number {
    const delayMs = Math.min(this.initialMs * 2 ** Math.min(this.failures++, 30), this.maxMs);
    return delayMs * (0.8 + 0.4 * this.random());
  }

  reset(): void {
    this.failures = 0;
  }
}

/** Settles after `ms`, or at once when `signal` is aborted: never throws. */
export async function delay(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // aborted: the caller looks at the signal
  }
}
