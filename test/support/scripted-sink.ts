import {
  topicPartitionKey,
  type NextOffsets,
  type SinkBatch,
  type SinkConnectorPlugin,
  type SinkRecord,
  type SinkTask,
  type SinkTaskContext,
  type TopicPartition,
} from "../../runtime/api/index.js";

/** What a test's sink does; whatever is absent does nothing and succeeds. */
export interface SinkScript {
  start?(task: RecordedTask): Promise<void> | void;
  open?(task: RecordedTask, partitions: readonly TopicPartition[]): Promise<void> | void;
  put?(task: RecordedTask, records: readonly SinkRecord[]): Promise<void> | void;
  preCommit?(task: RecordedTask, current: NextOffsets): Promise<NextOffsets> | NextOffsets;
  close?(task: RecordedTask, partitions: readonly TopicPartition[]): Promise<void> | void;
  stop?(task: RecordedTask): Promise<void> | void;
}

/** A sink task of a test: does what its script says, and remembers what was asked of it and what it has taken. */
export class RecordedTask implements SinkTask {
  context!: SinkTaskContext;
  config: Readonly<Record<string, string>> = {};
  /** Calls in their order, such as `put 2`, `open t-0`, `preCommit t-0=5`. */
  readonly calls: string[] = [];
  /** `topic-partition@offset` of the records of each put that succeeded. */
  readonly taken: string[] = [];
  /** Values of the same records. */
  readonly values: unknown[] = [];

  constructor(private readonly script: SinkScript) {}

  async start(context: SinkTaskContext, config: Readonly<Record<string, string>>): Promise<void> {
    this.context = context;
    this.config = config;
    this.calls.push("start");
    await this.script.start?.(this);
  }

  async open(partitions: readonly TopicPartition[]): Promise<void> {
    this.calls.push(`open ${names(partitions)}`);
    await this.script.open?.(this, partitions);
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const records = batches.flatMap((batch) => Array.from({ length: batch.count }, (_, i) => batch.record(i)));
    this.calls.push(`put ${records.length}`);
    await this.script.put?.(this, records);
    for (const { origin, value } of records) {
      this.taken.push(`${topicPartitionKey(origin)}@${origin.offset}`);
      this.values.push(value.value);
    }
  }

  async preCommit(current: NextOffsets): Promise<NextOffsets> {
    const offsets = [...current].map(([key, { nextOffset }]) => `${key}=${nextOffset}`).sort();
    this.calls.push(`preCommit ${offsets.join(" ")}`);
    return (await this.script.preCommit?.(this, current)) ?? current;
  }

  async close(partitions: readonly TopicPartition[], reason: string): Promise<void> {
    this.calls.push(`close ${names(partitions)} ${reason}`);
    await this.script.close?.(this, partitions);
  }

  async stop(): Promise<void> {
    this.calls.push("stop");
    await this.script.stop?.(this);
  }
}

function names(partitions: readonly TopicPartition[]): string {
  return partitions.map(topicPartitionKey).sort().join(" ");
}

export const SCRIPTED_SINK = "sluice.test.ScriptedSinkConnector";

/** A sink connector whose tasks follow `script` and are added to `tasks` as they are made. */
export function scriptedSink(script: SinkScript, tasks: RecordedTask[]): SinkConnectorPlugin {
  return {
    kind: "sink",
    className: SCRIPTED_SINK,
    taskClassName: "sluice.test.ScriptedSinkTask",
    version: "1",
    configDef: {},
    taskConfigs: (config, maxTasks) => Array.from({ length: maxTasks }, () => ({ ...config })),
    createTask() {
      const task = new RecordedTask(script);
      tasks.push(task);
      return task;
    },
  };
}
