import { ConnectError } from "../api/index.js";
import { forbiddenText, overridePolicy } from "../plugins/client-overrides.js";
import type { ClientProperties } from "../kafka/seam.js";
import { CLIENT_KEYS } from "./client-keys.js";
import { withPrefix, type Properties } from "./properties.js";
import { DISTRIBUTED_KEYS, type DistributedConfig, type WorkerConfig } from "./worker-config.js";

/** The properties of every Kafka client that a worker makes. Spec connect-runtime §1.4, §6.1. Java names; hold secrets. */

/** The consumer group of a sink connector: `consumer.override.group.id`, else `connect-<name>`. `config` is resolved. */
export function sinkGroupId(connector: string, config: Properties): string {
  return config["consumer.override.group.id"] ?? `connect-${connector}`;
}

/** Top-level keys of the worker file that are client settings: for the worker's own clients and connectors' admin clients. */
function topLevel(worker: WorkerConfig): Record<string, string> {
  const found: Record<string, string> = { "bootstrap.servers": worker.common["bootstrap.servers"].join(",") };
  for (const [key, value] of Object.entries(worker.properties))
    if (key in CLIENT_KEYS || CLIENT_PREFIX.test(key) || CLIENT_ONLY.has(key)) found[key] = value;
  return found;
}

const CLIENT_PREFIX = /^(sasl|ssl|reconnect|retry|socket\.connection)\./;
const CLIENT_ONLY = new Set(
  Object.keys(DISTRIBUTED_KEYS).filter((key) => /^(metadata|request|connections|send|receive)\./.test(key)),
);

/** A client of the worker itself, named `<group.id>[-<client.id>]-<purpose>`. */
export function internalClientProperties(worker: DistributedConfig, purpose: string): ClientProperties {
  const { "group.id": group, "client.id": client } = worker.distributed;
  return { ...topLevel(worker), "client.id": `${group}${client === "" ? "" : `-${client}`}-${purpose}` };
}

/** The worker's group member: `client.id` if set, else `connect-<worker id>`. */
export function memberClientProperties(worker: DistributedConfig, workerId: string): ClientProperties {
  const client = worker.distributed["client.id"];
  return { ...topLevel(worker), "client.id": client === "" ? `connect-${workerId}` : client };
}

/** Any client of the worker, without a role of its own: the look-up of the cluster id, standalone's offsets. */
export function workerClientProperties(worker: WorkerConfig, clientId: string): ClientProperties {
  return { ...topLevel(worker), "client.id": clientId };
}

export function consumerProperties(
  worker: WorkerConfig,
  connector: string,
  task: number,
  config: Properties,
): ClientProperties {
  return {
    "bootstrap.servers": worker.common["bootstrap.servers"].join(","),
    "group.id": sinkGroupId(connector, config),
    "client.id": `connector-consumer-${connector}-${String(task)}`,
    "enable.auto.commit": "false",
    "auto.offset.reset": "earliest",
    ...withPrefix(worker.properties, "consumer."),
    ...withPrefix(config, "consumer.override."),
  };
}

export function deadLetterProducerProperties(
  worker: WorkerConfig,
  connector: string,
  task: number,
  config: Properties,
): ClientProperties {
  return {
    "bootstrap.servers": worker.common["bootstrap.servers"].join(","),
    "client.id": `connector-dlq-producer-${connector}-${String(task)}`,
    "enable.idempotence": "false",
    acks: "all",
    "max.in.flight.requests.per.connection": "1",
    "delivery.timeout.ms": "2147483647",
    ...withPrefix(worker.properties, "producer."),
    ...withPrefix(config, "producer.override."),
  };
}

/**
 * Throws ConnectError `fatal` when the connector overrides client keys that the worker's policy forbids. REST refuses such a
 * configuration; one that was stored under another policy fails its tasks. Producer and admin serve the dead letter queue only.
 */
export function checkOverrides(worker: WorkerConfig, config: Properties): void {
  const policy = overridePolicy(worker.common["connector.client.config.override.policy"]);
  const deadLetters = (config["errors.deadletterqueue.topic.name"] ?? "").trim() !== "";
  for (const client of deadLetters ? ["consumer", "producer", "admin"] : ["consumer"])
    for (const key of Object.keys(withPrefix(config, `${client}.override.`)))
      if (!policy.allows(key))
        throw new ConnectError("fatal", `Client Config Overrides not allowed: ${forbiddenText(policy, key)}`);
}

/** An admin client on behalf of a connector: of its dead letter queue (`connector-dlq-adminclient-`) or its offsets. */
export function connectorAdminProperties(worker: WorkerConfig, clientId: string, config: Properties): ClientProperties {
  return {
    ...topLevel(worker),
    "client.id": clientId,
    ...withPrefix(worker.properties, "admin."),
    ...withPrefix(config, "admin.override."),
  };
}
