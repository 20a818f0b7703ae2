import { defineRequest, type ApiRequest } from "../api-request.js";
import type { NewTopic } from "../seam.js";
import { byTopic, type PartitionRef } from "./by-topic.js";
import type { PartitionError } from "./offsets.js";

export interface CreateTopicAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** To the controller. Brokers older than 2.4 know no default (-1) for partitions and replicas. */
export function createTopicRequest(topic: NewTopic, timeoutMs: number): ApiRequest<CreateTopicAnswer> {
  const defaults = topic.partitions < 0 || topic.replicationFactor < 0;
  return defineRequest({
    apiKey: 19,
    apiName: "CreateTopics",
    minVersion: defaults ? 4 : 1,
    maxVersion: 4,
    encode: (writer) => {
      writer.array([topic], ({ name, partitions, replicationFactor, configs = {} }) => {
        writer.string(name).int32(partitions).int16(replicationFactor);
        writer.array([], () => undefined); // replica assignments: the controller's
        writer.array(Object.entries(configs), ([key, value]) => {
          writer.string(key).string(value);
        });
      });
      writer.int32(timeoutMs).boolean(false);
    },
    decode: (reader, version) => {
      const throttleMs = version >= 2 ? reader.int32() : 0;
      const [answer] = reader.array(() => {
        reader.string();
        return { errorCode: reader.int16(), errorMessage: reader.nullableString() };
      });
      return { throttleMs, errorCode: answer?.errorCode ?? -1, errorMessage: answer?.errorMessage ?? null };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface DescribeConfigsAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly values: ReadonlyMap<string, string | null>;
}

const TOPIC_RESOURCE = 2;

/** One setting of one topic. */
export function describeTopicConfigRequest(topic: string, key: string): ApiRequest<DescribeConfigsAnswer> {
  return defineRequest({
    apiKey: 32,
    apiName: "DescribeConfigs",
    minVersion: 0,
    maxVersion: 2,
    encode: (writer, version) => {
      writer.array([topic], (name) => {
        writer.int8(TOPIC_RESOURCE).string(name);
        writer.array([key], (wanted) => writer.string(wanted));
      });
      if (version >= 1) writer.boolean(false);
    },
    decode: (reader, version) => {
      const throttleMs = reader.int32();
      const values = new Map<string, string | null>();
      const [answer] = reader.array(() => {
        const result = { errorCode: reader.int16(), errorMessage: reader.nullableString() };
        reader.int8();
        reader.string();
        reader.array(() => {
          values.set(reader.string(), reader.nullableString());
          reader.skip(3); // read-only, default or source, sensitive
          if (version >= 1) {
            reader.array(() => {
              reader.string();
              reader.nullableString();
              reader.int8();
            });
          }
        });
        return result;
      });
      return { throttleMs, values, errorCode: answer?.errorCode ?? -1, errorMessage: answer?.errorMessage ?? null };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface OffsetDeleteAnswer {
  readonly throttleMs: number;
  /** Of the whole request. */
  readonly errorCode: number;
  readonly partitions: readonly PartitionError[];
}

/** To the group's coordinator; brokers from 2.4. */
export function offsetDeleteRequest(
  groupId: string,
  partitions: readonly PartitionRef[],
): ApiRequest<OffsetDeleteAnswer> {
  return defineRequest({
    apiKey: 47,
    apiName: "OffsetDelete",
    minVersion: 0,
    maxVersion: 0,
    encode: (writer) => {
      writer.string(groupId).array(byTopic(partitions), ([topic, entries]) => {
        writer.string(topic).array(entries, ({ partition }) => writer.int32(partition));
      });
    },
    decode: (reader) => {
      const errorCode = reader.int16();
      const throttleMs = reader.int32();
      const found: PartitionError[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => found.push({ topic, partition: reader.int32(), errorCode: reader.int16() }));
      });
      return { throttleMs, errorCode, partitions: found };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface DeleteGroupAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
}

/** To the group's coordinator. */
export function deleteGroupRequest(groupId: string): ApiRequest<DeleteGroupAnswer> {
  return defineRequest({
    apiKey: 42,
    apiName: "DeleteGroups",
    minVersion: 0,
    maxVersion: 1,
    encode: (writer) => {
      writer.array([groupId], (group) => writer.string(group));
    },
    decode: (reader) => {
      const throttleMs = reader.int32();
      const [errorCode] = reader.array(() => {
        reader.string();
        return reader.int16();
      });
      return { throttleMs, errorCode: errorCode ?? -1 };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
