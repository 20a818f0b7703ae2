import type { SinkTaskContext } from "../../runtime/api/index.js";

/** What a task has begun and not made visible, with the wall clock's time at which the first record of each came in. */
export class OpenObjects<T> {
  readonly #context: SinkTaskContext;
  readonly #maxAgeMs: number;
  /** Ascending by time: a Map keeps the order in which entries were made. */
  readonly #sinceMs = new Map<T, number>();
  #askedMs = -Infinity;

  /**
   * Reports their number and the age of the oldest one as gauges, for as long as the task lives. `maxAgeMs` is
   * `file.flush.interval.ms`; 0: no limit.
   */
  constructor(context: SinkTaskContext, maxAgeMs: number) {
    this.#context = context;
    this.#maxAgeMs = maxAgeMs;
    context.metrics.gauge("open_objects", () => this.#sinceMs.size);
    context.metrics.gauge("oldest_unfinished_record_age_ms", () => this.oldestAgeMs ?? 0);
  }

  /** A record came in for `object`; only the first one counts. */
  begun(object: T): void {
    if (!this.#sinceMs.has(object)) this.#sinceMs.set(object, this.#context.nowMs());
  }

  /** It is visible, or dropped. */
  ended(object: T): void {
    this.#sinceMs.delete(object);
  }

  clear(): void {
    this.#sinceMs.clear();
  }

  /**
   * Has the worker commit when the oldest one is too old, and call the task again when it will be. Call at the end of every `put`.
   * Asks once in `maxAgeMs`, also where a commit did not help.
   */
  limitAge(): void {
    const ageMs = this.oldestAgeMs;
    if (this.#maxAgeMs === 0 || ageMs === null) return;
    const nowMs = this.#context.nowMs();
    let waitMs = this.#maxAgeMs - Math.min(ageMs, nowMs - this.#askedMs);
    if (waitMs <= 0) {
      this.#context.requestCommit();
      this.#askedMs = nowMs;
      waitMs = this.#maxAgeMs;
    }
    this.#context.timeout(waitMs);
  }

  /** Milliseconds since the oldest record came in that is not visible; null where all are. */
  get oldestAgeMs(): number | null {
    for (const sinceMs of this.#sinceMs.values()) return Math.max(0, this.#context.nowMs() - sinceMs);
    return null;
  }
}
