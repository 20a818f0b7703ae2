import type { Logger } from "../api/index.js";
import type { ConnectorTaskId, State } from "../herder.js";
import { integerField, isObject, parseJsonValue, parseTaskKey, toJsonBytes } from "./record-json.js";
import type { KeyValue } from "./config-records.js";
import type { Status, TopicStatus } from "./status-store.js";

/**
 * What the status topic says, as a pure state machine, and its records. Source: `KafkaStatusBackingStore`, Connect 4.1;
 * spec connect-runtime §2.6.
 */

export const STATUS_KEYS = {
  connector: "status-connector-",
  task: "status-task-",
  topic: "status-topic-",
  topicSeparator: ":connector-",
} as const;

const STATES: readonly State[] = ["UNASSIGNED", "RUNNING", "PAUSED", "FAILED", "RESTARTING", "STOPPED", "DESTROYED"];

export function connectorStatusKey(connector: string): string {
  return STATUS_KEYS.connector + connector;
}

export function taskStatusKey(id: ConnectorTaskId): string {
  return `${STATUS_KEYS.task}${id.connector}-${String(id.task)}`;
}

/** Null for DESTROYED: a tombstone. */
export function statusValue(status: Status): Uint8Array | null {
  if (status.state === "DESTROYED") return null;
  return toJsonBytes({
    state: status.state,
    trace: status.trace,
    worker_id: status.workerId,
    generation: status.generation,
    version: status.version,
  });
}

/** `status` null: a tombstone. */
export function topicStatusRecord(connector: string, topic: string, status: TopicStatus | null): KeyValue {
  const key = STATUS_KEYS.topic + topic + STATUS_KEYS.topicSeparator + connector;
  if (status === null) return { key, value: null };
  const { task, discoverTimestampMs } = status;
  return {
    key,
    value: toJsonBytes({ topic: { name: topic, connector, task, discoverTimestamp: discoverTimestampMs } }),
  };
}

/** Whether a safe write of `next` may go ahead: nobody of a later generation has spoken. */
export function mayReplace(known: Status | null, next: Status): boolean {
  return known === null || known.workerId === next.workerId || known.generation <= next.generation;
}

export class StatusState {
  readonly #connectors = new Map<string, Status>();
  readonly #tasks = new Map<string, Map<number, Status>>();
  readonly #topics = new Map<string, Map<string, TopicStatus>>();

  constructor(private readonly log: Logger) {}

  apply(key: string, bytes: Uint8Array | null): void {
    const value = parseJsonValue(bytes);
    if (key.startsWith(STATUS_KEYS.connector)) this.#applyConnector(key.slice(STATUS_KEYS.connector.length), value);
    else if (key.startsWith(STATUS_KEYS.task)) this.#applyTask(key, value);
    else if (key.startsWith(STATUS_KEYS.topic)) this.#applyTopic(key, value);
    else this.log.warn("Discarding record with invalid key", { key });
  }

  connectors(): readonly string[] {
    return [...this.#connectors.keys()];
  }

  connector(connector: string): Status | null {
    return this.#connectors.get(connector) ?? null;
  }

  task(id: ConnectorTaskId): Status | null {
    return this.#tasks.get(id.connector)?.get(id.task) ?? null;
  }

  tasks(connector: string): readonly { readonly id: ConnectorTaskId; readonly status: Status }[] {
    const tasks = [...(this.#tasks.get(connector) ?? [])].sort(([a], [b]) => a - b);
    return tasks.map(([task, status]) => ({ id: { connector, task }, status }));
  }

  topics(connector: string): readonly TopicStatus[] {
    return [...(this.#topics.get(connector)?.values() ?? [])];
  }

  #applyConnector(connector: string, value: unknown): void {
    if (value === null) {
      this.#connectors.delete(connector);
      this.#tasks.delete(connector);
      return;
    }
    const status = parseStatus(value);
    if (status === null || connector === "") this.log.warn("Discarding invalid status of connector", { connector });
    else this.#connectors.set(connector, status);
  }

  #applyTask(key: string, value: unknown): void {
    const id = parseTaskKey(key, STATUS_KEYS.task);
    if (id === null) {
      this.log.warn("Discarding record with invalid task status key", { key });
      return;
    }
    const tasks = this.#tasks.get(id.connector) ?? new Map<number, Status>();
    if (value === null) {
      tasks.delete(id.task);
      return;
    }
    const status = parseStatus(value);
    if (status === null) {
      this.log.warn("Failed to parse task status", { key });
      return;
    }
    // A worker that lost the task says so later than the one that took it over: not news.
    const known = tasks.get(id.task);
    if (status.state === "UNASSIGNED" && known?.state === "RUNNING" && known.generation >= status.generation) return;
    tasks.set(id.task, status);
    this.#tasks.set(id.connector, tasks);
  }

  #applyTopic(key: string, value: unknown): void {
    const [topic, connector] = splitTopicKey(key);
    if (topic === "" || connector === "") {
      this.log.warn("Discarding record with invalid topic status key", { key });
      return;
    }
    const topics = this.#topics.get(connector) ?? new Map<string, TopicStatus>();
    if (value === null) {
      topics.delete(topic);
      return;
    }
    const inner = isObject(value) ? value["topic"] : null;
    const task = integerField(inner, "task");
    const discoverTimestampMs = integerField(inner, "discoverTimestamp");
    if (task === null || discoverTimestampMs === null) {
      this.log.warn("Failed to parse topic status", { key });
      return;
    }
    topics.set(topic, { topic, connector, task, discoverTimestampMs });
    this.#topics.set(connector, topics);
  }
}

/** Topic and connector; empty where missing. Topic names hold no colon. */
function splitTopicKey(key: string): readonly [topic: string, connector: string] {
  const rest = key.slice(STATUS_KEYS.topic.length);
  const at = rest.indexOf(":");
  if (at < 0) return ["", ""];
  return [rest.slice(0, at), rest.slice(at + STATUS_KEYS.topicSeparator.length)];
}

function parseStatus(value: unknown): Status | null {
  if (!isObject(value)) return null;
  const state = STATES.find((s) => s === value["state"]);
  const generation = integerField(value, "generation");
  const { trace, worker_id: workerId, version } = value;
  if (state === undefined || generation === null || typeof workerId !== "string") return null;
  return {
    state,
    trace: typeof trace === "string" ? trace : null,
    workerId,
    generation,
    version: typeof version === "string" ? version : null,
  };
}
