import {
  asConnectError,
  type Logger,
  type SinkTask,
  type TopicPartition,
  type TopicPartitionOffset,
} from "../api/index.js";
import type { SinkConsumer } from "../kafka/seam.js";
import type { ErrantReporter } from "./errant-reporter.js";
import type { ErrorPolicy } from "./error-policy.js";
import type { RunnerMetrics } from "./metrics.js";
import type { OffsetTracker } from "./offset-tracker.js";

export interface CommitterParts {
  /** `WorkerSinkTask{id=name-0}`, as Connect's log lines begin. */
  readonly name: string;
  readonly task: SinkTask;
  readonly consumer: SinkConsumer;
  readonly offsets: OffsetTracker;
  readonly policy: ErrorPolicy;
  readonly reporter: ErrantReporter | null;
  readonly metrics: RunnerMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  /** `offset.flush.timeout.ms`: a longer commit counts as failed, but goes on. */
  readonly timeoutMs: number;
  /** `preCommit` failed and the task goes back to these offsets, which are current again. */
  readonly onRewind: (offsets: readonly TopicPartitionOffset[]) => void;
}

/** Asks the task what is safe and commits it. Follows `WorkerSinkTask.commitOffsets`, Connect 4.1. */
export class Committer {
  constructor(private readonly parts: CommitterParts) {}

  /**
   * Commits what the task says of `partitions`. `closing` also closes them, between `preCommit` and the commit, and a failing
   * `preCommit` is then only logged. Throws when a reported record did not reach the dead letter queue, or `close` throws.
   */
  async commit(partitions: readonly TopicPartition[], closing: boolean): Promise<void> {
    const { reporter, policy, offsets, metrics, nowMs } = this.parts;
    await reporter?.awaitReports(partitions);
    await policy.flush();
    const current = offsets.current(partitions);
    if (current.size === 0) return;
    metrics.commitSequence++;
    const start = nowMs();
    const answer = await this.#preCommit(current, partitions, closing, start);
    if (answer === null) return;
    if (answer.size === 0) {
      metrics.commitSucceeded(nowMs() - start);
      metrics.commitSkipped();
      return;
    }
    const { offsets: committable, ignored } = offsets.committable(current, answer);
    for (const { offset, reason } of ignored) this.#logIgnored(offset, reason);
    if (committable === null) metrics.commitSucceeded(nowMs() - start);
    else await this.#send(committable, start);
  }

  /** The task's answer; null when it failed, which has been dealt with. */
  async #preCommit(
    current: Map<string, TopicPartitionOffset>,
    partitions: readonly TopicPartition[],
    closing: boolean,
    start: number,
  ): Promise<ReadonlyMap<string, TopicPartitionOffset> | null> {
    const { task, log, name, metrics, nowMs } = this.parts;
    try {
      return task.preCommit === undefined ? current : await task.preCommit(new Map(current));
    } catch (error) {
      if (closing) log.warn(`${name} Offset commit failed during close`, { error });
      else {
        log.error(`${name} Offset commit failed, rewinding to last committed offsets`, { error });
        this.parts.onRewind(this.parts.offsets.rewind(partitions));
      }
      metrics.commitFailed(nowMs() - start);
      return null;
    } finally {
      if (closing) await task.close?.(partitions, "revoked");
    }
  }

  async #send(offsets: readonly TopicPartitionOffset[], start: number): Promise<void> {
    const { consumer, metrics, log, name, nowMs, timeoutMs } = this.parts;
    const timer = setTimeout(() => {
      log.warn(`${name} Commit of offsets timed out`);
      metrics.commitFailed(nowMs() - start);
    }, timeoutMs);
    try {
      await consumer.commit(offsets);
      this.parts.offsets.commitSucceeded(offsets);
      metrics.commitSucceeded(nowMs() - start);
    } catch (error) {
      const commit = metrics.commitSequence;
      log.error(`${name} Commit of offsets threw an unexpected exception for sequence number ${commit}`, {
        error: asConnectError(error),
      });
      metrics.commitFailed(nowMs() - start);
    } finally {
      clearTimeout(timer);
    }
  }

  #logIgnored(offset: TopicPartitionOffset, reason: string): void {
    const { log, name } = this.parts;
    const text = `${name} Ignoring invalid task provided offset -- ${reason}`;
    const fields = { topic: offset.topic, partition: offset.partition, nextOffset: offset.nextOffset };
    if (reason === "partition not requested") log.debug(text, fields);
    else log.warn(text, fields);
  }
}
