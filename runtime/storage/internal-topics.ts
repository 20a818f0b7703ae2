import { setTimeout as delay } from "node:timers/promises";
import { ConnectError, type Logger } from "../api/index.js";
import { isKafkaError } from "../kafka/errors.js";
import type { KafkaAdmin } from "../kafka/seam.js";

/** One of Connect's own topics, as the worker's configuration describes it. */
export interface InternalTopic {
  readonly name: string;
  /** Property that names it, for messages: `config.storage.topic`. */
  readonly property: string;
  /** What is in it, for messages: `connector configurations`. */
  readonly purpose: string;
  /** -1: the broker's default. */
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  /** Further settings for its creation; `cleanup.policy` is always `compact`. */
  readonly configs: Readonly<Record<string, string>>;
}

/** How long too few brokers for the replication factor are put up with: they may be starting. `TopicAdmin`, Connect 4.1. */
const CREATE_TIMEOUT_MS = 60_000;
const CREATE_RETRY_MS = 500;

/**
 * Creates the topic where it is missing, and checks that one that exists is compacted and nothing else. Where the worker may not
 * create or describe topics, it is taken to be right. Throws ConnectError: `config` for a wrong clean-up policy, else as the admin.
 */
export async function prepareTopic(
  topic: InternalTopic,
  admin: KafkaAdmin,
  log: Logger,
  timeoutMs = CREATE_TIMEOUT_MS,
): Promise<void> {
  if (await createWhereMissing(topic, admin, log, Date.now() + timeoutMs)) return;
  const policy = await admin.topicConfig(topic.name, "cleanup.policy");
  if (policy === null) {
    log.info(
      `Unable to use admin client to verify the cleanup policy of '${topic.name}' topic is 'compact', either because the ` +
        "broker is an older version or because the Kafka principal used for Connect internal topics does not have the " +
        "required permission to describe topic configurations.",
    );
  } else if (policy.trim() !== "compact") throw new ConnectError("config", policyText(topic, policy));
}

/** True when this call created it. */
async function createWhereMissing(
  topic: InternalTopic,
  admin: KafkaAdmin,
  log: Logger,
  deadlineMs: number,
): Promise<boolean> {
  const { name, partitions, replicationFactor } = topic;
  const configs = { ...topic.configs, "cleanup.policy": "compact" };
  for (;;) {
    try {
      return await admin.createTopic({ name, partitions, replicationFactor, configs });
    } catch (error) {
      if (mayNotCreate(error)) {
        log.debug("The topic cannot be created by this worker and is taken to exist", { topic: name });
        return false;
      }
      const passing = isKafkaError(error, "INVALID_REPLICATION_FACTOR", "REQUEST_TIMED_OUT");
      if (!passing || Date.now() + CREATE_RETRY_MS > deadlineMs) throw createError(topic, error);
      await delay(CREATE_RETRY_MS);
    }
  }
}

function mayNotCreate(error: unknown): boolean {
  return isKafkaError(error, "UNSUPPORTED_VERSION", "CLUSTER_AUTHORIZATION_FAILED", "TOPIC_AUTHORIZATION_FAILED");
}

function createError(topic: InternalTopic, cause: unknown): ConnectError {
  const reason = cause instanceof Error ? `: ${cause.message}` : "";
  return new ConnectError("fatal", `Error while attempting to create/find topic(s) '${topic.name}'${reason}`, {
    cause,
  });
}

function policyText({ name, property, purpose }: InternalTopic, policy: string): string {
  return (
    `Topic '${name}' supplied via the '${property}' property is required to have 'cleanup.policy=compact' to guarantee ` +
    `consistency and durability of ${purpose}, but found the topic currently has 'cleanup.policy=${policy}'. Continuing would ` +
    `likely result in eventually losing ${purpose} and problems restarting this Connect cluster in the future. Change the ` +
    `'${property}' property in the Connect worker configurations to use a topic with 'cleanup.policy=compact'.`
  );
}

/** Connect's config topic keeps the order of all its records in one partition. */
export function checkSinglePartition(topic: InternalTopic, count: number): void {
  if (count === 1) return;
  throw new ConnectError(
    "config",
    `Topic '${topic.name}' supplied via the '${topic.property}' property is required to have a single partition in order to ` +
      `guarantee consistency of ${topic.purpose}, but found ${String(count)} partitions.`,
  );
}
