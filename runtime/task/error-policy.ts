import { setTimeout as sleep } from "node:timers/promises";
import { asConnectError, ConnectError } from "../api/index.js";
import type { ErrorConfig } from "./error-config.js";
import type { ErrorMetrics } from "./metrics.js";
import type { RawRecord } from "./raw-record.js";

/** Stages of Connect's error handling that a sink has. */
export type Stage = "KEY_CONVERTER" | "VALUE_CONVERTER" | "HEADER_CONVERTER" | "TRANSFORMATION" | "TASK_PUT";

/** What went wrong with a record, and where. */
export interface Failure {
  readonly stage: Stage;
  /** Class of the plug-in that failed. */
  readonly className: string;
  readonly error: unknown;
  /** True when it was retried already. */
  readonly final?: boolean;
}

/** A failure on its way to the log or the dead letter queue. */
export interface FailedRecord extends Failure {
  readonly record: RawRecord;
}

/** Where failed records are told of. */
export interface ErrorReporter {
  /** Settles when the report is where it belongs; rejects when it could not be brought there (and has been logged). */
  report(failed: FailedRecord): Promise<void>;
  /** Settles when another report may follow. */
  room?(): Promise<void>;
  /** Settles when no report is under way. */
  flush?(): Promise<void>;
  close?(): Promise<void>;
}

const FIRST_RETRY_DELAY_MS = 300;

/**
 * Delay before retry `retry` (1 is the first): 300 ms, doubled each time; above `maxDelayMs` random below it; never past
 * `deadlineMs`. Source: `RetryWithToleranceOperator.backoff`, Connect 4.1.
 */
export function retryDelayMs(
  retry: number,
  maxDelayMs: number,
  nowMs: number,
  deadlineMs: number,
  random: () => number = Math.random,
): number {
  const doubled = FIRST_RETRY_DELAY_MS * 2 ** (retry - 1);
  const delay = doubled > maxDelayMs ? Math.floor(random() * maxDelayMs) : doubled;
  return Math.max(0, Math.min(delay, deadlineMs - nowMs));
}

/** Past this, the next failure fails the task. Connect's text; clients match on it. */
export function toleranceExceeded(cause: unknown): ConnectError {
  return new ConnectError("fatal", "Tolerance exceeded in error handler", { cause });
}

export interface ErrorPolicyParts {
  readonly config: ErrorConfig;
  /** In the order in which they are told: the log, then the dead letter queue. */
  readonly reporters: readonly ErrorReporter[];
  readonly metrics: ErrorMetrics;
  readonly nowMs: () => number;
  /** Aborted when the task stops: ends a retry's wait. */
  readonly stopping: AbortSignal;
}

/**
 * What becomes of records that fail: retried while the error may pass, then reported, then dropped or the end of the task.
 * Follows `RetryWithToleranceOperator` of Connect 4.1, with one difference: a retriable error that outlives `errors.retry.timeout`
 * counts as any other, where Connect drops the record even if errors are not tolerated.
 */
export class ErrorPolicy {
  constructor(private readonly parts: ErrorPolicyParts) {}

  get isTolerant(): boolean {
    return this.parts.config["errors.tolerance"] === "all";
  }

  /**
   * Handles the failure of one record. `redo` does the failed step again and gives its failure, or null when it went well.
   * True: the record is well after all. False: drop it. Throws ConnectError when errors are not tolerated.
   */
  async handle(failure: Failure, record: () => RawRecord, redo: () => Failure | null): Promise<boolean> {
    const { metrics } = this.parts;
    metrics.failures.add(1);
    const last = failure.final === true ? failure : await this.#retry(failure, redo);
    if (last === null) return true;
    // A record that was cut short by the end of the task has not failed: it is read again.
    if (isRetriable(last.error) && this.parts.stopping.aborted) throw asConnectError(last.error);
    this.fail();
    metrics.errors.add(1);
    // Not awaited, as in Connect: a letter that gets lost is logged and counted.
    this.reportTo(last, record()).catch(() => undefined);
    if (!this.isTolerant) throw toleranceExceeded(last.error);
    for (const reporter of this.parts.reporters) await reporter.room?.();
    metrics.skipped.add(1);
    return false;
  }

  /** Runs `operation`, again while it fails with a retriable error and there is time. Gives its last error, or null. */
  async attempt(operation: () => Promise<void>): Promise<ConnectError | null> {
    const start = this.parts.nowMs();
    for (let retry = 1; ; retry++) {
      try {
        await operation();
        return null;
      } catch (error) {
        if (!isRetriable(error) || !(await this.#waitBeforeRetry(retry, start))) return asConnectError(error, "data");
        this.parts.metrics.failures.add(1);
      }
    }
  }

  /** Tells every reporter. Rejects when one of them failed. */
  async reportTo(failure: Failure, record: RawRecord): Promise<void> {
    const failed = { ...failure, record };
    await Promise.all(this.parts.reporters.map((reporter) => reporter.report(failed)));
  }

  /** Settles when no report is under way. */
  async flush(): Promise<void> {
    for (const reporter of this.parts.reporters) await reporter.flush?.();
  }

  async close(): Promise<void> {
    for (const reporter of this.parts.reporters) await reporter.close?.();
  }

  /** Notes that an error happened that was not made good. */
  fail(): void {
    this.parts.metrics.lastErrorMs = this.parts.nowMs();
  }

  async #retry(failure: Failure, redo: () => Failure | null): Promise<Failure | null> {
    const start = this.parts.nowMs();
    let last: Failure | null = failure;
    for (let retry = 1; last !== null && isRetriable(last.error); retry++) {
      if (!(await this.#waitBeforeRetry(retry, start))) break;
      last = redo();
      if (last !== null) this.parts.metrics.failures.add(1);
    }
    return last;
  }

  /** Waits, and says whether another attempt is due. */
  async #waitBeforeRetry(retry: number, startMs: number): Promise<boolean> {
    const { config, nowMs, stopping, metrics } = this.parts;
    const timeoutMs = config["errors.retry.timeout"];
    const deadlineMs = timeoutMs < 0 ? Infinity : startMs + timeoutMs;
    if (nowMs() >= deadlineMs || stopping.aborted) return false;
    const delayMs = retryDelayMs(retry, config["errors.retry.delay.max.ms"], nowMs(), deadlineMs);
    await sleep(delayMs, undefined, { signal: stopping }).catch(() => undefined);
    metrics.retries.add(1);
    return !stopping.aborted;
  }
}

function isRetriable(error: unknown): boolean {
  return error instanceof ConnectError && error.kind === "retriable";
}
