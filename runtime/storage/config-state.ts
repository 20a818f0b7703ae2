import type { Logger } from "../api/index.js";
import type { ConnectorConfig, ConnectorTaskId, RestartRequest, TargetState } from "../herder.js";
import { integerField, isObject, parseJsonValue, parseTaskKey } from "./record-json.js";

/**
 * What the config topic says, as a pure state machine: records in, snapshots and updates out.
 *
 * Task configs are deferred until a `commit-` record counts them. A commit whose tasks 0..N-1 were not all seen since the last
 * commit (compaction, a writer that died) makes the connector *inconsistent*: it shows no tasks until its owner writes a whole
 * set. A commit without a connector config is what compaction left of a deleted connector and is dropped.
 * Source: `KafkaConfigBackingStore`, Connect 4.1; spec connect-runtime §2.2.
 */

export interface SessionKey {
  readonly key: Uint8Array;
  /** Java's name, such as `HmacSHA256`. */
  readonly algorithm: string;
  readonly creationTimestampMs: number;
}

export interface ConnectorSnapshot {
  readonly config: ConnectorConfig;
  readonly targetState: TargetState;
  /** Raw task configs by task id; empty while {@link inconsistent}. */
  readonly taskConfigs: readonly ConnectorConfig[];
  /** Number of the last commit record, also when inconsistent; null before the first. */
  readonly taskCount: number | null;
  readonly inconsistent: boolean;
  /** Connector config at the last complete commit: what the tasks were made from. Null before the first. */
  readonly appliedConfig: ConnectorConfig | null;
}

/** Immutable. */
export interface ConfigSnapshot {
  /** Offset of the last readable record + 1: the group protocol's config offset. -1 before the first record. */
  readonly offset: number;
  readonly sessionKey: SessionKey | null;
  readonly connectors: ReadonlyMap<string, ConnectorSnapshot>;
}

/** What a record changed, for those who act on it. */
export type ConfigUpdate =
  | { readonly kind: "connector-config"; readonly connector: string }
  | { readonly kind: "connector-removed"; readonly connector: string }
  /** `tasks`: those whose configs were in the commit; empty when the set shrank to nothing or is inconsistent. */
  | { readonly kind: "task-configs"; readonly connector: string; readonly tasks: readonly ConnectorTaskId[] }
  | { readonly kind: "target-state"; readonly connector: string; readonly state: TargetState }
  | { readonly kind: "session-key"; readonly sessionKey: SessionKey }
  | { readonly kind: "restart"; readonly request: RestartRequest }
  | { readonly kind: "logger-level"; readonly logger: string; readonly level: string };

export interface ConfigRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array | null;
}

export const CONFIG_KEYS = {
  targetState: "target-state-",
  connector: "connector-",
  task: "task-",
  commit: "commit-",
  restart: "restart-connector-",
  fencing: "tasks-fencing-",
  sessionKey: "session-key",
  logger: "logger-cluster-",
} as const;

const TARGET_STATES: readonly TargetState[] = ["STARTED", "PAUSED", "STOPPED"];

/** Ids of the tasks of a connector, in order; none for an unknown or inconsistent one. */
export function taskIds(snapshot: ConfigSnapshot, connector: string): readonly ConnectorTaskId[] {
  const tasks = snapshot.connectors.get(connector)?.taskConfigs ?? [];
  return tasks.map((_, task) => ({ connector, task }));
}

export class ConfigState {
  #offset = -1;
  #sessionKey: SessionKey | null = null;
  readonly #connectors = new Map<string, ConnectorSnapshot>();
  /** Also of connectors without a config: a target state is written before the config of a new connector. */
  readonly #targetStates = new Map<string, TargetState>();
  readonly #deferredTasks = new Map<string, Map<number, ConnectorConfig>>();

  constructor(private readonly log: Logger) {}

  /** Frozen view of now; cheap. */
  snapshot(): ConfigSnapshot {
    return { offset: this.#offset, sessionKey: this.#sessionKey, connectors: new Map(this.#connectors) };
  }

  /** Takes one record in. Null: it changed nothing, or nothing that anyone acts on. */
  apply(record: ConfigRecord): ConfigUpdate | null {
    const value = parseJsonValue(record.value);
    if (value === undefined) {
      // As Connect: such a record does not move the offset, or members would disagree about it for ever.
      this.log.error("Failed to convert config data to Kafka Connect format", { key: record.key });
      return null;
    }
    this.#offset = record.offset + 1;
    return this.#dispatch(record.key ?? "", value);
  }

  #dispatch(key: string, value: unknown): ConfigUpdate | null {
    const K = CONFIG_KEYS;
    if (key.startsWith(K.targetState)) return this.#targetState(key.slice(K.targetState.length), value);
    if (key.startsWith(K.connector)) return this.#connector(key.slice(K.connector.length), value);
    if (key.startsWith(K.task)) return this.#task(key, value);
    if (key.startsWith(K.commit)) return this.#commit(key.slice(K.commit.length), value);
    if (key.startsWith(K.restart)) return this.#restart(key.slice(K.restart.length), value);
    if (key.startsWith(K.fencing)) return null;
    if (key === K.sessionKey) return this.#session(value);
    if (key.startsWith(K.logger)) return this.#logger(key.slice(K.logger.length), value);
    return this.#ignore("Discarding config update record with invalid key", key);
  }

  #targetState(connector: string, value: unknown): ConfigUpdate | null {
    const known = this.#connectors.get(connector);
    if (value === null) {
      // A connector that still has a config always has a target state. The removal itself is announced by the config's tombstone.
      this.#targetStates.delete(connector);
      if (known !== undefined) this.#setTargetState(connector, known, "STARTED");
      return null;
    }
    const fields = isObject(value) ? value : {};
    // Workers before 3.5 know neither STOPPED nor this field.
    const name = typeof fields["state.v2"] === "string" ? fields["state.v2"] : fields["state"];
    const state = TARGET_STATES.find((s) => s === name);
    if (state === undefined) return this.#ignore("Invalid target state for connector", connector);
    const previous = this.#targetStates.get(connector);
    if (known === undefined) this.#targetStates.set(connector, state);
    else this.#setTargetState(connector, known, state);
    return known === undefined || previous === state ? null : { kind: "target-state", connector, state };
  }

  #setTargetState(connector: string, known: ConnectorSnapshot, targetState: TargetState): void {
    this.#targetStates.set(connector, targetState);
    this.#connectors.set(connector, { ...known, targetState });
  }

  #connector(connector: string, value: unknown): ConfigUpdate | null {
    if (value === null) {
      this.#forget(connector);
      return { kind: "connector-removed", connector };
    }
    const config = propertiesOf(value);
    if (config === null) return this.#ignore("Invalid data for config for connector", connector);
    const targetState = this.#targetStates.get(connector) ?? "STARTED";
    this.#targetStates.set(connector, targetState);
    const known = this.#connectors.get(connector) ?? NO_TASKS;
    this.#connectors.set(connector, { ...known, config, targetState });
    return { kind: "connector-config", connector };
  }

  /** The target state stays: its own tombstone follows. */
  #forget(connector: string): void {
    this.#connectors.delete(connector);
    this.#deferredTasks.delete(connector);
  }

  #task(key: string, value: unknown): null {
    const id = parseTaskKey(key, CONFIG_KEYS.task);
    const config = propertiesOf(value);
    if (id === null || config === null) return this.#ignore("Ignoring invalid task configuration", key);
    const deferred = this.#deferredTasks.get(id.connector) ?? new Map<number, ConnectorConfig>();
    deferred.set(id.task, config);
    this.#deferredTasks.set(id.connector, deferred);
    return null;
  }

  #commit(connector: string, value: unknown): ConfigUpdate | null {
    const known = this.#connectors.get(connector);
    if (known === undefined) {
      this.#forget(connector);
      return null;
    }
    const taskCount = integerField(value, "tasks");
    if (taskCount === null || taskCount < 0)
      return this.#ignore("Ignoring invalid tasks commit of connector", connector);
    const deferred = this.#deferredTasks.get(connector) ?? new Map<number, ConnectorConfig>();
    this.#deferredTasks.delete(connector);
    const taskConfigs: ConnectorConfig[] = [];
    for (let task = 0; task < taskCount; task++) {
      const config = deferred.get(task);
      if (config !== undefined) taskConfigs.push(config);
    }
    const inconsistent = taskConfigs.length < taskCount;
    if (inconsistent) {
      this.#connectors.set(connector, { ...known, taskConfigs: [], taskCount, inconsistent });
      return { kind: "task-configs", connector, tasks: [] };
    }
    this.#connectors.set(connector, { ...known, taskConfigs, taskCount, inconsistent, appliedConfig: known.config });
    const tasks = [...deferred.keys()].sort((a, b) => a - b).map((task) => ({ connector, task }));
    return { kind: "task-configs", connector, tasks };
  }

  #restart(connector: string, value: unknown): ConfigUpdate | null {
    if (!isObject(value)) return this.#ignore("Ignoring invalid restart request of connector", connector);
    const includeTasks = value["include-tasks"] === true;
    const onlyFailed = value["only-failed"] === true;
    return { kind: "restart", request: { connector, includeTasks, onlyFailed } };
  }

  #session(value: unknown): ConfigUpdate | null {
    const fields = isObject(value) ? value : {};
    const creationTimestampMs = integerField(value, "creation-timestamp");
    const { key, algorithm } = fields;
    if (typeof key !== "string" || typeof algorithm !== "string" || creationTimestampMs === null)
      return this.#ignore("Ignoring invalid session key", CONFIG_KEYS.sessionKey);
    this.#sessionKey = { key: Buffer.from(key, "base64"), algorithm, creationTimestampMs };
    return { kind: "session-key", sessionKey: this.#sessionKey };
  }

  #logger(logger: string, value: unknown): ConfigUpdate | null {
    const level = isObject(value) ? value["level"] : null;
    if (typeof level !== "string") return this.#ignore("Ignoring invalid logging level", logger);
    return { kind: "logger-level", logger, level };
  }

  #ignore(message: string, key: string): null {
    this.log.error(message, { key });
    return null;
  }
}

const NO_TASKS = { taskConfigs: [], taskCount: null, inconsistent: false, appliedConfig: null } as const;

/** The `properties` map of a record; null when the record has another shape. Values that are no strings are left out. */
function propertiesOf(value: unknown): ConnectorConfig | null {
  const properties = isObject(value) ? value["properties"] : null;
  if (!isObject(properties)) return null;
  const config: Record<string, string> = {};
  for (const [key, text] of Object.entries(properties)) if (typeof text === "string") config[key] = text;
  return config;
}
