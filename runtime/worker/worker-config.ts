import { ConnectError, defineConfig, nonEmptyString, oneOf, oneOfAnyCase, parseConfig, range } from "../api/index.js";
import type { ConfigValues, KeyOf, Validator } from "../api/index.js";
import { CLIENT_KEYS } from "./client-keys.js";
import type { Properties } from "./properties.js";

/** The worker's own configuration keys, with the names, defaults and checks of Kafka Connect 4.1. Unknown keys are tolerated. */

const MAX_INT = 2147483647;

const int = (def: number, doc: string, validator?: Validator): KeyOf<"INT"> & { default: number } => ({
  type: "INT",
  default: def,
  importance: "MEDIUM",
  doc,
  ...(validator === undefined ? {} : { validator }),
});

const long = (def: number, doc: string, validator?: Validator): KeyOf<"LONG"> & { default: number } => ({
  type: "LONG",
  default: def,
  importance: "MEDIUM",
  doc,
  ...(validator === undefined ? {} : { validator }),
});

const string = (def: string, doc: string, validator?: Validator): KeyOf<"STRING"> & { default: string } => ({
  type: "STRING",
  default: def,
  importance: "LOW",
  doc,
  ...(validator === undefined ? {} : { validator }),
});

const optional = (doc: string): KeyOf<"STRING"> & { default: null } => ({
  type: "STRING",
  default: null,
  importance: "LOW",
  doc,
});

const flag = (def: boolean, doc: string): KeyOf<"BOOLEAN"> & { default: boolean } => ({
  type: "BOOLEAN",
  default: def,
  importance: "LOW",
  doc,
});

/** How listeners are written: `http://host:port`; the host may be empty or an IPv6 address in brackets. */
export const LISTENER_PATTERN = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)$/;

const listenerList: Validator = (value) => {
  if (value === null) return null;
  for (const item of value as readonly string[]) {
    if (item.trim() === "") return { text: "Empty listener found when parsing list" };
    const protocol = LISTENER_PATTERN.exec(item.trim())?.[1]?.toUpperCase();
    if (protocol !== "HTTP" && protocol !== "HTTPS")
      return { text: `Listener doesn't have the right format or protocol: ${item}` };
  }
  return null;
};

const atLeastOneListener: Validator = (value, key) =>
  (value as readonly string[]).length === 0
    ? {
        text: "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.",
      }
    : listenerList(value, key);

export const REST_KEYS = defineConfig({
  listeners: {
    type: "LIST",
    default: ["http://:8083"],
    importance: "LOW",
    doc: "URLs that the REST API listens on, http or https. An empty host stands for all interfaces, port 0 for a free one.",
    validator: atLeastOneListener,
  },
  "rest.advertised.host.name": optional("Host name that other workers and the status show; default: the listener's."),
  "rest.advertised.port": {
    type: "INT",
    default: null,
    importance: "LOW",
    doc: "Port to advertise; default: the bound one.",
  },
  "rest.advertised.listener": optional("http or https: the listener that other workers use."),
  "access.control.allow.origin": string(
    "",
    "Allowed origins of cross-origin requests, * for all. Empty: no CORS headers.",
  ),
  "access.control.allow.methods": string("", "Methods of cross-origin requests. Empty: GET, POST and HEAD."),
  "admin.listeners": {
    type: "LIST",
    default: null,
    importance: "LOW",
    doc: "Listeners of the /admin resources. Unset: the normal ones. Empty: no admin resources.",
    validator: listenerList,
  },
  "rest.extension.classes": { type: "LIST", default: [], importance: "LOW", doc: "REST extensions, in order." },
  "response.http.headers.config": string("", "Header rules `[action] [name]:[value]` for every answer."),
  "ssl.client.auth": string("none", "none, requested or required: client certificates of the REST API."),
});

export const COMMON_KEYS = defineConfig({
  ...CLIENT_KEYS,
  ...REST_KEYS,
  "key.converter": {
    type: "CLASS",
    importance: "HIGH",
    doc: "Converter of record keys for connectors without their own.",
  },
  "value.converter": {
    type: "CLASS",
    importance: "HIGH",
    doc: "Converter of record values for connectors without their own.",
  },
  "header.converter": {
    type: "CLASS",
    default: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    importance: "LOW",
    doc: "Converter of record headers for connectors without their own.",
  },
  "task.shutdown.graceful.timeout.ms": long(5000, "Time that all tasks together have to stop."),
  "offset.flush.interval.ms": long(60000, "Interval at which sink tasks commit offsets."),
  "offset.flush.timeout.ms": long(5000, "Time after which an offset commit counts as failed."),
  "plugin.path": optional("Folders with further plug-ins, comma separated."),
  "plugin.discovery": string(
    "hybrid_warn",
    "How the JVM worker finds plug-ins; checked, without effect here.",
    oneOfAnyCase("ONLY_SCAN", "HYBRID_WARN", "HYBRID_FAIL", "SERVICE_LOAD"),
  ),
  "metrics.sample.window.ms": long(30000, "Window of a metric sample.", range(0)),
  "metrics.num.samples": int(2, "Samples that a metric is computed over.", range(1)),
  "metrics.recording.level": string("INFO", "INFO or DEBUG.", oneOf("INFO", "DEBUG")),
  "metric.reporters": {
    type: "LIST",
    default: ["org.apache.kafka.common.metrics.JmxReporter"],
    importance: "LOW",
    doc: "Java classes; without effect here: metrics are served over HTTP.",
  },
  "connector.client.config.override.policy": string(
    "All",
    "All, None or Principal: client keys that connectors may set.",
  ),
  "topic.creation.enable": flag(true, "For source connectors only; without effect."),
  "topic.tracking.enable": flag(true, "Keep note of the topics that a connector uses."),
  "topic.tracking.allow.reset": flag(true, "Allow the list of used topics to be reset over REST."),
  "config.providers": { type: "LIST", default: [], importance: "LOW", doc: "Names of config providers." },
  "task.threads": {
    type: "INT",
    default: null,
    importance: "LOW",
    doc: "Threads that the tasks share; unset: one less than there are cores, and at least one.",
    validator: (value) => (value === null ? null : range(1)(value, "task.threads")),
    extension: true,
  },
  "task.restart.max.attempts": {
    type: "INT",
    default: 0,
    importance: "LOW",
    doc: "How often in a row a failed task is restarted by itself. 0: never, as in Kafka Connect. -1: without limit.",
    validator: range(-1),
    extension: true,
  },
  "task.restart.backoff.ms": {
    type: "LONG",
    default: 30000,
    importance: "LOW",
    doc: "Pause before a failed task is restarted by itself; doubles with each further restart.",
    validator: range(1),
    extension: true,
  },
  "task.restart.backoff.max.ms": {
    type: "LONG",
    default: 600000,
    importance: "LOW",
    doc: "Longest pause before a failed task is restarted by itself. A task that ran for longer counts as new.",
    validator: range(1),
    extension: true,
  },
  "task.thread.buffer.bytes": {
    type: "LONG",
    default: 134217728,
    importance: "LOW",
    doc: "Bytes of unfinished objects that the tasks of one thread may hold together.",
    validator: range(1048576),
    extension: true,
  },
});

export const DISTRIBUTED_KEYS = defineConfig({
  "group.id": { type: "STRING", importance: "HIGH", doc: "The worker group. Must differ from every consumer group." },
  "config.storage.topic": {
    type: "STRING",
    importance: "HIGH",
    doc: "Topic of connector and task configurations.",
    validator: nonEmptyString,
  },
  "offset.storage.topic": {
    type: "STRING",
    importance: "HIGH",
    doc: "Topic of source offsets; sinks do not use it.",
    validator: nonEmptyString,
  },
  "status.storage.topic": {
    type: "STRING",
    importance: "HIGH",
    doc: "Topic of connector and task statuses.",
    validator: nonEmptyString,
  },
  "config.storage.replication.factor": short(3, "Replicas of the config topic, -1: the broker's default."),
  "offset.storage.replication.factor": short(3, "Replicas of the offset topic, -1: the broker's default."),
  "status.storage.replication.factor": short(3, "Replicas of the status topic, -1: the broker's default."),
  "offset.storage.partitions": int(25, "Partitions of the offset topic, -1: the broker's default.", positiveOrDefault),
  "status.storage.partitions": int(5, "Partitions of the status topic, -1: the broker's default.", positiveOrDefault),
  "session.timeout.ms": int(10000, "Time without heartbeat after which the group drops this worker."),
  "heartbeat.interval.ms": int(3000, "Interval of heartbeats to the group coordinator."),
  "rebalance.timeout.ms": int(60000, "Time that a worker has to join a rebalance."),
  "connect.protocol": string(
    "sessioned",
    "eager, compatible or sessioned.",
    oneOfAnyCase("EAGER", "COMPATIBLE", "SESSIONED"),
  ),
  "scheduled.rebalance.max.delay.ms": int(
    300000,
    "Time that the work of a worker which left waits for its return.",
    range(0, MAX_INT),
  ),
  "worker.sync.timeout.ms": int(3000, "Time to catch up with the config topic before leaving the group."),
  "worker.unsync.backoff.ms": int(300000, "Time to stay out of the group after failing to catch up."),
  "exactly.once.source.support": string(
    "disabled",
    "disabled, preparing or enabled: decides how the config topic is read and written.",
    oneOfAnyCase("DISABLED", "PREPARING", "ENABLED"),
  ),
  "inter.worker.key.generation.algorithm": string("HmacSHA256", "Algorithm of the session key."),
  "inter.worker.key.size": {
    type: "INT",
    default: null,
    importance: "LOW",
    doc: "Bits of the session key; null: the algorithm's.",
  },
  "inter.worker.key.ttl.ms": int(3600000, "Life of a session key.", range(0, MAX_INT)),
  "inter.worker.signature.algorithm": string("HmacSHA256", "Algorithm that signs requests between workers."),
  "inter.worker.verification.algorithms": {
    type: "LIST",
    default: ["HmacSHA256"],
    importance: "LOW",
    doc: "Algorithms accepted from other workers.",
  },
  "client.id": string("", "Name of this worker's clients at the brokers."),
  "metadata.max.age.ms": long(300000, "Age at which metadata is refreshed.", range(0)),
  "send.buffer.bytes": int(131072, "TCP send buffer; left to the system."),
  "receive.buffer.bytes": int(32768, "TCP receive buffer; left to the system."),
  "reconnect.backoff.ms": long(50, "Pause before reconnecting.", range(0)),
  "reconnect.backoff.max.ms": long(1000, "Longest pause before reconnecting.", range(0)),
  "socket.connection.setup.timeout.ms": long(10000, "Time for a connection to be made.", range(0)),
  "socket.connection.setup.timeout.max.ms": long(30000, "Longest time for a connection to be made.", range(0)),
  "retry.backoff.ms": long(100, "Pause before a failed request is retried.", range(0)),
  "retry.backoff.max.ms": long(1000, "Longest pause before a failed request is retried.", range(0)),
  "request.timeout.ms": int(40000, "Time to wait for a broker's answer.", range(0)),
  "connections.max.idle.ms": long(540000, "Idle time after which a connection is closed."),
});

export const STANDALONE_KEYS = defineConfig({
  "offset.storage.file.filename": {
    type: "STRING",
    importance: "HIGH",
    doc: "File of source offsets; sinks do not use it.",
  },
});

function short(def: number, doc: string): KeyOf<"SHORT"> & { default: number } {
  return { type: "SHORT", default: def, importance: "LOW", doc, validator: positiveOrDefault };
}

function positiveOrDefault(...[value, key]: Parameters<Validator>): ReturnType<Validator> {
  const number = value as number;
  if (number > 0 || number === -1) return null;
  const what = key.includes("replication") ? "Replication factor" : "Number of partitions";
  return `${what} must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default`;
}

export interface WorkerConfig {
  /** As in the file, config providers resolved: holds secrets and keys that we do not know. */
  readonly properties: Properties;
  readonly common: ConfigValues<typeof COMMON_KEYS>;
  /** Null in standalone mode. */
  readonly distributed: ConfigValues<typeof DISTRIBUTED_KEYS> | null;
}

export interface DistributedConfig extends WorkerConfig {
  readonly distributed: ConfigValues<typeof DISTRIBUTED_KEYS>;
}

/** Throws ConnectError `config` for the first key that is wrong. */
export function parseDistributedConfig(properties: Properties): DistributedConfig {
  const common = parseConfig(COMMON_KEYS, properties);
  const distributed = parseConfig(DISTRIBUTED_KEYS, properties);
  const algorithms = distributed["inter.worker.verification.algorithms"];
  const signature = distributed["inter.worker.signature.algorithm"];
  if (algorithms.length === 0)
    throw new ConnectError("config", "At least one signature verification algorithm must be provided");
  if (!algorithms.includes(signature))
    throw new ConnectError(
      "config",
      `Invalid value ${signature} for configuration inter.worker.signature.algorithm: Signature algorithm must be present in inter.worker.verification.algorithms list`,
    );
  return { properties, common, distributed };
}

/** Throws ConnectError `config` for the first key that is wrong. */
export function parseStandaloneConfig(properties: Properties): WorkerConfig {
  const common = parseConfig(COMMON_KEYS, properties);
  parseConfig(STANDALONE_KEYS, properties);
  return { properties, common, distributed: null };
}
