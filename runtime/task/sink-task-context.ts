import {
  topicPartitionKey,
  type CommittedOffsets,
  type ErrantRecordReporter,
  type Logger,
  type MemoryBudget,
  type SinkTaskContext,
  type TaskMetrics,
  type TopicPartition,
  type TopicPartitionOffset,
} from "../api/index.js";

/** What the context needs of the running task. */
export interface ContextHost {
  readonly connectorName: string;
  readonly taskId: number;
  readonly log: Logger;
  readonly memory: MemoryBudget;
  readonly metrics: TaskMetrics;
  readonly reporter: ErrantRecordReporter | null;
  readonly committed: CommittedOffsets;
  readonly nowMs: () => number;
  assignment(): readonly TopicPartition[];
  /** Partitions that the task paused or resumed itself. */
  pausedChanged(partitions: readonly TopicPartition[], paused: boolean): void;
  /** A commit was asked for: end a poll that waits. */
  commitRequested(): void;
}

/** The runner's side of the context: what the task asked for and the runner has not done yet. */
export class RunnerContext implements SinkTaskContext {
  readonly #host: ContextHost;
  readonly #paused = new Map<string, TopicPartition>();
  #rewinds = new Map<string, TopicPartitionOffset>();
  #timeoutMs = -1;
  #commitRequested = false;
  #abort = new AbortController();

  constructor(host: ContextHost) {
    this.#host = host;
  }

  get connectorName(): string {
    return this.#host.connectorName;
  }

  get taskId(): number {
    return this.#host.taskId;
  }

  get log(): Logger {
    return this.#host.log;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get memory(): MemoryBudget {
    return this.#host.memory;
  }

  get metrics(): TaskMetrics {
    return this.#host.metrics;
  }

  get committed(): CommittedOffsets {
    return this.#host.committed;
  }

  nowMs(): number {
    return this.#host.nowMs();
  }

  assignment(): readonly TopicPartition[] {
    return this.#host.assignment();
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) this.#paused.set(topicPartitionKey(tp), tp);
    this.#host.pausedChanged(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const tp of partitions) this.#paused.delete(topicPartitionKey(tp));
    this.#host.pausedChanged(partitions, false);
  }

  offset(tp: TopicPartition, nextOffset: number): void {
    this.#rewinds.set(topicPartitionKey(tp), { topic: tp.topic, partition: tp.partition, nextOffset });
  }

  timeout(ms: number): void {
    this.#timeoutMs = ms;
  }

  requestCommit(): void {
    this.#commitRequested = true;
    this.#host.commitRequested();
  }

  errantRecordReporter(): ErrantRecordReporter | null {
    return this.#host.reporter;
  }

  get isCommitRequested(): boolean {
    return this.#commitRequested;
  }

  clearCommitRequest(): void {
    this.#commitRequested = false;
  }

  /** Partitions that the task itself paused. */
  pausedByTask(): readonly TopicPartition[] {
    return [...this.#paused.values()];
  }

  isPausedByTask(tp: TopicPartition): boolean {
    return this.#paused.has(topicPartitionKey(tp));
  }

  /** Forgets pauses of partitions that are not in `assigned`. */
  retainPaused(assigned: readonly TopicPartition[]): void {
    const keys = new Set(assigned.map(topicPartitionKey));
    for (const key of [...this.#paused.keys()]) if (!keys.has(key)) this.#paused.delete(key);
  }

  /** The positions asked for with `offset`, once. */
  takeRewinds(): readonly TopicPartitionOffset[] {
    if (this.#rewinds.size === 0) return [];
    const rewinds = [...this.#rewinds.values()];
    this.#rewinds = new Map();
    return rewinds;
  }

  /** The wait asked for with `timeout`, once; null when there is none. */
  takeTimeout(): number | null {
    const ms = this.#timeoutMs;
    this.#timeoutMs = -1;
    return ms > 0 ? ms : null;
  }

  /** Makes the task let go of what it does at this moment. Later work gets a new signal. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
    this.#abort = new AbortController();
  }

  /** Makes the task let go of everything for good. */
  abandon(reason: Error): void {
    this.#abort.abort(reason);
  }
}
