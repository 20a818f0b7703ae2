import { ConnectError, defineConfig, oneOf, parseConfig, range } from "../api/index.js";
import { assignorsOf, type Assignor } from "./assignors/index.js";
import type { FetcherConfig } from "./fetcher.js";
import type { ClientProperties } from "./seam.js";

/** The properties of Java's consumer that have an effect here, beside those of a connection. `ConsumerConfig`, Kafka 4.1. */
export const CONSUMER_KEYS = defineConfig({
  "group.id": { type: "STRING", default: null, importance: "HIGH", doc: "The consumer group." },
  "group.instance.id": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: "Name of a static member, whose partitions wait for it when it is away for less than the session timeout.",
  },
  "group.protocol": {
    type: "STRING",
    default: "classic",
    importance: "HIGH",
    doc: "classic. The protocol of KIP-848, consumer, is not supported.",
  },
  "partition.assignment.strategy": {
    type: "LIST",
    default: [
      "org.apache.kafka.clients.consumer.RangeAssignor",
      "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
    ],
    importance: "MEDIUM",
    doc: "Java class names of assignors, in order of preference.",
  },
  "session.timeout.ms": {
    type: "INT",
    default: 45_000,
    importance: "HIGH",
    doc: "A member that is not heard of for this long loses its partitions.",
    validator: range(0),
  },
  "heartbeat.interval.ms": {
    type: "INT",
    default: 3_000,
    importance: "HIGH",
    doc: "How often to tell the coordinator that this member lives.",
    validator: range(1),
  },
  "max.poll.interval.ms": {
    type: "INT",
    default: 300_000,
    importance: "MEDIUM",
    doc: "A member that does not ask for records for this long leaves the group.",
    validator: range(1),
  },
  "auto.offset.reset": {
    type: "STRING",
    default: "latest",
    importance: "MEDIUM",
    doc: "Where to read a partition without a committed offset: earliest, latest, or none to fail.",
    validator: oneOf("earliest", "latest", "none"),
  },
  "isolation.level": {
    type: "STRING",
    default: "read_uncommitted",
    importance: "MEDIUM",
    doc: "read_committed leaves out records of transactions that were aborted or are still open.",
    validator: oneOf("read_committed", "read_uncommitted"),
  },
  "fetch.min.bytes": {
    type: "INT",
    default: 1,
    importance: "HIGH",
    doc: "The broker waits until it has this much, or until fetch.max.wait.ms has passed.",
    validator: range(0),
  },
  "fetch.max.wait.ms": {
    type: "INT",
    default: 500,
    importance: "LOW",
    doc: "How long the broker may wait for fetch.min.bytes.",
    validator: range(0),
  },
  "fetch.max.bytes": {
    type: "INT",
    default: 8_388_608,
    importance: "MEDIUM",
    doc: "Most bytes in one answer of a broker. Java's default of 50 MiB only costs memory here.",
    validator: range(0),
  },
  "max.partition.fetch.bytes": {
    type: "INT",
    default: 1_048_576,
    importance: "HIGH",
    doc: "Most bytes of one partition in an answer; a larger batch is sent all the same.",
    validator: range(0),
  },
  "max.poll.records": {
    type: "INT",
    default: 500,
    importance: "MEDIUM",
    doc: "Accepted without effect: records are handed on by bytes.",
    validator: range(1),
  },
  "check.crcs": { type: "BOOLEAN", default: true, importance: "LOW", doc: "Verify the checksum of each batch." },
  "client.rack": {
    type: "STRING",
    default: "",
    importance: "LOW",
    doc: "Where this client is, so that brokers may name a nearer replica to read from.",
  },
  "allow.auto.create.topics": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Let the broker create subscribed topics that do not exist, if it is set up to do so.",
  },
  "exclude.internal.topics": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Leave Kafka's own topics out of a pattern.",
  },
  "default.api.timeout.ms": {
    type: "INT",
    default: 60_000,
    importance: "MEDIUM",
    doc: "How long a commit is tried again.",
    validator: range(0),
  },
});

export interface ConsumerConfig extends FetcherConfig {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly assignors: readonly Assignor[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxPollIntervalMs: number;
  readonly autoCreate: boolean;
  readonly excludeInternalTopics: boolean;
  readonly apiTimeoutMs: number;
}

/** Records that one poll gives at most, about. */
const POLL_BYTES = 4 << 20;

/** Throws ConnectError `config` for what Java's consumer refuses, and for what is not supported here. */
export function consumerConfig(properties: ClientProperties): ConsumerConfig {
  const values = parseConfig(CONSUMER_KEYS, properties);
  const groupId = values["group.id"];
  if (groupId === null || groupId === "") {
    throw new ConnectError(
      "config",
      "To use the group management or offset commit APIs, you must provide a valid group.id",
    );
  }
  if (values["group.protocol"].toLowerCase() !== "classic") {
    throw new ConnectError("config", `group.protocol=${values["group.protocol"]} is not supported: only classic is`);
  }
  return {
    groupId,
    groupInstanceId: values["group.instance.id"],
    assignors: assignorsOf(values["partition.assignment.strategy"]),
    sessionTimeoutMs: values["session.timeout.ms"],
    heartbeatIntervalMs: values["heartbeat.interval.ms"],
    maxPollIntervalMs: values["max.poll.interval.ms"],
    autoCreate: values["allow.auto.create.topics"],
    excludeInternalTopics: values["exclude.internal.topics"],
    apiTimeoutMs: values["default.api.timeout.ms"],
    offsetReset: values["auto.offset.reset"] as FetcherConfig["offsetReset"],
    readCommitted: values["isolation.level"] === "read_committed",
    minBytes: values["fetch.min.bytes"],
    maxWaitMs: values["fetch.max.wait.ms"],
    maxBytes: values["fetch.max.bytes"],
    maxPartitionBytes: values["max.partition.fetch.bytes"],
    checkCrcs: values["check.crcs"],
    rack: values["client.rack"],
    takeBytes: POLL_BYTES,
    reuseBuffers: true,
  };
}
