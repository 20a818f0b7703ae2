import type { TopicPartition } from "../api/index.js";
import { byTopic } from "./requests/by-topic.js";
import { WireReader, WireWriter } from "./wire.js";

/**
 * What members of protocol type `consumer` tell each other (`ConsumerProtocol`). Written in version 1, which every client since
 * 2.3 reads; a version 1 without its owned partitions makes a Java leader fail.
 */

export interface MemberSubscription {
  readonly topics: readonly string[];
  readonly userData: Buffer | null;
  /** What the member still has; empty with eager assignors, who give up all before they join. */
  readonly owned: readonly TopicPartition[];
  /** Generation in which `owned` was assigned; -1 unknown. In version 2; version 1 tells it in the assignor's user data. */
  readonly generation: number | null;
}

export function encodeSubscription(subscription: Omit<MemberSubscription, "generation">): Buffer {
  const writer = new WireWriter().int16(1);
  writer.array(subscription.topics, (topic) => writer.string(topic)).bytes(subscription.userData);
  return writePartitions(writer, subscription.owned).finish();
}

/** Reads all versions up to 3 and the known part of later ones. */
export function decodeSubscription(bytes: Buffer): MemberSubscription {
  const reader = new WireReader(bytes);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  const userData = reader.nullableBytes();
  const owned = version >= 1 && reader.remaining >= 4 ? readPartitions(reader) : [];
  const generation = version >= 2 && reader.remaining >= 4 ? reader.int32() : null;
  return { topics, userData, owned, generation };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return writePartitions(new WireWriter().int16(1), partitions).bytes(null).finish();
}

/** Empty bytes, as members get them that the leader did not know, are an empty assignment. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new WireReader(bytes);
  reader.int16();
  return readPartitions(reader);
}

export function writePartitions(writer: WireWriter, partitions: readonly TopicPartition[]): WireWriter {
  return writer.array(byTopic(partitions), ([topic, entries]) => {
    writer.string(topic).array(entries, ({ partition }) => writer.int32(partition));
  });
}

export function readPartitions(reader: WireReader): TopicPartition[] {
  const partitions: TopicPartition[] = [];
  reader.array(() => {
    const topic = reader.string();
    reader.array(() => partitions.push({ topic, partition: reader.int32() }));
  });
  return partitions;
}
