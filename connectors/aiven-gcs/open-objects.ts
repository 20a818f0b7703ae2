import type { SinkTaskContext } from "../../runtime/api/index.js";

/** What a task has begun and not made visible, with the wall clock's time at which the first record of each came in. */
export class OpenObjects<T> {
  readonly #context: SinkTaskContext;
  /** Ascending by time: a Map keeps the order in which entries were made. */
  readonly #sinceMs = new Map<T, number>();

  /** Reports their number and the age of the oldest one as gauges, for as long as the task lives. */
  constructor(context: SinkTaskContext) {
    this.#context = context;
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

  /** Milliseconds since the oldest record came in that is not visible; null where all are. */
  get oldestAgeMs(): number | null {
    for (const sinceMs of this.#sinceMs.values()) return Math.max(0, this.#context.nowMs() - sinceMs);
    return null;
  }
}
