import type { Stage } from "../herder.js";

/**
 * What the herder's loop is doing, for people who wait: a request that times out and `/health` say it. Source: `TickThreadStage`,
 * `Stage.summarize` (KIP-1017), Connect 4.1.
 */
export class StageTracker {
  #stage: { readonly description: string; readonly startedAtMs: number; completedAtMs: number | null } | null = null;

  constructor(private readonly nowMs: () => number) {}

  get current(): Stage | null {
    return this.#stage;
  }

  /** Runs `action` as the present stage; the one around it, if any, is the present one again afterwards. */
  async during<T>(description: string, action: () => Promise<T>): Promise<T> {
    const outer = this.#stage;
    const stage = { description, startedAtMs: this.nowMs(), completedAtMs: null as number | null };
    this.#stage = stage;
    try {
      return await action();
    } finally {
      stage.completedAtMs = this.nowMs();
      if (outer !== null && outer.completedAtMs === null) this.#stage = outer;
    }
  }
}

/** A sentence with its final period. */
export function stageSummary({ description, startedAtMs, completedAtMs }: Stage): string {
  const started = new Date(startedAtMs).toISOString();
  if (completedAtMs === null) return `The worker is currently ${description}, which began at ${started}.`;
  const completed = new Date(completedAtMs).toISOString();
  return (
    `The last operation the worker completed was ${description}, ` +
    `which began at ${started} and completed at ${completed}.`
  );
}
