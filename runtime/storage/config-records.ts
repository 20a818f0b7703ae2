import type { ConnectorConfig, RestartRequest, TargetState } from "../herder.js";
import { CONFIG_KEYS, type SessionKey } from "./config-state.js";
import { toJsonBytes } from "./record-json.js";

/** Records of the config topic as Connect writes them: JSON without schemas. Spec connect-runtime §2.2. */

export interface KeyValue {
  readonly key: string;
  /** Null: a tombstone. */
  readonly value: Uint8Array | null;
}

export function connectorRecord(connector: string, config: ConnectorConfig | null): KeyValue {
  const value = config === null ? null : toJsonBytes({ properties: config });
  return { key: CONFIG_KEYS.connector + connector, value };
}

export function targetStateRecord(connector: string, state: TargetState | null): KeyValue {
  // Workers that do not know STOPPED must not run the connector: they see it paused.
  const value =
    state === null ? null : toJsonBytes({ state: state === "STOPPED" ? "PAUSED" : state, "state.v2": state });
  return { key: CONFIG_KEYS.targetState + connector, value };
}

export function taskRecords(connector: string, configs: readonly ConnectorConfig[]): KeyValue[] {
  return configs.map((config, task) => ({
    key: `${CONFIG_KEYS.task}${connector}-${String(task)}`,
    value: toJsonBytes({ properties: config }),
  }));
}

export function commitRecord(connector: string, taskCount: number): KeyValue {
  return { key: CONFIG_KEYS.commit + connector, value: toJsonBytes({ tasks: taskCount }) };
}

export function sessionKeyRecord(session: SessionKey): KeyValue {
  const value = toJsonBytes({
    key: Buffer.from(session.key).toString("base64"),
    algorithm: session.algorithm,
    "creation-timestamp": session.creationTimestampMs,
  });
  return { key: CONFIG_KEYS.sessionKey, value };
}

export function restartRecord(request: RestartRequest): KeyValue {
  const value = toJsonBytes({ "include-tasks": request.includeTasks, "only-failed": request.onlyFailed });
  return { key: CONFIG_KEYS.restart + request.connector, value };
}

export function loggerRecord(logger: string, level: string): KeyValue {
  return { key: CONFIG_KEYS.logger + logger, value: toJsonBytes({ level }) };
}
