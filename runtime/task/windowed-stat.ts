/** How samples are kept: `metrics.sample.window.ms` and `metrics.num.samples`. */
export interface SampleWindows {
  readonly windowMs: number;
  readonly count: number;
}

interface Sample {
  startMs: number;
  count: number;
  sum: number;
  max: number;
}

/** Values of the last few windows, as Kafka's `SampledStat`: from it come averages, maxima and rates. */
export class WindowedStat {
  readonly #samples: Sample[] = [];

  constructor(
    private readonly windows: SampleWindows,
    private readonly nowMs: () => number,
  ) {}

  record(value: number): void {
    const sample = this.#currentSample(this.nowMs());
    sample.count++;
    sample.sum += value;
    if (value > sample.max) sample.max = value;
  }

  /** Null without a value in the windows. */
  average(): number | null {
    const { count, sum } = this.#total();
    return count === 0 ? null : sum / count;
  }

  /** Null without a value in the windows. */
  max(): number | null {
    const { count, max } = this.#total();
    return count === 0 ? null : max;
  }

  count(): number {
    return this.#total().count;
  }

  /** Sum of the values per second. Source: Kafka's `Rate`: windows not yet lived through count as full, the last one in part. */
  perSecond(): number {
    const { sum, startMs } = this.#total();
    const { windowMs, count } = this.windows;
    let elapsedMs = this.nowMs() - startMs;
    const fullWindows = Math.floor(elapsedMs / windowMs);
    if (fullWindows < count - 1) elapsedMs += (count - 1 - fullWindows) * windowMs;
    return elapsedMs <= 0 ? 0 : sum / (elapsedMs / 1000);
  }

  #currentSample(nowMs: number): Sample {
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs - last.startMs < this.windows.windowMs) return last;
    const sample = { startMs: nowMs, count: 0, sum: 0, max: -Infinity };
    this.#samples.push(sample);
    if (this.#samples.length > this.windows.count) this.#samples.shift();
    return sample;
  }

  #total(): Sample {
    const nowMs = this.nowMs();
    const oldestMs = nowMs - this.windows.windowMs * this.windows.count;
    const total = { startMs: nowMs, count: 0, sum: 0, max: -Infinity };
    for (const sample of this.#samples) {
      if (sample.startMs < oldestMs) continue;
      total.startMs = Math.min(total.startMs, sample.startMs);
      total.count += sample.count;
      total.sum += sample.sum;
      total.max = Math.max(total.max, sample.max);
    }
    return total;
  }
}

/** A count that only grows. */
export class Counter {
  total = 0;

  add(by: number): void {
    this.total += by;
  }
}
