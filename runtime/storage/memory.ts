import type { Logger } from "../api/index.js";
import type { ConnectorConfig, ConnectorTaskId, RestartRequest, TargetState } from "../herder.js";
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
import {
  connectorStatusKey,
  mayReplace,
  StatusState,
  statusValue,
  taskStatusKey,
  topicStatusRecord,
} from "./status-state.js";
import type { Status, StatusStore, TopicStatus } from "./status-store.js";

/** The stores of a standalone worker: the same state machines, fed at once instead of through topics. */

export class MemoryConfigStore implements ConfigStore {
  readonly #state: ConfigState;
  #listener: (update: ConfigUpdate) => void = () => undefined;
  #nextOffset = 0;

  constructor(log: Logger) {
    this.#state = new ConfigState(log);
  }

  start(listener: (update: ConfigUpdate) => void): Promise<void> {
    this.#listener = listener;
    return Promise.resolve();
  }

  snapshot(): ConfigSnapshot {
    return this.#state.snapshot();
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  putConnectorConfig(connector: string, config: ConnectorConfig, initialState: TargetState | null): Promise<void> {
    const before = initialState === null ? [] : [targetStateRecord(connector, initialState)];
    return this.#write(...before, connectorRecord(connector, config));
  }

  removeConnectorConfig(connector: string): Promise<void> {
    return this.#write(connectorRecord(connector, null), targetStateRecord(connector, null));
  }

  putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    return this.#write(...taskRecords(connector, configs), commitRecord(connector, configs.length));
  }

  putTargetState(connector: string, state: TargetState): Promise<void> {
    return this.#write(targetStateRecord(connector, state));
  }

  putSessionKey(key: SessionKey): Promise<void> {
    return this.#write(sessionKeyRecord(key));
  }

  putRestartRequest(request: RestartRequest): Promise<void> {
    return this.#write(restartRecord(request));
  }

  putLoggerLevel(logger: string, level: string): Promise<void> {
    return this.#write(loggerRecord(logger, level));
  }

  claimWritePrivileges(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #write(...records: readonly KeyValue[]): Promise<void> {
    for (const record of records) {
      const update = this.#state.apply({ ...record, offset: this.#nextOffset++ });
      if (update !== null) this.#listener(update);
    }
    return Promise.resolve();
  }
}

export class MemoryStatusStore implements StatusStore {
  readonly #state: StatusState;

  constructor(log: Logger) {
    this.#state = new StatusState(log);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  putConnector(connector: string, status: Status): void {
    this.#state.apply(connectorStatusKey(connector), statusValue(status));
  }

  putConnectorSafe(connector: string, status: Status): void {
    if (mayReplace(this.connector(connector), status)) this.putConnector(connector, status);
  }

  putTask(id: ConnectorTaskId, status: Status): void {
    this.#state.apply(taskStatusKey(id), statusValue(status));
  }

  putTaskSafe(id: ConnectorTaskId, status: Status): void {
    if (mayReplace(this.task(id), status)) this.putTask(id, status);
  }

  putTopic(status: TopicStatus): void {
    const { key, value } = topicStatusRecord(status.connector, status.topic, status);
    this.#state.apply(key, value);
  }

  deleteTopic(connector: string, topic: string): void {
    const { key, value } = topicStatusRecord(connector, topic, null);
    this.#state.apply(key, value);
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

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
