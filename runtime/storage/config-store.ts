import type { ConnectorConfig, RestartRequest, TargetState } from "../herder.js";
import type { ConfigSnapshot, ConfigUpdate, SessionKey } from "./config-state.js";

/**
 * Where connector configs live: the config topic (`config-log.ts`) or memory (`memory.ts`). Every write settles when it can be
 * read back from {@link snapshot} and its updates were given to the listener; writes and reads are bounded by 30 s.
 * Throws ConnectError: `timeout`, `retriable` (fenced or Kafka away: may be tried again), `fatal`.
 */
export interface ConfigStore {
  /** Creates and checks the topic and reads it to its end. `listener` hears of changes after that, in order; it must not throw. */
  start(listener: (update: ConfigUpdate) => void): Promise<void>;
  snapshot(): ConfigSnapshot;
  /** Reads to the end of the topic. Throws `timeout`. */
  refresh(timeoutMs: number): Promise<void>;
  /** `initialState` is written before the config, so that the connector never starts in another. Null: none. */
  putConnectorConfig(connector: string, config: ConnectorConfig, initialState: TargetState | null): Promise<void>;
  removeConnectorConfig(connector: string): Promise<void>;
  /** The whole set, by task id. Empty: the connector has no tasks. */
  putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void>;
  putTargetState(connector: string, state: TargetState): Promise<void>;
  putSessionKey(key: SessionKey): Promise<void>;
  putRestartRequest(request: RestartRequest): Promise<void>;
  putLoggerLevel(logger: string, level: string): Promise<void>;
  /**
   * For the leader, before its writes and again after a `retriable` one: fences earlier leaders. Does nothing unless
   * `exactly.once.source.support` is `preparing` or `enabled`.
   */
  claimWritePrivileges(): Promise<void>;
  close(): Promise<void>;
}
