import { defineRequest, type ApiRequest } from "../api-request.js";
import { byTopic, type PartitionRef } from "./by-topic.js";
import type { PartitionError } from "./offsets.js";

export interface InitProducerIdAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** To the transaction coordinator: ends what a producer of this id has open, and fences it. */
export function initProducerIdRequest(transactionalId: string, timeoutMs: number): ApiRequest<InitProducerIdAnswer> {
  return defineRequest({
    apiKey: 22,
    apiName: "InitProducerId",
    minVersion: 0,
    maxVersion: 1,
    encode: (writer) => {
      writer.string(transactionalId).int32(timeoutMs);
    },
    decode: (reader) => ({
      throttleMs: reader.int32(),
      errorCode: reader.int16(),
      producerId: reader.int64(),
      producerEpoch: reader.int16(),
    }),
    throttleMs: (answer) => answer.throttleMs,
  });
}

/** The producer of a transaction. */
export interface TransactionIdentity {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface AddPartitionsAnswer {
  readonly throttleMs: number;
  readonly partitions: readonly PartitionError[];
}

/** To the transaction coordinator, before the first record to a partition. */
export function addPartitionsRequest(
  identity: TransactionIdentity,
  partitions: readonly PartitionRef[],
): ApiRequest<AddPartitionsAnswer> {
  return defineRequest({
    apiKey: 24,
    apiName: "AddPartitionsToTxn",
    minVersion: 0,
    maxVersion: 2,
    encode: (writer) => {
      writer.string(identity.transactionalId).int64(identity.producerId).int16(identity.producerEpoch);
      writer.array(byTopic(partitions), ([topic, entries]) => {
        writer.string(topic).array(entries, ({ partition }) => writer.int32(partition));
      });
    },
    decode: (reader) => {
      const throttleMs = reader.int32();
      const found: PartitionError[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => found.push({ topic, partition: reader.int32(), errorCode: reader.int16() }));
      });
      return { throttleMs, partitions: found };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}

export interface EndTransactionAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
}

/** To the transaction coordinator. */
export function endTransactionRequest(
  identity: TransactionIdentity,
  commit: boolean,
): ApiRequest<EndTransactionAnswer> {
  return defineRequest({
    apiKey: 26,
    apiName: "EndTxn",
    minVersion: 0,
    maxVersion: 2,
    encode: (writer) => {
      writer.string(identity.transactionalId).int64(identity.producerId).int16(identity.producerEpoch).boolean(commit);
    },
    decode: (reader) => ({ throttleMs: reader.int32(), errorCode: reader.int16() }),
    throttleMs: (answer) => answer.throttleMs,
  });
}
