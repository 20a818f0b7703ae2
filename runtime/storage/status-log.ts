import { setTimeout as delay } from "node:timers/promises";
import { ConnectError, type Logger } from "../api/index.js";
import type { ConnectorTaskId } from "../herder.js";
import type { ClientProperties, KafkaAdmin, TopicLog } from "../kafka/seam.js";
import { openTopicLog } from "../kafka/topic-log.js";
import { prepareTopic, type InternalTopic } from "./internal-topics.js";
import {
  connectorStatusKey,
  mayReplace,
  StatusState,
  statusValue,
  taskStatusKey,
  topicStatusRecord,
} from "./status-state.js";
import type { Status, StatusStore, TopicStatus } from "./status-store.js";

export interface StatusLogOptions {
  readonly topic: InternalTopic;
  /** Of the worker, with the `client.id` to use. */
  readonly properties: ClientProperties;
}

/** One attempt: the store itself tries again, unless something newer was put. */
const ONE_ATTEMPT_MS = 0;
const RETRY_MS = 250;
/** How long one attempt waits for what others have written. */
const CATCH_UP_MS = 5_000;

/** Opens no connection before `start`. Throws ConnectError `config`. */
export function openStatusStore(options: StatusLogOptions, admin: KafkaAdmin, log: Logger): StatusStore {
  const topicLog = openTopicLog(options.topic.name, options.properties, log, {
    isolation: "read_uncommitted",
    deliveryTimeoutMs: ONE_ATTEMPT_MS,
  });
  return new KafkaStatusStore(options.topic, topicLog, admin, log);
}

/** The status topic: {@link StatusState} fed from it, and its writes. Spec connect-runtime §2.6. */
class KafkaStatusStore implements StatusStore {
  readonly #state: StatusState;
  /** Puts by key, so that an older one is not tried again after a newer one. */
  readonly #sequences = new Map<string, number>();
  readonly #writing = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #catchingUp: Promise<void> | null = null;

  constructor(
    private readonly topic: InternalTopic,
    private readonly topicLog: TopicLog,
    private readonly admin: KafkaAdmin,
    private readonly log: Logger,
  ) {
    this.#state = new StatusState(log);
  }

  async start(): Promise<void> {
    await prepareTopic(this.topic, this.admin, this.log);
    await this.topicLog.start(({ key, value }) => {
      this.#state.apply(key ?? "", value);
    });
  }

  putConnector(connector: string, status: Status): void {
    this.#put(connectorStatusKey(connector), statusValue(status));
  }

  putConnectorSafe(connector: string, status: Status): void {
    const key = connectorStatusKey(connector);
    this.#put(key, statusValue(status), () => mayReplace(this.connector(connector), status));
  }

  putTask(id: ConnectorTaskId, status: Status): void {
    this.#put(taskStatusKey(id), statusValue(status));
  }

  putTaskSafe(id: ConnectorTaskId, status: Status): void {
    this.#put(taskStatusKey(id), statusValue(status), () => mayReplace(this.task(id), status));
  }

  putTopic(status: TopicStatus): void {
    const { key, value } = topicStatusRecord(status.connector, status.topic, status);
    this.#put(key, value);
  }

  deleteTopic(connector: string, topic: string): void {
    const { key, value } = topicStatusRecord(connector, topic, null);
    this.#put(key, value);
  }

  connectors(): readonly string[] {
    return this.#state.connectors();
  }

  connector(connector: string): Status | null {
    return this.#state.connector(connector);
  }

  task(id: ConnectorTaskId): Status | null {
    return this.#state.task(id);
  }

  tasks(connector: string): readonly { readonly id: ConnectorTaskId; readonly status: Status }[] {
    return this.#state.tasks(connector);
  }

  topics(connector: string): readonly TopicStatus[] {
    return this.#state.topics(connector);
  }

  /** One for all that wait at the same time. */
  #catchUp(): Promise<void> {
    this.#catchingUp ??= this.topicLog.readToEnd(CATCH_UP_MS).finally(() => {
      this.#catchingUp = null;
    });
    return this.#catchingUp;
  }

  async flush(): Promise<void> {
    await Promise.all(this.#writing);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.topicLog.close();
    await this.flush();
  }

  /** `mayWrite`: of a safe write, whether what others have written allows it. */
  #put(key: string, value: Uint8Array | null, mayWrite: (() => boolean) | null = null): void {
    if (mayWrite?.() === false) return;
    const sequence = (this.#sequences.get(key) ?? 0) + 1;
    this.#sequences.set(key, sequence);
    const isNewest = (): boolean => this.#sequences.get(key) === sequence;
    const write = this.#write(key, value, isNewest, mayWrite).finally(() => {
      this.#writing.delete(write);
      if (isNewest()) this.#sequences.delete(key);
    });
    this.#writing.add(write);
  }

  /**
   * Never throws. A safe write looks at the topic's end first: a worker that was frozen or cut off has old statuses at hand, and
   * readers take its UNASSIGNED of a connector for the last word, whatever the generation.
   */
  async #write(
    key: string,
    value: Uint8Array | null,
    isNewest: () => boolean,
    mayWrite: (() => boolean) | null,
  ): Promise<void> {
    const stillWanted = (): boolean => isNewest() && mayWrite?.() !== false;
    do {
      try {
        if (mayWrite !== null) {
          await this.#catchUp();
          if (!stillWanted()) return;
        }
        await this.topicLog.send(key, value);
        return;
      } catch (error) {
        if (!(error instanceof ConnectError) || (error.kind !== "retriable" && error.kind !== "timeout")) {
          if (!this.#closing.signal.aborted) this.log.error("Failed to write status update", { key, error });
          return;
        }
      }
      await delay(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    } while (!this.#closing.signal.aborted && stillWanted());
  }
}
