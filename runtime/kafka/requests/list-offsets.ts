import { defineRequest, type ApiRequest } from "../api-request.js";
import { byTopic, type PartitionRef } from "./by-topic.js";

/** Timestamps with a meaning of their own. */
export const EARLIEST = -2;
export const LATEST = -1;

export interface ListedOffset extends PartitionRef {
  readonly errorCode: number;
  /** -1 when no record is that young. */
  readonly offset: number;
}

export interface ListOffsetsAnswer {
  readonly throttleMs: number;
  readonly partitions: readonly ListedOffset[];
}

/** `timestampMs`: {@link EARLIEST}, {@link LATEST} (with `readCommitted`: the last stable offset) or a time. To the leaders. */
export function listOffsetsRequest(
  partitions: readonly PartitionRef[],
  timestampMs: number,
  readCommitted: boolean,
): ApiRequest<ListOffsetsAnswer> {
  return defineRequest({
    apiKey: 2,
    apiName: "ListOffsets",
    minVersion: 1,
    maxVersion: 5,
    encode: (writer, version) => {
      writer.int32(-1);
      if (version >= 2) writer.int8(readCommitted ? 1 : 0);
      writer.array(byTopic(partitions), ([topic, entries]) => {
        writer.string(topic).array(entries, ({ partition }) => {
          writer.int32(partition);
          if (version >= 4) writer.int32(-1);
          writer.int64(timestampMs);
        });
      });
    },
    decode: (reader, version) => {
      const throttleMs = version >= 2 ? reader.int32() : 0;
      const found: ListedOffset[] = [];
      reader.array(() => {
        const topic = reader.string();
        reader.array(() => {
          const partition = reader.int32();
          const errorCode = reader.int16();
          reader.skip(8); // timestamp
          found.push({ topic, partition, errorCode, offset: reader.int64() });
          if (version >= 4) reader.int32();
        });
      });
      return { throttleMs, partitions: found };
    },
    throttleMs: (answer) => answer.throttleMs,
  });
}
