import type {
  CommittedOffsets,
  ErrantRecordReporter,
  Logger,
  MemoryBudget,
  NextOffsets,
  SinkBatch,
  SinkTask,
  SinkTaskContext,
  TopicPartition,
  TopicPartitionOffset,
} from "../../runtime/api/index.js";
import { topicPartitionKey } from "../../runtime/api/index.js";

/** A memory budget that only counts. */
export class TestMemory implements MemoryBudget {
  usedBytes = 0;
  peakBytes = 0;
  constructor(readonly limitBytes = 64 * 1024 * 1024) {}

  take(bytes: number): void {
    this.usedBytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.usedBytes);
  }

  tryTake(bytes: number): boolean {
    if (this.usedBytes + bytes > this.limitBytes) return false;
    this.take(bytes);
    return true;
  }

  release(bytes: number): void {
    this.usedBytes -= bytes;
  }
}

/** Offsets of a consumer group, as they outlive a task. */
export class TestGroup implements CommittedOffsets {
  readonly offsets = new Map<string, TopicPartitionOffset>();
  /** Set to make writes fail, as for a member that Kafka does not know any more. */
  failure: Error | null = null;

  read(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]> {
    return Promise.resolve(partitions.flatMap((tp) => this.offsets.get(topicPartitionKey(tp)) ?? []));
  }

  write(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    for (const offset of offsets) this.offsets.set(topicPartitionKey(offset), offset);
    return Promise.resolve();
  }

  nextOffset(topic: string, partition = 0): number | undefined {
    return this.offsets.get(`${topic}-${partition}`)?.nextOffset;
  }
}

const silent: Logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  trace: () => undefined,
  isEnabled: () => false,
};

/**
 * Calls a task as the runtime does, without Kafka: delivers batches, commits what the task says, and knows where a task
 * that takes over has to start.
 */
export class TaskDriver {
  readonly memory: TestMemory;
  readonly group: TestGroup;
  readonly metrics = new Map<string, number>();
  readonly gauges = new Map<string, () => number>();
  readonly paused = new Set<string>();
  /** Offsets that the task asked to go on at. */
  readonly rewinds = new Map<string, number>();
  /** Takes bad records; null fails the task. */
  reporter: ErrantRecordReporter | null = null;
  /** How often the task asked for a commit. */
  commitRequests = 0;
  /** Within how many milliseconds the task last asked to be called again. */
  timeoutMs: number | null = null;
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  #abort = new AbortController();
  readonly #task: SinkTask;
  readonly #delivered = new Map<string, TopicPartitionOffset>();

  constructor(task: SinkTask, options: { readonly memory?: TestMemory; readonly group?: TestGroup } = {}) {
    this.#task = task;
    this.memory = options.memory ?? new TestMemory();
    this.group = options.group ?? new TestGroup();
  }

  async start(config: Readonly<Record<string, string>>, partitions: readonly TopicPartition[]): Promise<void> {
    const currentSignal = (): AbortSignal => this.#abort.signal;
    const context: SinkTaskContext = {
      connectorName: "connector",
      taskId: 0,
      log: silent,
      get signal() {
        return currentSignal();
      },
      memory: this.memory,
      metrics: {
        add: (name, by) => this.metrics.set(name, (this.metrics.get(name) ?? 0) + by),
        set: (name, value) => this.metrics.set(name, value),
        gauge: (name, read) => this.gauges.set(name, read),
      },
      nowMs: () => this.nowMs,
      assignment: () => partitions,
      pause: (tps) => {
        for (const tp of tps) this.paused.add(topicPartitionKey(tp));
      },
      resume: (tps) => {
        for (const tp of tps) this.paused.delete(topicPartitionKey(tp));
      },
      offset: ({ topic, partition }, nextOffset) => {
        this.rewinds.set(topicPartitionKey({ topic, partition }), nextOffset);
        this.#delivered.set(topicPartitionKey({ topic, partition }), { topic, partition, nextOffset });
      },
      timeout: (ms) => {
        this.timeoutMs = ms;
      },
      requestCommit: () => {
        this.commitRequests++;
      },
      committed: this.group,
      errantRecordReporter: () => this.reporter,
    };
    await this.#task.start(context, config);
    await this.#task.open?.(partitions);
  }

  /** Delivers batches in one call. */
  async put(...batches: readonly SinkBatch[]): Promise<void> {
    await this.#task.put(batches);
    for (const { topic, partition, nextOffset } of batches)
      this.#delivered.set(topicPartitionKey({ topic, partition }), { topic, partition, nextOffset });
  }

  /** Has the task make records durable and commits; returns what was committed. */
  async commit(): Promise<NextOffsets> {
    const offsets = (await this.#task.preCommit?.(new Map(this.#delivered))) ?? this.#delivered;
    await this.group.write([...offsets.values()]);
    return offsets;
  }

  /** Has the task make records durable, but nothing more: as if the process died before the commit. */
  async flushOnly(): Promise<void> {
    await this.#task.preCommit?.(new Map(this.#delivered));
  }

  async close(partitions: readonly TopicPartition[], reason: "revoked" | "lost" = "revoked"): Promise<void> {
    await this.#task.close?.(partitions, reason);
  }

  async stop(): Promise<void> {
    await this.#task.stop();
  }

  /** Has the task hear that another may own the partitions already: what it does at this moment ends, it then starts over. */
  async lose(partitions: readonly TopicPartition[]): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    for (const tp of partitions) this.#delivered.delete(topicPartitionKey(tp));
    await this.#task.close?.(partitions, "lost");
    await this.#task.open?.(partitions);
  }

  /** Ends all requests at once, as when a process dies. */
  kill(): void {
    this.#abort.abort();
  }
}
