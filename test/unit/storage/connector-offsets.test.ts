import assert from "node:assert/strict";
import { parseOffsetChanges } from "../../../runtime/storage/connector-offsets.js";

const partition = { kafka_topic: "t", kafka_partition: 0 };
const offset = { kafka_offset: 5 };

/** Recorded of Connect 4.1.1. */
const REFUSED: readonly (readonly [unknown, unknown, string])[] = [
  [undefined, undefined, "The partition for a sink connector offset cannot be null or missing"],
  [null, null, "The partition for a sink connector offset cannot be null or missing"],
  [{}, null, "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'"],
  [
    { kafka_topic: "t" },
    null,
    "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
  ],
  [{ kafka_topic: null, kafka_partition: 0 }, offset, "Kafka topic names must be valid strings and may not be null"],
  [{ kafka_topic: "t", kafka_partition: null }, offset, "Kafka partitions must be valid numbers and may not be null"],
  [
    { kafka_topic: "t", kafka_partition: "not a number" },
    offset,
    "Failed to parse the following Kafka partition value in the provided offsets: 'not a number'. Partition values for sink connectors need to be integers.",
  ],
  [
    { kafka_topic: "t", kafka_partition: 2147483648 },
    offset,
    "Failed to parse the following Kafka partition value in the provided offsets: '2147483648'. Partition values for sink connectors need to be integers.",
  ],
  [partition, {}, "The offset for a sink connector should either be null or contain the key 'kafka_offset'"],
  [
    partition,
    { kafka_offset: null },
    "Failed to parse the following Kafka offset value in the provided offsets: 'null'. Offset values for sink connectors need to be integers.",
  ],
  [
    partition,
    { kafka_offset: "1.5" },
    "Failed to parse the following Kafka offset value in the provided offsets: '1.5'. Offset values for sink connectors need to be integers.",
  ],
  [
    partition,
    { kafka_offset: true },
    "Failed to parse the following Kafka offset value in the provided offsets: 'true'. Offset values for sink connectors need to be integers.",
  ],
];

describe("storage/connector-offsets", () => {
  it("parseOffsetChanges() takes numbers and numeric strings, and the last of a partition named twice", () => {
    const changes = parseOffsetChanges([
      { partition, offset: { kafka_offset: 1, extra: "x" } },
      { partition: { kafka_topic: 7, kafka_partition: "1" }, offset: { kafka_offset: "12" } },
      { partition, offset: null },
    ]);
    assert.deepEqual(changes, [
      { topic: "t", partition: 0, nextOffset: null },
      { topic: "7", partition: 1, nextOffset: 12 },
    ]);
  });

  it("parseOffsetChanges() refuses with Connect's texts, at the first element that is wrong", () => {
    for (const [given, to, message] of REFUSED) {
      const good = { partition, offset };
      const offsets = [good, { partition: given, offset: to }, { partition: null, offset: null }];
      assert.throws(() => parseOffsetChanges(offsets), { kind: "bad-request", message }, message);
    }
  });
});
