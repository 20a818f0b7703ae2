import type { TopicPartitionOffset } from "../../api/index.js";
import { defineRequest, type ApiRequest } from "../api-request.js";
import { byTopic, type PartitionRef } from "./by-topic.js";

/** Who commits. Outside a generation (an admin, to an empty group): generation -1 and an empty member id. */
export interface GroupIdentity {
  readonly groupId: string;
  readonly generation: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export interface PartitionError extends PartitionRef {
  readonly errorCode: number;
}

export interface OffsetCommitAnswer {
  readonly throttleMs: number;
  readonly partitions: readonly PartitionError[];
}

export function offsetCommitRequest(
  identity: GroupIdentity,
  offsets: readonly TopicPartitionOffset[],
): ApiRequest<OffsetCommitAnswer> {
  return defineRequest({
    apiKey: 8,
    apiName: "OffsetCommit",
    minVersion: 2,
    maxVersion: 7,
    encode: (writer, version) => {
      writer.string(identity.groupId).int32(identity.generation).string(identity.memberId);
      if (version >= 7) writer.string(identity.groupInstanceId);
      if (version <= 4) writer.int64(-1); // retention: the broker's
      writer.array(byTopic(offsets), ([topic, entries]) => {
        writer.string(topic).array(entries, ({ partition, nextOffset, note }) => {
          writer.int32(partition).int64(nextOffset);
          if (version >= 6) writer.int32(-1); // leader epoch
          writer.string(note ?? "");
        });
      });
    },
    decode: (reader, version) => {
      const throttleMs = version >= 3 ? reader.int32() : 0;
      const partitions: PartitionError[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => partitions.push({ topic, partition: reader.int32(), errorCode: reader.int16() }));
      });
      return { throttleMs, partitions };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface CommittedOffset extends TopicPartitionOffset, PartitionError {}

export interface OffsetFetchAnswer {
  readonly throttleMs: number;
  /** Of the whole group. */
  readonly errorCode: number;
  /** `nextOffset` is -1 where nothing is committed. */
  readonly partitions: readonly CommittedOffset[];
}

/** `partitions`: null for all that the group has committed. */
export function offsetFetchRequest(
  groupId: string,
  partitions: readonly PartitionRef[] | null,
): ApiRequest<OffsetFetchAnswer> {
  return defineRequest({
    apiKey: 9,
    apiName: "OffsetFetch",
    minVersion: partitions === null ? 2 : 1,
    maxVersion: 5,
    encode: (writer) => {
      writer.string(groupId).array(partitions === null ? null : byTopic(partitions), ([topic, entries]) => {
        writer.string(topic).array(entries, ({ partition }) => writer.int32(partition));
      });
    },
    decode: (reader, version) => {
      const throttleMs = version >= 3 ? reader.int32() : 0;
      const found: CommittedOffset[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => {
          const partition = reader.int32();
          const nextOffset = reader.int64();
          if (version >= 5) reader.int32();
          const note = reader.nullableString() ?? "";
          found.push({ topic, partition, nextOffset, note, errorCode: reader.int16() });
        });
      });
      return { throttleMs, errorCode: version >= 2 ? reader.int16() : 0, partitions: found };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
