import {
  ConnectError,
  parseConfig,
  topicPartitionKey,
  type Logger,
  type TopicPartition,
  type TopicPartitionOffset,
} from "../api/index.js";
import { ADMIN_KEYS } from "./admin-keys.js";
import type { ApiRequest } from "./api-request.js";
import { connectionConfig } from "./client-config.js";
import { Cluster, type Target } from "./cluster.js";
import { isKafkaError, kafkaError } from "./errors.js";
import {
  createTopicRequest,
  deleteGroupRequest,
  describeTopicConfigRequest,
  offsetDeleteRequest,
} from "./requests/admin.js";
import { offsetCommitRequest, offsetFetchRequest, type PartitionError } from "./requests/offsets.js";
import { retrying } from "./retry.js";
import type { ClientProperties, KafkaAdmin, NewTopic } from "./seam.js";

/** Opens no connection before the first operation. Throws ConnectError `config`. */
export function createAdmin(properties: ClientProperties, log: Logger): KafkaAdmin {
  const config = connectionConfig(properties, log);
  return new Admin(new Cluster(config, log), parseConfig(ADMIN_KEYS, properties)["default.api.timeout.ms"]);
}

/** An OffsetCommit from outside the group: only an empty group takes it. */
const NO_MEMBER = { generation: -1, memberId: "", groupInstanceId: null };

class Admin implements KafkaAdmin {
  readonly #closing = new AbortController();

  constructor(
    private readonly cluster: Cluster,
    private readonly timeoutMs: number,
  ) {}

  async clusterId(): Promise<string> {
    await this.#retrying(() => this.cluster.metadata([]));
    return this.cluster.clusterId ?? "";
  }

  async listTopics(): Promise<readonly string[]> {
    const { topics } = await this.#retrying(() => this.cluster.metadata(null));
    return topics.filter((topic) => !topic.internal).map((topic) => topic.topic);
  }

  async describeTopics(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (names.length === 0) return new Map();
    return this.#retrying(async () => {
      const { topics } = await this.cluster.metadata(names);
      const counts = new Map<string, number>();
      for (const { topic, errorCode, partitions } of topics) {
        const error = errorCode === 0 ? null : kafkaError(errorCode, { topic });
        if (error === null) counts.set(topic, partitions.length);
        else if (!isKafkaError(error, "UNKNOWN_TOPIC_OR_PARTITION")) throw error;
      }
      return counts;
    });
  }

  createTopic(topic: NewTopic): Promise<boolean> {
    const at = { topic: topic.name };
    return this.#retrying(async () => {
      const answer = await this.#send("controller", createTopicRequest(topic, this.cluster.config.requestTimeoutMs));
      if (answer.errorCode === 0) return true;
      const error = kafkaError(answer.errorCode, at);
      if (error.kind === "already-exists") return false;
      if (isKafkaError(error, "NOT_CONTROLLER")) this.cluster.forget("controller");
      throw withMessage(error, answer.errorMessage);
    });
  }

  topicConfig(topic: string, key: string): Promise<string | null> {
    return this.#retrying(async () => {
      try {
        const answer = await this.#send("any", describeTopicConfigRequest(topic, key));
        if (answer.errorCode !== 0) throw withMessage(kafkaError(answer.errorCode, { topic }), answer.errorMessage);
        return answer.values.get(key) ?? null;
      } catch (error) {
        const denied = isKafkaError(
          error,
          "TOPIC_AUTHORIZATION_FAILED",
          "CLUSTER_AUTHORIZATION_FAILED",
          "UNSUPPORTED_VERSION",
        );
        if (denied) return null;
        throw error;
      }
    });
  }

  listGroupOffsets(group: string): Promise<readonly TopicPartitionOffset[]> {
    return this.#ofGroup(group, async (target) => {
      const answer = await this.#send(target, offsetFetchRequest(group, null));
      if (answer.errorCode !== 0) throw kafkaError(answer.errorCode);
      failFirst(answer.partitions);
      const committed = answer.partitions.filter(({ nextOffset }) => nextOffset >= 0);
      return committed.map(({ topic, partition, nextOffset, note }) => ({
        topic,
        partition,
        nextOffset,
        note: note ?? "",
      }));
    });
  }

  alterGroupOffsets(group: string, offsets: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#ofGroup(group, async (target) => {
      const answer = await this.#send(target, offsetCommitRequest({ groupId: group, ...NO_MEMBER }, offsets));
      failFirst(answer.partitions);
    });
  }

  deleteGroupOffsets(group: string, partitions: readonly TopicPartition[]): Promise<void> {
    return this.#ofGroup(group, async (target) => {
      const answer = await this.#send(target, offsetDeleteRequest(group, partitions));
      if (answer.errorCode !== 0) throw kafkaError(answer.errorCode);
      failFirst(answer.partitions);
    });
  }

  deleteGroup(group: string): Promise<void> {
    return this.#ofGroup(group, async (target) => {
      const answer = await this.#send(target, deleteGroupRequest(group));
      if (answer.errorCode === 0) return;
      const error = kafkaError(answer.errorCode);
      if (error.kind !== "not-found") throw error;
    });
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.cluster.close();
    return Promise.resolve();
  }

  #send<T>(target: Target, request: ApiRequest<T>): Promise<T> {
    return this.cluster.send(target, request);
  }

  #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const options = { deadlineMs: Date.now() + this.timeoutMs, signal: this.#closing.signal };
    return retrying(this.cluster.config, options, attempt);
  }

  /** To the coordinator of the group, looked up again when it moved. */
  #ofGroup<T>(group: string, attempt: (target: { readonly group: string }) => Promise<T>): Promise<T> {
    return this.#retrying(async () => {
      try {
        return await attempt({ group });
      } catch (error) {
        if (isKafkaError(error, "NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE")) this.cluster.forget({ group });
        throw error;
      }
    });
  }
}

/**
 * Throws the first partition's error. A group that is in use answers so for all of them. An unknown topic does not appear by
 * trying again.
 */
function failFirst(partitions: readonly PartitionError[]): void {
  const failed = partitions.find(({ errorCode }) => errorCode !== 0);
  if (failed === undefined) return;
  const { topic, partition } = failed;
  const error = kafkaError(failed.errorCode, { topic, partition });
  if (!isKafkaError(error, "UNKNOWN_TOPIC_OR_PARTITION")) throw error;
  const text = `There is no partition ${topicPartitionKey(failed)}`;
  throw new ConnectError("not-found", text, { at: error.at, javaClass: error.javaClass, cause: error });
}

/** Brokers say more than the code does. */
function withMessage(error: ConnectError, message: string | null): ConnectError {
  if (message === null) return error;
  return new ConnectError(error.kind, message, { at: error.at, javaClass: error.javaClass });
}
