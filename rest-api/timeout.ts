import { ConnectError } from "../runtime/api/index.js";
import type { Stage } from "../runtime/herder.js";

/** Time that a request may take; not configurable, as in Connect. */
export const REQUEST_TIMEOUT_MS = 90_000;
/** Time that the health check may take. */
export const HEALTH_TIMEOUT_MS = 10_000;

/** The promise's result. Throws ConnectError `timeout`, saying what the herder is doing, when it takes too long. */
export async function withTimeout<T>(promise: Promise<T>, timeoutMs: number, stage: () => Stage | null): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const current = stage();
      const more = current === null ? "" : `. ${stageSummary(current)}`;
      reject(new ConnectError("timeout", `Request timed out${more}`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** A sentence on the stage, as Kafka's `Stage.summarize` puts it, with its final period. */
export function stageSummary({ description, startedAtMs, completedAtMs }: Stage): string {
  const began = new Date(startedAtMs).toISOString();
  return completedAtMs === null
    ? `The worker is currently ${description}, which began at ${began}.`
    : `The last operation the worker completed was ${description}, which began at ${began} ` +
        `and completed at ${new Date(completedAtMs).toISOString()}.`;
}
