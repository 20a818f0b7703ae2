import type { ConnectorTaskId, State } from "../herder.js";

/** What a worker says of one connector or task instance. */
export interface Status {
  readonly state: State;
  /** Java stack text; null: none. */
  readonly trace: string | null;
  readonly workerId: string;
  /** Generation of the group in which the writer had the instance. */
  readonly generation: number;
  /** Version of the plug-in; null where the writer does not say. */
  readonly version: string | null;
}

/** A topic that a connector was seen to use. */
export interface TopicStatus {
  readonly topic: string;
  readonly connector: string;
  /** The task that saw it first. */
  readonly task: number;
  readonly discoverTimestampMs: number;
}

/**
 * Statuses of the whole cluster: the status topic (`status-log.ts`) or memory (`memory.ts`). Reads give what was read back from
 * the topic, so a put is not visible at once. Puts never throw: failed ones are logged and retried while nothing newer was put.
 */
export interface StatusStore {
  /** Creates and checks the topic and reads it to its end. */
  start(): Promise<void>;
  /** State DESTROYED removes the status; a connector's takes those of its tasks along. */
  putConnector(connector: string, status: Status): void;
  /** Put only if the known status is this worker's or of no later generation: for UNASSIGNED and FAILED. */
  putConnectorSafe(connector: string, status: Status): void;
  putTask(id: ConnectorTaskId, status: Status): void;
  putTaskSafe(id: ConnectorTaskId, status: Status): void;
  putTopic(topic: TopicStatus): void;
  deleteTopic(connector: string, topic: string): void;
  /** Connectors with a status. */
  connectors(): readonly string[];
  connector(connector: string): Status | null;
  task(id: ConnectorTaskId): Status | null;
  /** In order of the task ids. */
  tasks(connector: string): readonly { readonly id: ConnectorTaskId; readonly status: Status }[];
  topics(connector: string): readonly TopicStatus[];
  /** Settles when everything put so far is in the topic or given up. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
