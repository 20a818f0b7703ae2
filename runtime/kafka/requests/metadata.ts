import { defineRequest, type ApiRequest } from "../api-request.js";

export interface BrokerMetadata {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface PartitionMetadata {
  readonly partition: number;
  readonly errorCode: number;
  /** Node id, -1 while there is none. */
  readonly leader: number;
}

export interface TopicMetadata {
  readonly topic: string;
  /** A Kafka error code; the other topics of the answer are good all the same. */
  readonly errorCode: number;
  readonly internal: boolean;
  /** By partition number. */
  readonly partitions: readonly PartitionMetadata[];
}

export interface MetadataAnswer {
  readonly throttleMs: number;
  readonly brokers: readonly BrokerMetadata[];
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly topics: readonly TopicMetadata[];
}

/** `topics`: null asks for all, an empty array for none (brokers and controller only). */
export function metadataRequest(
  topics: readonly string[] | null,
  allowAutoTopicCreation: boolean,
): ApiRequest<MetadataAnswer> {
  return defineRequest({
    apiKey: 3,
    apiName: "Metadata",
    minVersion: 1,
    maxVersion: 7,
    encode: (writer, version) => {
      writer.array(topics, (topic) => writer.string(topic));
      if (version >= 4) writer.boolean(allowAutoTopicCreation);
    },
    decode: (reader, version) => {
      const throttleMs = version >= 3 ? reader.int32() : 0;
      const brokers = reader.array(() => ({
        nodeId: reader.int32(),
        host: reader.string(),
        port: reader.int32(),
        rack: reader.nullableString(),
      }));
      const clusterId = version >= 2 ? reader.nullableString() : null;
      const controllerId = reader.int32();
      const readPartition = (): PartitionMetadata => {
        const errorCode = reader.int16();
        const partition = reader.int32();
        const leader = reader.int32();
        if (version >= 7) reader.int32(); // leader epoch
        reader.array(() => reader.int32()); // replicas
        reader.array(() => reader.int32()); // in sync
        if (version >= 5) reader.array(() => reader.int32()); // offline
        return { errorCode, partition, leader };
      };
      const found = reader.array(() => ({
        errorCode: reader.int16(),
        topic: reader.string(),
        internal: reader.boolean(),
        partitions: reader.array(readPartition).sort((a, b) => a.partition - b.partition),
      }));
      return { throttleMs, brokers, clusterId, controllerId, topics: found };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
