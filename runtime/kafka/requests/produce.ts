import { defineRequest, type ApiRequest } from "../api-request.js";

export interface ProducePartition {
  readonly topic: string;
  readonly partition: number;
  /** One record batch. */
  readonly batch: Uint8Array;
}

export interface ProducedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** Of the batch's first record. -1 with an error. */
  readonly baseOffset: number;
}

export interface ProduceAnswer {
  readonly throttleMs: number;
  readonly partitions: readonly ProducedPartition[];
}

/** `acks` -1: all in-sync replicas. 0 has no answer and is not for this request. */
export function produceRequest(
  partitions: readonly ProducePartition[],
  acks: -1 | 1,
  timeoutMs: number,
  transactionalId: string | null = null,
): ApiRequest<ProduceAnswer> {
  return defineRequest({
    apiKey: 0,
    apiName: "Produce",
    minVersion: 3,
    maxVersion: 7,
    encode: (writer) => {
      writer.string(transactionalId).int16(acks).int32(timeoutMs);
      writer.array(partitions, ({ topic, partition, batch }) => {
        writer.string(topic).int32(1).int32(partition).bytes(batch);
      });
    },
    decode: (reader, version) => {
      const partitions: ProducedPartition[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => {
          const partition = reader.int32();
          const errorCode = reader.int16();
          const baseOffset = reader.int64();
          reader.int64(); // log append time
          if (version >= 5) reader.int64(); // log start offset
          partitions.push({ topic, partition, errorCode, baseOffset });
        });
      });
      return { throttleMs: reader.int32(), partitions };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
