import { defineRequest, type ApiRequest } from "../api-request.js";
import type { WireReader } from "../wire.js";

export interface FetchPartition {
  readonly topic: string;
  readonly partition: number;
  readonly fetchOffset: number;
  readonly maxBytes: number;
}

export interface FetchOptions {
  /** How long the broker may wait for `minBytes`. */
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly readCommitted: boolean;
  /** `client.rack`, empty for none: lets the broker name a nearer replica (KIP-392). */
  readonly rack: string;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** -1 with an error. */
  readonly highWatermark: number;
  /** -1 with an error and from read_uncommitted. */
  readonly lastStableOffset: number;
  /** Transactions whose records are to be skipped; only with read_committed. */
  readonly aborted: readonly AbortedTransaction[];
  /** Node to read from instead, -1 for none. */
  readonly preferredReplica: number;
  /** Record batches: where they lie in the answer's buffer. */
  readonly start: number;
  readonly end: number;
}

export interface FetchAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly buffer: Buffer;
  readonly partitions: readonly FetchedPartition[];
}

/** Versions from 4 on give record batches of format 2. Without a fetch session (KIP-227). */
export function fetchRequest(
  partitions: readonly FetchPartition[],
  options: FetchOptions,
  timeoutMs: number,
): ApiRequest<FetchAnswer> {
  return defineRequest({
    apiKey: 1,
    apiName: "Fetch",
    minVersion: 4,
    maxVersion: 11,
    timeoutMs: timeoutMs + options.maxWaitMs,
    encode: (writer, version) => {
      writer.int32(-1).int32(options.maxWaitMs).int32(options.minBytes).int32(options.maxBytes);
      writer.int8(options.readCommitted ? 1 : 0);
      if (version >= 7) writer.int32(0).int32(-1);
      // a topic may come more than once: the order of the partitions is what counts
      writer.array(partitions, (partition) => {
        writer.string(partition.topic).int32(1).int32(partition.partition);
        if (version >= 9) writer.int32(-1);
        writer.int64(partition.fetchOffset);
        if (version >= 5) writer.int64(-1);
        writer.int32(partition.maxBytes);
      });
      if (version >= 7) writer.int32(0);
      if (version >= 11) writer.string(options.rack);
    },
    decode: (reader, version) => {
      const throttleMs = reader.int32();
      const errorCode = version >= 7 ? reader.int16() : 0;
      if (version >= 7) reader.int32();
      const found: FetchedPartition[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => found.push(readPartition(reader, version, topic)));
      });
      return { throttleMs, errorCode, buffer: reader.buffer, partitions: found };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}

function readPartition(reader: WireReader, version: number, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  if (version >= 5) reader.int64(); // log start offset
  const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }));
  const preferredReplica = version >= 11 ? reader.int32() : -1;
  const length = Math.max(0, reader.int32());
  const start = reader.skip(length);
  const end = Math.min(reader.position, reader.buffer.length);
  return { topic, partition, errorCode, highWatermark, lastStableOffset, aborted, preferredReplica, start, end };
}
