import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  /** Generous by default: machines of tests are busy. */
  readonly deadlineMs?: number;
  readonly everyMs?: number;
  /** Added to the error, for example the tail of a log. */
  readonly context?: () => string;
}

/**
 * Waits until `condition` gives something other than `undefined`, `null` and `false`, and returns that. What the
 * condition throws counts as "not yet"; the last such error is the cause of the one thrown at the deadline, which says
 * `description`.
 */
export async function waitUntil<T>(
  description: string,
  condition: () => Promise<T> | T,
  { deadlineMs = 60_000, everyMs = 50, context }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const startMs = performance.now();
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value;
      cause = undefined;
    } catch (error) {
      if (error instanceof GiveUp) throw error.reason;
      cause = error;
    }
    if (performance.now() - startMs > deadlineMs) {
      const last = cause instanceof Error ? ` (last error: ${cause.message})` : "";
      throw new Error(
        `not within ${deadlineMs} ms: ${description}${last}${context === undefined ? "" : `\n${context()}`}`,
        {
          cause,
        },
      );
    }
    await sleep(everyMs);
  }
}

/** Thrown by a condition when waiting on is of no use: `waitUntil` throws the reason at once. */
export class GiveUp extends Error {
  constructor(readonly reason: Error) {
    super(reason.message);
  }
}
