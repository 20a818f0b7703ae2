import assert from "node:assert/strict";
import { produceBulk } from "../../support/bulk-producer.js";
import { newTopic, sharedKafka } from "../../support/shared.js";

describe("produceBulk()", () => {
  for (const compression of ["none", "gzip", "zstd"] as const) {
    it(`fills every partition with batches that are ${compression === "none" ? "plain" : compression}`, async () => {
      const kafka = await sharedKafka();
      const topic = await newTopic("bulk", 2);
      const record = (index: number, partition: number) => ({
        key: index % 3 === 0 ? null : Buffer.from(`k${index}`),
        value: index % 5 === 0 ? null : Buffer.from(`${partition}:${index}:${"x".repeat(index)}`),
      });
      await produceBulk(kafka, topic, 250, record, {
        recordsPerBatch: 100,
        compression,
        timestampMs: 1_700_000_000_000,
      });
      assert.deepEqual(
        [...(await kafka.endOffsets(topic))],
        [
          [0, 250],
          [1, 250],
        ],
      );
      // kafkajs reads zstd only with a codec that nobody needs here: the broker checks batches on arrival.
      if (compression === "zstd") return;
      const read = await kafka.readTopic(topic);
      assert.deepEqual(
        read.map(({ offset, partition, key, value, timestampMs }) => ({ offset, partition, key, value, timestampMs })),
        [0, 1].flatMap((partition) =>
          Array.from({ length: 250 }, (_, offset) => ({
            offset,
            partition,
            ...record(offset, partition),
            timestampMs: 1_700_000_000_000,
          })),
        ),
      );
    });
  }
});
