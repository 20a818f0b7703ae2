import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorConfig, RestartRequest, TargetState } from "../herder.js";
import type { ClientProperties, KafkaAdmin, TopicLog } from "../kafka/seam.js";
import { openTopicLog } from "../kafka/topic-log.js";
import { createTransactionalProducer, type TransactionalProducer } from "../kafka/transactional-producer.js";
import {
  commitRecord,
  connectorRecord,
  loggerRecord,
  restartRecord,
  sessionKeyRecord,
  targetStateRecord,
  taskRecords,
  type KeyValue,
} from "./config-records.js";
import { ConfigState, type ConfigSnapshot, type ConfigUpdate, type SessionKey } from "./config-state.js";
import type { ConfigStore } from "./config-store.js";
import { checkSinglePartition, prepareTopic, type InternalTopic } from "./internal-topics.js";

export interface ConfigLogOptions {
  readonly topic: InternalTopic;
  /** Of the worker, with the `client.id` to use. */
  readonly properties: ClientProperties;
  /**
   * `exactly.once.source.support`. Reading follows it exactly as in Connect: a worker that skips records that its peers count
   * never agrees with them on the config offset.
   */
  readonly exactlyOnce: "disabled" | "preparing" | "enabled";
  /** `group.id` of the worker, for the transactional id that the leader of every worker of the cluster uses. */
  readonly groupId: string;
}

/** `KafkaConfigBackingStore.READ_WRITE_TOTAL_TIMEOUT_MS`: for a whole operation, reading back included. */
const OPERATION_TIMEOUT_MS = 30_000;

/** Opens no connection before `start`. Throws ConnectError `config`. */
export function openConfigStore(options: ConfigLogOptions, admin: KafkaAdmin, log: Logger): ConfigStore {
  const isolation = options.exactlyOnce === "enabled" ? "read_committed" : "read_uncommitted";
  const topicLog = openTopicLog(options.topic.name, options.properties, log, { isolation });
  return new KafkaConfigStore(options, topicLog, admin, log);
}

/** The config topic: {@link ConfigState} fed from it, and its writes. Spec connect-runtime §2.2–§2.5. */
class KafkaConfigStore implements ConfigStore {
  readonly #state: ConfigState;
  #listener: ((update: ConfigUpdate) => void) | null = null;
  #fencing: TransactionalProducer | null = null;

  constructor(
    private readonly options: ConfigLogOptions,
    private readonly topicLog: TopicLog,
    private readonly admin: KafkaAdmin,
    private readonly log: Logger,
  ) {
    this.#state = new ConfigState(log);
  }

  async start(listener: (update: ConfigUpdate) => void): Promise<void> {
    await prepareTopic(this.options.topic, this.admin, this.log);
    await this.topicLog.start((record) => {
      const update = this.#state.apply(record);
      if (update !== null) this.#listener?.(update);
    });
    checkSinglePartition(this.options.topic, this.topicLog.partitionCount());
    this.#listener = listener;
  }

  snapshot(): ConfigSnapshot {
    return this.#state.snapshot();
  }

  refresh(timeoutMs: number): Promise<void> {
    return this.topicLog.readToEnd(timeoutMs);
  }

  putConnectorConfig(connector: string, config: ConnectorConfig, initialState: TargetState | null): Promise<void> {
    const before = initialState === null ? [] : [targetStateRecord(connector, initialState)];
    return this.#operation("Error writing connector configuration to Kafka", (deadlineMs) =>
      this.#lead([...before, connectorRecord(connector, config)], deadlineMs),
    );
  }

  removeConnectorConfig(connector: string): Promise<void> {
    return this.#operation("Error removing connector configuration from Kafka", (deadlineMs) =>
      this.#lead([connectorRecord(connector, null), targetStateRecord(connector, null)], deadlineMs),
    );
  }

  putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    return this.#operation("Error writing root configuration to Kafka", async (deadlineMs) => {
      // Others may have written since: the commit must not count their tasks.
      await this.#readBack(deadlineMs);
      if (configs.length > 0) {
        await this.#lead(taskRecords(connector, configs), deadlineMs);
        await this.#readBack(deadlineMs);
      }
      await this.#lead([commitRecord(connector, configs.length)], deadlineMs);
    });
  }

  putSessionKey(key: SessionKey): Promise<void> {
    return this.#operation("Error writing session key to Kafka", (deadlineMs) =>
      this.#lead([sessionKeyRecord(key)], deadlineMs),
    );
  }

  putRestartRequest(request: RestartRequest): Promise<void> {
    return this.#operation("Error writing restart request to Kafka", (deadlineMs) =>
      this.#lead([restartRecord(request)], deadlineMs),
    );
  }

  putTargetState(connector: string, state: TargetState): Promise<void> {
    return this.#operation("Error writing target state to Kafka", (deadlineMs) =>
      this.#anyone([targetStateRecord(connector, state)], deadlineMs),
    );
  }

  putLoggerLevel(logger: string, level: string): Promise<void> {
    return this.#operation("Error writing logger level to Kafka", (deadlineMs) =>
      this.#anyone([loggerRecord(logger, level)], deadlineMs),
    );
  }

  async claimWritePrivileges(): Promise<void> {
    if (this.options.exactlyOnce === "disabled") return;
    await this.#relinquish();
    const { properties, groupId } = this.options;
    const fencing = createTransactionalProducer(`connect-cluster-${groupId}`, properties, this.log);
    try {
      await fencing.initTransactions(OPERATION_TIMEOUT_MS);
    } catch (error) {
      await fencing.close();
      throw error;
    }
    this.#fencing = fencing;
  }

  async close(): Promise<void> {
    await this.#relinquish();
    await this.topicLog.close();
  }

  async #relinquish(): Promise<void> {
    const fencing = this.#fencing;
    this.#fencing = null;
    await fencing?.close();
  }

  /** Writes, then reads back, so that who asked sees what it wrote. */
  async #operation(failure: string, write: (deadlineMs: number) => Promise<void>): Promise<void> {
    const deadlineMs = Date.now() + OPERATION_TIMEOUT_MS;
    try {
      await write(deadlineMs);
      await this.#readBack(deadlineMs);
    } catch (cause) {
      if (cause instanceof ConnectError && cause.message === FENCED_TEXT) throw cause;
      throw new ConnectError(cause instanceof ConnectError ? cause.kind : "fatal", failure, { cause });
    }
  }

  #readBack(deadlineMs: number): Promise<void> {
    return this.topicLog.readToEnd(Math.max(0, deadlineMs - Date.now()));
  }

  /** Records that any worker may write. */
  async #anyone(records: readonly KeyValue[], deadlineMs: number): Promise<void> {
    await inTime(Promise.all(records.map(({ key, value }) => this.topicLog.send(key, value))), deadlineMs);
  }

  /** Records that only the leader may write: in a transaction where exactly-once source support asks for it. */
  async #lead(records: readonly KeyValue[], deadlineMs: number): Promise<void> {
    if (this.options.exactlyOnce === "disabled") return this.#anyone(records, deadlineMs);
    if (this.#fencing === null)
      throw new ConnectError("retriable", "Cannot produce to config topic without claiming write privileges first");
    const topic = this.options.topic.name;
    const written = records.map(({ key, value }) => ({ topic, key: Buffer.from(key, "utf8"), value }));
    try {
      await inTime(this.#fencing.write(written), deadlineMs);
    } catch (cause) {
      this.log.warn("Failed to perform fencable send to config topic", { error: cause });
      await this.#relinquish();
      throw new ConnectError("retriable", FENCED_TEXT, { cause });
    }
  }
}

const FENCED_TEXT =
  "Failed to write to config topic; this may be due to a transient error and the request can be safely retried";

/** Settles as `work`, or throws `timeout`; the work itself may still succeed later. */
async function inTime<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => {
      reject(new ConnectError("timeout", "Timed out while writing to the config topic"));
    },
    Math.max(0, deadlineMs - Date.now()),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
