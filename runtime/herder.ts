/**
 * What the REST API may ask of a worker: one promise-returning method per operation. Implemented by `standalone/herder` and
 * `distributed/herder`. Errors are ConnectError; its kind decides the status (`rest-api/errors.ts`), its message is the body's.
 * Texts: spec of the Connect 4.1 REST API.
 */

export type ConnectorConfig = Readonly<Record<string, string>>;
export type TargetState = "STARTED" | "PAUSED" | "STOPPED";
export type State = "UNASSIGNED" | "RUNNING" | "PAUSED" | "FAILED" | "RESTARTING" | "STOPPED" | "DESTROYED";
export type ConnectorType = "sink" | "source" | "unknown";

export interface ConnectorTaskId {
  readonly connector: string;
  readonly task: number;
}

export interface ConnectorInfo {
  readonly name: string;
  readonly config: ConnectorConfig;
  readonly tasks: readonly ConnectorTaskId[];
  readonly type: ConnectorType;
}

export interface InstanceState {
  readonly state: State;
  readonly workerId: string;
  /** Plug-in version; null where the writer of the status did not say. */
  readonly version: string | null;
  /** Null or empty: none. */
  readonly trace: string | null;
}

export interface TaskState extends InstanceState {
  readonly id: number;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly connector: InstanceState;
  readonly tasks: readonly TaskState[];
  readonly type: ConnectorType;
}

export interface TaskInfo {
  readonly id: ConnectorTaskId;
  readonly config: ConnectorConfig;
}

export interface SinkOffset {
  readonly partition: { readonly kafka_topic: string; readonly kafka_partition: number };
  readonly offset: { readonly kafka_offset: number } | null;
}

export interface PutResult {
  readonly created: boolean;
  readonly info: ConnectorInfo;
}

export interface RestartRequest {
  readonly connector: string;
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

export interface LoggerLevel {
  readonly level: string;
  readonly lastModifiedMs: number | null;
}

export interface WorkerHealth {
  readonly status: "healthy" | "starting" | "unhealthy";
  readonly message: string;
}

export interface PluginInfo {
  readonly className: string;
  readonly type: "sink" | "source" | "transformation" | "predicate" | "converter" | "header_converter";
  readonly version: string;
}

/** A config key as REST shows it (`ConfigKeyInfo`); serialised in this order. */
export interface ConfigKeyInfo {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly default_value: string | null;
  readonly importance: string;
  readonly documentation: string;
  readonly group: string | null;
  readonly width: string;
  readonly display_name: string;
  readonly dependents: readonly string[];
  readonly order: number;
}

export interface ConfigValueInfo {
  readonly name: string;
  readonly value: string | null;
  readonly recommended_values: readonly string[];
  readonly errors: readonly string[];
  readonly visible: boolean;
}

/** Answer of the validate endpoint; serialised in this order. */
export interface ConfigInfos {
  readonly name: string;
  readonly error_count: number;
  readonly groups: readonly string[];
  readonly configs: readonly { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo | null }[];
}

/** A request of one worker to another, as it came in: body bytes and the two signature headers. */
export interface InternalRequest {
  readonly body: Uint8Array;
  readonly signature: string | null;
  readonly algorithm: string | null;
}

/** What the herder is doing, for the texts of requests that waited in vain; `description` as in Kafka's `Stage`. */
export interface Stage {
  readonly description: string;
  readonly startedAtMs: number;
  /** Null while it goes on. */
  readonly completedAtMs: number | null;
}

/** One value for `/metrics`. */
export interface MetricSample {
  /** JMX group such as `sink-task-metrics`, or `sluice` for what the JVM does not have. */
  readonly group: string;
  /** Name within the group, such as `sink-record-read-rate`. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** A counter only grows while the process lives. */
  readonly kind: "counter" | "gauge";
}

/** Filled by the worker from its own state and from its task threads. */
export interface MetricsSource {
  samples(): Promise<readonly MetricSample[]>;
}

export interface Herder {
  /** Kafka's cluster id, looked up before REST opens. */
  readonly clusterId: string;
  health(): Promise<WorkerHealth>;
  /** Null or absent: nothing is known. */
  stage?(): Stage | null;

  /** Answered from the local snapshot. */
  connectors(): readonly string[];
  connectorInfo(name: string): Promise<ConnectorInfo>;
  /** Local snapshot; null for an unknown connector. For `?expand=info`. */
  connectorInfoNow(name: string): ConnectorInfo | null;
  /** `config` holds `name` already. Values may be null where the request had null: validation reports them. */
  createConnector(
    name: string,
    config: Readonly<Record<string, string | null>>,
    initialState: TargetState | null,
  ): Promise<ConnectorInfo>;
  /** As `createConnector`. */
  putConnectorConfig(name: string, config: Readonly<Record<string, string | null>>): Promise<PutResult>;
  /** Null removes a key (KIP-477). */
  patchConnectorConfig(name: string, patch: Readonly<Record<string, string | null>>): Promise<ConnectorInfo>;
  deleteConnector(name: string): Promise<void>;

  /** Throws `not-found` without a status. Answered locally. */
  connectorStatus(name: string): ConnectorStatus;
  taskStatus(id: ConnectorTaskId): TaskState;
  taskInfos(name: string): Promise<readonly TaskInfo[]>;

  restartConnector(name: string): Promise<void>;
  restartConnectorAndTasks(request: RestartRequest): Promise<ConnectorStatus>;
  restartTask(id: ConnectorTaskId): Promise<void>;
  pauseConnector(name: string): Promise<void>;
  resumeConnector(name: string): Promise<void>;
  stopConnector(name: string): Promise<void>;

  /** Topics that the connector was seen to use. */
  activeTopics(name: string): readonly string[];
  resetActiveTopics(name: string): Promise<void>;

  connectorOffsets(name: string): Promise<readonly SinkOffset[]>;
  /** `offsets` is the raw parsed `offsets` array of the request. Gives the message of the answer. */
  alterConnectorOffsets(
    name: string,
    offsets: readonly { readonly partition: unknown; readonly offset: unknown }[],
  ): Promise<string>;
  resetConnectorOffsets(name: string): Promise<string>;

  plugins(connectorsOnly: boolean): readonly PluginInfo[];
  pluginConfig(plugin: string, version: string | null): readonly ConfigKeyInfo[];
  /** Runs beside everything else: answers during rebalances too. */
  validateConfig(config: Readonly<Record<string, string | null>>): Promise<ConfigInfos>;

  loggers(): ReadonlyMap<string, LoggerLevel>;
  logger(name: string): LoggerLevel | null;
  /** Worker scope. Names of the loggers whose level changed, sorted. */
  setWorkerLogger(name: string, level: string): readonly string[];
  setClusterLogger(name: string, level: string): Promise<void>;

  /** `POST /connectors/{name}/tasks` of another worker. */
  putTaskConfigs(name: string, request: InternalRequest): Promise<void>;
  /** `PUT /connectors/{name}/fence` of another worker. */
  fenceZombies(name: string, request: InternalRequest): Promise<void>;
}
