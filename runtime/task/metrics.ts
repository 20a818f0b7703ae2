import type { TaskMetrics } from "../api/index.js";
import type { TaskMetricsSnapshot } from "./protocol.js";
import { Counter, WindowedStat, type SampleWindows } from "./windowed-stat.js";

/** `task-error-metrics`. */
export class ErrorMetrics {
  /** Failed attempts. */
  readonly failures = new Counter();
  /** Records that failed for good. */
  readonly errors = new Counter();
  readonly skipped = new Counter();
  readonly retries = new Counter();
  readonly logged = new Counter();
  readonly deadLetterRequests = new Counter();
  readonly deadLetterFailures = new Counter();
  /** Wall clock; 0: never. */
  lastErrorMs = 0;
}

/** What a snapshot asks of the running task. */
export interface MetricsState {
  readonly partitionCount: number;
  /** Records consumed and not committed. */
  readonly activeCount: number;
  readonly lag: readonly { readonly topic: string; readonly partition: number; readonly lag: number }[];
}

type TaskPhase = "starting" | "running" | "paused";

/** What a task counts: Connect's metrics (names and meanings of 4.1) and the sink's own. */
export class RunnerMetrics implements TaskMetrics {
  readonly errors = new ErrorMetrics();
  readonly #own: Record<string, number> = {};
  readonly #gauges = new Map<string, () => number>();
  readonly #read = new Counter();
  readonly #sent = new Counter();
  readonly #completed = new Counter();
  readonly #skipped = new Counter();
  readonly #stats: Record<StatName, WindowedStat>;
  readonly #phaseMs: Record<TaskPhase, number> = { starting: 0, running: 0, paused: 0 };
  #phase: TaskPhase = "starting";
  #phaseSinceMs: number;
  /** Commits asked of the task so far. */
  commitSequence = 0;

  constructor(
    windows: SampleWindows,
    private readonly nowMs: () => number,
  ) {
    const names = Object.keys(STATS) as StatName[];
    this.#stats = Object.fromEntries(names.map((name) => [name, new WindowedStat(windows, nowMs)])) as Record<
      StatName,
      WindowedStat
    >;
    this.#phaseSinceMs = nowMs();
  }

  add(name: string, by: number): void {
    this.#own[name] = (this.#own[name] ?? 0) + by;
  }

  set(name: string, value: number): void {
    this.#own[name] = value;
  }

  gauge(name: string, read: () => number): void {
    this.#gauges.set(name, read);
  }

  phase(phase: TaskPhase): void {
    const now = this.nowMs();
    this.#phaseMs[this.#phase] += now - this.#phaseSinceMs;
    this.#phase = phase;
    this.#phaseSinceMs = now;
  }

  polled(records: number): void {
    this.#read.add(records);
    this.#stats.read.record(records);
  }

  put(records: number, durationMs: number): void {
    this.#sent.add(records);
    this.#stats.sent.record(records);
    this.#stats.batch.record(records);
    this.#stats.put.record(durationMs);
  }

  active(records: number): void {
    this.#stats.active.record(records);
  }

  commitSucceeded(durationMs: number): void {
    this.#completed.add(1);
    this.#stats.completion.record(1);
    this.#stats.commitTime.record(durationMs);
    this.#stats.commitSuccess.record(1);
    this.#stats.commitFailure.record(0);
  }

  commitFailed(durationMs: number): void {
    this.#stats.commitTime.record(durationMs);
    this.#stats.commitSuccess.record(0);
    this.#stats.commitFailure.record(1);
  }

  commitSkipped(): void {
    this.#skipped.add(1);
    this.#stats.skip.record(1);
  }

  snapshot(key: string, state: MetricsState): TaskMetricsSnapshot {
    const values: Record<string, number> = { ...this.#own };
    for (const [name, read] of this.#gauges) values[name] = read();
    const put = (name: string, value: number | null): void => {
      if (value !== null) values[name] = value;
    };
    this.#taskValues(put);
    this.#sinkValues(put, state);
    this.#errorValues(put);
    if (state.lag.length > 0) put("consumer-fetch-manager-metrics/records-lag-max", maxLag(state.lag));
    return {
      key,
      values,
      partitions: state.lag.map(({ topic, partition, lag }) => ({
        topic,
        partition,
        values: { "consumer-fetch-manager-metrics/records-lag": lag },
      })),
    };
  }

  #taskValues(put: (name: string, value: number | null) => void): void {
    const stats = this.#stats;
    const group = "connector-task-metrics";
    const lived = { ...this.#phaseMs };
    lived[this.#phase] += this.nowMs() - this.#phaseSinceMs;
    const lifeMs = lived.starting + lived.running + lived.paused;
    put(`${group}/running-ratio`, lifeMs === 0 ? 0 : lived.running / lifeMs);
    put(`${group}/pause-ratio`, lifeMs === 0 ? 0 : lived.paused / lifeMs);
    put(`${group}/offset-commit-max-time-ms`, stats.commitTime.max());
    put(`${group}/offset-commit-avg-time-ms`, stats.commitTime.average());
    put(`${group}/batch-size-max`, stats.batch.max());
    put(`${group}/batch-size-avg`, stats.batch.average());
    put(`${group}/offset-commit-failure-percentage`, percentage(stats.commitFailure));
    put(`${group}/offset-commit-success-percentage`, percentage(stats.commitSuccess));
  }

  #sinkValues(put: (name: string, value: number | null) => void, state: MetricsState): void {
    const stats = this.#stats;
    const group = "sink-task-metrics";
    put(`${group}/sink-record-read-rate`, stats.read.perSecond());
    put(`${group}/sink-record-read-total`, this.#read.total);
    put(`${group}/sink-record-send-rate`, stats.sent.perSecond());
    put(`${group}/sink-record-send-total`, this.#sent.total);
    put(`${group}/sink-record-active-count`, state.activeCount);
    put(`${group}/sink-record-active-count-max`, stats.active.max());
    put(`${group}/sink-record-active-count-avg`, stats.active.average());
    put(`${group}/partition-count`, state.partitionCount);
    put(`${group}/offset-commit-seq-no`, this.commitSequence);
    put(`${group}/offset-commit-completion-rate`, stats.completion.perSecond());
    put(`${group}/offset-commit-completion-total`, this.#completed.total);
    put(`${group}/offset-commit-skip-rate`, stats.skip.perSecond());
    put(`${group}/offset-commit-skip-total`, this.#skipped.total);
    put(`${group}/put-batch-max-time-ms`, stats.put.max());
    put(`${group}/put-batch-avg-time-ms`, stats.put.average());
  }

  #errorValues(put: (name: string, value: number | null) => void): void {
    const errors = this.errors;
    const group = "task-error-metrics";
    put(`${group}/total-record-failures`, errors.failures.total);
    put(`${group}/total-record-errors`, errors.errors.total);
    put(`${group}/total-records-skipped`, errors.skipped.total);
    put(`${group}/total-retries`, errors.retries.total);
    put(`${group}/total-errors-logged`, errors.logged.total);
    put(`${group}/deadletterqueue-produce-requests`, errors.deadLetterRequests.total);
    put(`${group}/deadletterqueue-produce-failures`, errors.deadLetterFailures.total);
    put(`${group}/last-error-timestamp`, errors.lastErrorMs);
  }
}

const STATS = {
  read: 0,
  sent: 0,
  batch: 0,
  put: 0,
  active: 0,
  completion: 0,
  skip: 0,
  commitTime: 0,
  commitSuccess: 0,
  commitFailure: 0,
};

type StatName = keyof typeof STATS;

/** Of 0s and 1s. */
function percentage(stat: WindowedStat): number {
  return (stat.average() ?? 0) * 100;
}

function maxLag(lag: readonly { readonly lag: number }[]): number {
  return lag.reduce((max, { lag: value }) => Math.max(max, value), 0);
}
