import { setImmediate as nextTurn } from "node:timers/promises";
import {
  ConnectError,
  topicPartitionKey,
  type Logger,
  type SinkBatch,
  type SinkTask,
  type TopicPartition,
  type TopicPartitionOffset,
} from "../api/index.js";
import type { SinkConsumer, Subscription } from "../kafka/seam.js";
import { Committer } from "./committer.js";
import type { ErrantReporter } from "./errant-reporter.js";
import type { ErrorPolicy } from "./error-policy.js";
import type { TaskMemory } from "./memory-budget.js";
import type { MetricsState, RunnerMetrics } from "./metrics.js";
import { OffsetTracker } from "./offset-tracker.js";
import type { Pipeline } from "./pipeline.js";
import { PollQueue } from "./poll-queue.js";
import { RunnerContext } from "./sink-task-context.js";

/** What a started task consists of. */
export interface TaskParts {
  readonly task: SinkTask;
  readonly consumer: SinkConsumer;
  readonly pipeline: Pipeline;
  readonly policy: ErrorPolicy;
  readonly reporter: ErrantReporter | null;
  /** Lets go of converters and transformations. */
  close(): void;
}

export interface TaskOptions {
  readonly key: string;
  readonly connector: string;
  readonly taskId: number;
  readonly config: Readonly<Record<string, string>>;
  readonly subscription: Subscription;
  readonly commitIntervalMs: number;
  readonly commitTimeoutMs: number;
  readonly maxPollRecords: number;
  readonly memory: TaskMemory;
  readonly metrics: RunnerMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly onState: (state: "running" | "paused" | "resumed") => void;
}

/** Longest time that the loop keeps the thread before others get a turn. */
const TURN_MS = 20;

/** Records that are converted in one go, however many `max.poll.records` allows. */
const CONVERT_RECORDS = 1000;
/**
 * Records that the task gets at once where objects were made of all of them, however many `max.poll.records` allows: few enough that
 * they are gone before V8 takes them for long-lived. Measured with a transformation of JSON: half the memory of 500.
 */
const OBJECT_RECORDS = 100;

/**
 * A task between start and stop: Connect's `WorkerSinkTask` loop, method by method. All partitions are paused while the connector
 * is, and while a batch that `put` refused with a retriable error waits for its next attempt (`#refused`); a partition flows
 * only when neither holds and the task itself has not paused it.
 */
export class RunningTask {
  readonly #name: string;
  readonly #options: TaskOptions;
  readonly #parts: TaskParts;
  readonly #stopping: AbortSignal;
  readonly #context: RunnerContext;
  readonly #committer: Committer;
  readonly #offsets = new OffsetTracker();
  readonly #queue = new PollQueue();
  /** The batch that the task has not taken yet; it is delivered again until it does. */
  #batch: SinkBatch[] = [];
  #refused = false;
  #paused = false;
  #wanted: "run" | "pause" = "run";
  #polling = false;
  #abandoned = false;
  #closed = false;
  #nextCommitMs: number;
  #turnEndMs = 0;
  /** What went wrong in a rebalance; thrown when the poll that ran it returns. */
  #rebalanceError: { readonly error: unknown } | null = null;

  constructor(name: string, options: TaskOptions, parts: TaskParts, stopping: AbortSignal) {
    this.#name = name;
    this.#options = options;
    this.#parts = parts;
    this.#stopping = stopping;
    const { connector, taskId, log, memory, metrics, nowMs } = options;
    const { consumer, policy, reporter, task } = parts;
    this.#context = new RunnerContext({
      connectorName: connector,
      taskId,
      log,
      memory,
      metrics,
      reporter,
      nowMs,
      committed: {
        read: (partitions) => consumer.committed(partitions),
        write: (offsets) => this.#commitNow(offsets),
      },
      assignment: () => this.#offsets.partitions(),
      pausedChanged: (partitions, paused) => {
        if (paused) this.#hold(partitions);
        else if (!this.#paused && !this.#refused) consumer.resume(this.#assigned(partitions));
      },
      commitRequested: () => {
        if (this.#polling) consumer.wakeup();
      },
    });
    this.#committer = new Committer({
      name,
      task,
      consumer,
      offsets: this.#offsets,
      policy,
      reporter,
      metrics,
      log,
      nowMs,
      timeoutMs: options.commitTimeoutMs,
      onRewind: (offsets) => {
        this.#rewound(offsets);
      },
    });
    this.#nextCommitMs = nowMs() + options.commitIntervalMs;
  }

  async start(): Promise<void> {
    const { subscription, config, log } = this.#options;
    const { consumer, task } = this.#parts;
    consumer.subscribe(subscription, {
      onAssigned: (partitions) => this.#assignedNow(partitions),
      onRevoked: (partitions) => this.#removed(partitions, "revoked"),
      onLost: (partitions) => this.#removed(partitions, "lost"),
    });
    await task.start(this.#context, config);
    log.info(`${this.#name} Sink task finished initialization and start`);
  }

  /** Runs until the task is to stop; then, and also when something fails, closes all partitions with a last commit. */
  async loop(): Promise<void> {
    const { log } = this.#options;
    log.info(`${this.#name} Executing sink task`);
    this.#options.metrics.phase("running");
    let failed = true;
    try {
      while (!this.#stopping.aborted) await this.#iterate();
      failed = false;
    } finally {
      if (!this.#abandoned)
        await this.#committer.commit(this.#offsets.partitions(), true).catch((error: unknown) => {
          if (!failed) throw error;
          log.warn(`${this.#name} Closing the partitions failed too`, { error });
        });
    }
  }

  /** Stops the task and lets go of everything. Never rejects. */
  async close(): Promise<void> {
    const { log } = this.#options;
    this.#closed = true;
    const quietly = async (what: string, close: () => Promise<void> | undefined): Promise<void> => {
      try {
        await close();
      } catch (error) {
        log.warn(`${this.#name} Could not ${what}`, { error });
      }
    };
    await quietly("stop task", () => this.#parts.task.stop());
    await quietly("close consumer", () => this.#parts.consumer.close());
    await quietly("close the error reporters", () => this.#parts.policy.close());
    await quietly("close converters and transformations", () => {
      this.#parts.close();
      return undefined;
    });
  }

  targetChanged(wanted: "run" | "pause"): void {
    if (this.#wanted === wanted) return;
    this.#wanted = wanted;
    this.#parts.consumer.wakeup();
  }

  wakeup(): void {
    this.#parts.consumer.wakeup();
  }

  /** Takes the task out of its group at once, so that others get its partitions, and has it let go of what it does. */
  abandon(): void {
    this.#abandoned = true;
    this.#context.abandon(new ConnectError("fatal", "The task did not stop in time"));
    this.#parts.consumer.close().catch(() => undefined);
  }

  metricsState(): MetricsState {
    const { consumer } = this.#parts;
    return {
      partitionCount: this.#offsets.partitions().length,
      activeCount: this.#offsets.activeCount(),
      lag: consumer.lag(),
    };
  }

  async #iterate(): Promise<void> {
    await this.#giveOthersATurn();
    if (this.#stopping.aborted) return;
    this.#applyTarget();
    const { nowMs, commitIntervalMs } = this.#options;
    const now = nowMs();
    if (this.#context.isCommitRequested || now >= this.#nextCommitMs) {
      this.#context.clearCommitRequest();
      await this.#committer.commit(this.#offsets.partitions(), false);
      this.#nextCommitMs = now + commitIntervalMs;
    }
    this.#applyRewinds();
    if (this.#refused || this.#queue.isEmpty) {
      await this.#poll();
      if (this.#interrupted) return;
    }
    if (!this.#refused) await this.#convert();
    await this.#deliver();
  }

  /** True when something is to be done before records are: the poll ended early for it. */
  get #interrupted(): boolean {
    return this.#stopping.aborted || (this.#wanted === "pause") !== this.#paused || this.#earlyCommit;
  }

  /** A commit was asked for while nothing came in. */
  get #earlyCommit(): boolean {
    return this.#context.isCommitRequested && this.#queue.isEmpty && this.#batch.length === 0;
  }

  async #poll(): Promise<void> {
    const { metrics, nowMs } = this.#options;
    const untilCommitMs = Math.max(0, this.#nextCommitMs - nowMs());
    const timeoutMs = Math.min(untilCommitMs, this.#context.takeTimeout() ?? Infinity);
    this.#polling = true;
    try {
      const batches = await this.#parts.consumer.poll(timeoutMs);
      this.#queue.offer(batches);
      metrics.polled(batches.reduce((sum, batch) => sum + batch.columns.count, 0));
    } finally {
      this.#polling = false;
    }
    const failed = this.#rebalanceError;
    this.#rebalanceError = null;
    if (failed !== null) throw failed.error;
  }

  /** The next portion of what was polled becomes the batch at hand. */
  async #convert(): Promise<void> {
    const batch: SinkBatch[] = [];
    const { maxPollRecords } = this.#options;
    const records = this.#parts.pipeline.makesObjects ? Math.min(maxPollRecords, OBJECT_RECORDS) : maxPollRecords;
    for (let room = records; room > 0 && !this.#queue.isEmpty;) {
      for (const part of this.#queue.take(Math.min(room, CONVERT_RECORDS))) {
        const converted = await this.#parts.pipeline.run(part);
        this.#offsets.consumed(part, part.nextOffset);
        if (converted.count > 0) batch.push(converted);
        room -= part.columns.count;
      }
      await this.#giveOthersATurn();
    }
    this.#batch = batch;
  }

  async #deliver(): Promise<void> {
    const { metrics, log, nowMs } = this.#options;
    const { task, reporter } = this.#parts;
    const count = this.#batch.reduce((sum, batch) => sum + batch.count, 0);
    const start = nowMs();
    try {
      await task.put([...this.#batch]);
      reporter?.throwIfIntolerable();
    } catch (error) {
      if (!(error instanceof ConnectError) || error.kind !== "retriable") {
        const message = error instanceof Error ? error.message : String(error);
        const text =
          "Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted. Error:";
        log.error(`${this.#name} ${text} ${message}`, { error });
        throw new ConnectError("fatal", "Exiting WorkerSinkTask due to unrecoverable exception.", { cause: error });
      }
      log.error(`${this.#name} RetriableException from SinkTask:`, { error });
      if (!this.#refused) this.#holdAll();
      this.#refused = true;
      return;
    }
    metrics.put(count, nowMs() - start);
    this.#offsets.delivered();
    metrics.active(this.#offsets.activeCount());
    this.#batch = [];
    if (this.#refused) {
      this.#refused = false;
      if (!this.#paused) this.#releaseAll();
    }
  }

  /** Goes over to what the connector's target state asks for. */
  #applyTarget(): void {
    const { onState, metrics } = this.#options;
    if (this.#wanted === "pause" && !this.#paused) {
      this.#paused = true;
      this.#holdAll();
      metrics.phase("paused");
      onState("paused");
      this.#context.requestCommit();
    } else if (this.#wanted === "run" && this.#paused) {
      this.#paused = false;
      if (!this.#refused) this.#releaseAll();
      metrics.phase("running");
      onState("resumed");
    }
  }

  /** Applies what the task asked for with `context.offset`. */
  #applyRewinds(): void {
    for (const offset of this.#context.takeRewinds()) {
      if (this.#assigned([offset]).length === 0) {
        const fields = { topic: offset.topic, partition: offset.partition };
        this.#options.log.warn(`${this.#name} Cannot rewind a partition that is not assigned`, fields);
        continue;
      }
      this.#queue.drop([offset]);
      this.#parts.consumer.seek(offset, offset.nextOffset);
      this.#offsets.reset(offset, offset.nextOffset);
    }
  }

  /** `preCommit` failed: everything since the last commit is read again, so what is at hand of it goes. */
  #rewound(offsets: readonly TopicPartitionOffset[]): void {
    this.#queue.drop(offsets);
    this.#dropFromBatch(offsets);
    for (const offset of offsets) this.#parts.consumer.seek(offset, offset.nextOffset);
    if (this.#refused && this.#batch.length === 0) {
      this.#refused = false;
      if (!this.#paused) this.#releaseAll();
    }
  }

  async #assignedNow(partitions: readonly TopicPartition[]): Promise<void> {
    const { consumer, task } = this.#parts;
    for (const tp of partitions) this.#offsets.reset(tp, consumer.position(tp));
    const wasRefused = this.#refused;
    this.#refused = wasRefused && this.#batch.length > 0;
    this.#context.retainPaused(this.#offsets.partitions());
    if (this.#refused || this.#paused) consumer.pause(this.#offsets.partitions());
    else {
      if (wasRefused) this.#releaseAll();
      // A partition that was given back at once comes anew: it does not know that the task paused it.
      consumer.pause(this.#context.pausedByTask());
    }
    if (partitions.length === 0 || this.#rebalanceError !== null) return;
    try {
      await task.open?.(partitions);
      this.#applyRewinds();
    } catch (error) {
      this.#failRebalance(error);
    }
  }

  async #removed(partitions: readonly TopicPartition[], reason: "revoked" | "lost"): Promise<void> {
    if (this.#closed || this.#abandoned || partitions.length === 0) return;
    const { task, reporter } = this.#parts;
    try {
      if (reason === "revoked") await this.#committer.commit(partitions, true);
      else {
        this.#context.abort(new ConnectError("fatal", "The task's partitions were lost"));
        await task.close?.(partitions, "lost");
        reporter?.cancel(partitions);
      }
    } catch (error) {
      this.#failRebalance(error);
    }
    this.#offsets.forget(partitions);
    this.#queue.drop(partitions);
    this.#dropFromBatch(partitions);
  }

  /** Listener callbacks must not throw: the error is kept until the poll that ran them has returned, which it is to do now. */
  #failRebalance(error: unknown): void {
    this.#rebalanceError = { error };
    this.#parts.consumer.wakeup();
  }

  async #commitNow(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    await this.#parts.consumer.commit(offsets);
    this.#offsets.commitSucceeded(offsets);
  }

  #dropFromBatch(partitions: readonly TopicPartition[]): void {
    const dropped = new Set(partitions.map(topicPartitionKey));
    this.#batch = this.#batch.filter((batch) => !dropped.has(topicPartitionKey(batch)));
    this.#offsets.dropConsumed(partitions);
  }

  /** No further records of `partitions`: what the queue still has of them is read again later. */
  #hold(partitions: readonly TopicPartition[]): void {
    const { consumer } = this.#parts;
    const assigned = this.#assigned(partitions);
    for (const offset of this.#queue.drop(assigned)) consumer.seek(offset, offset.nextOffset);
    consumer.pause(assigned);
  }

  #holdAll(): void {
    this.#hold(this.#offsets.partitions());
  }

  #releaseAll(): void {
    this.#parts.consumer.resume(this.#offsets.partitions().filter((tp) => !this.#context.isPausedByTask(tp)));
  }

  /** Those of `partitions` that the task has: opened and not taken away. */
  #assigned(partitions: readonly TopicPartition[]): TopicPartition[] {
    const wanted = new Set(partitions.map(topicPartitionKey));
    return this.#offsets.partitions().filter((tp) => wanted.has(topicPartitionKey(tp)));
  }

  async #giveOthersATurn(): Promise<void> {
    const now = performance.now();
    if (now < this.#turnEndMs) return;
    await nextTurn();
    this.#turnEndMs = performance.now() + TURN_MS;
  }
}
