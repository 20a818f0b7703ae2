import type { TopicPartition, TopicPartitionOffset } from "../api/index.js";
import { delay, Backoff } from "./backoff.js";
import type { Cluster } from "./cluster.js";
import { kafkaError, translateKafkaError } from "./errors.js";
import { ErrorCode } from "./protocol-errors.js";
import {
  offsetCommitRequest,
  offsetFetchRequest,
  type GroupIdentity,
  type PartitionError,
} from "./requests/offsets.js";

const COORDINATOR_MOVED: readonly number[] = [ErrorCode.notCoordinator, ErrorCode.coordinatorNotAvailable];

/**
 * What the group has committed, with notes; partitions without a commit are absent. Tries again until `signal` is aborted
 * (then the answer is empty) or `deadlineMs` (epoch) has passed. Throws ConnectError.
 */
export async function fetchCommitted(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
  signal: AbortSignal,
  deadlineMs = Infinity,
): Promise<TopicPartitionOffset[]> {
  const backoff = new Backoff(cluster.config.retryBackoffMs, cluster.config.retryBackoffMaxMs);
  while (!signal.aborted && partitions.length > 0) {
    try {
      const answer = await cluster.send({ group: groupId }, offsetFetchRequest(groupId, partitions), "group");
      const failed = answer.partitions.find(({ errorCode }) => errorCode !== ErrorCode.none);
      const code = answer.errorCode !== ErrorCode.none ? answer.errorCode : (failed?.errorCode ?? ErrorCode.none);
      if (code === ErrorCode.none)
        return answer.partitions.filter(({ nextOffset }) => nextOffset >= 0).map(committedOffset);
      if (COORDINATOR_MOVED.includes(code)) cluster.forget({ group: groupId });
      throw kafkaError(code, failed === undefined ? {} : { topic: failed.topic, partition: failed.partition });
    } catch (error) {
      const problem = translateKafkaError(error);
      const waitMs = backoff.next();
      if (problem.kind !== "retriable" || Date.now() + waitMs > deadlineMs) throw problem;
      await delay(waitMs, signal);
    }
  }
  return [];
}

function committedOffset({ topic, partition, nextOffset, note }: TopicPartitionOffset): TopicPartitionOffset {
  return { topic, partition, nextOffset, ...(note === undefined || note === "" ? {} : { note }) };
}

/** One attempt to commit. Gives the first partition's error, or null. Throws connection errors. */
export async function commitOnce(
  cluster: Cluster,
  identity: GroupIdentity,
  offsets: readonly TopicPartitionOffset[],
): Promise<PartitionError | null> {
  const answer = await cluster.send({ group: identity.groupId }, offsetCommitRequest(identity, offsets), "group");
  return answer.partitions.find(({ errorCode }) => errorCode !== ErrorCode.none) ?? null;
}
