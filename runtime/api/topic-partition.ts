/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** `topic-partition`, unique because a partition never contains a dash. Used as a map key and in messages, as Kafka prints it. */
export function topicPartitionKey(tp: TopicPartition): string {
  return `${tp.topic}-${String(tp.partition)}`;
}

/** Next offsets (the offset to read next) by {@link topicPartitionKey}. */
export type NextOffsets = ReadonlyMap<string, TopicPartitionOffset>;

export interface TopicPartitionOffset extends TopicPartition {
  /** The offset to read next; a safe integer. */
  readonly nextOffset: number;
  /** Text kept with the committed offset (`metadata` of Kafka's OffsetCommit, at most 4096 bytes). Absent: the empty text. */
  readonly note?: string;
}
