import { topicPartitionKey, type TopicPartition } from "../api/index.js";
import type { Cluster } from "./cluster.js";
import type { MetadataView } from "./metadata-view.js";
import { kafkaError, translateKafkaError } from "./errors.js";
import { ErrorCode } from "./protocol-errors.js";
import { listOffsetsRequest } from "./requests/list-offsets.js";

/**
 * Log start (`EARLIEST`), log end (`LATEST`) or the first offset at a time, by {@link topicPartitionKey}. One attempt: partitions
 * without a leader, and those whose broker did not answer well, are absent, and new metadata is asked for.
 * Throws what no other attempt can mend.
 */
export async function lookUpOffsets(
  cluster: Cluster,
  metadata: MetadataView,
  partitions: readonly TopicPartition[],
  timestampMs: number,
  readCommitted: boolean,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const byLeader = Map.groupBy(partitions, (tp) => metadata.leader(tp.topic, tp.partition));
  const requests = [...byLeader].map(async ([node, led]) => {
    if (node < 0) {
      metadata.requestUpdate();
      return;
    }
    const answer = await cluster.send({ node }, listOffsetsRequest(led, timestampMs, readCommitted));
    for (const { topic, partition, errorCode, offset } of answer.partitions) {
      if (errorCode === ErrorCode.none) found.set(topicPartitionKey({ topic, partition }), offset);
      else {
        const error = kafkaError(errorCode, { topic, partition });
        if (error.kind !== "retriable") throw error;
        metadata.requestUpdate();
      }
    }
  });
  for (const result of await Promise.allSettled(requests)) {
    if (result.status === "fulfilled") continue;
    const error = translateKafkaError(result.reason);
    if (error.kind !== "retriable") throw error;
    metadata.requestUpdate();
  }
  return found;
}
