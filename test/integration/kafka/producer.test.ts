import assert from "node:assert/strict";
import { createProducer } from "../../../runtime/kafka/producer.js";
import { silentLogger } from "../../support/loggers.js";
import { newTopic, sharedBootstrap, sharedKafka } from "../../support/shared.js";

describe("kafka/producer", () => {
  for (const codec of ["none", "gzip"]) {
    it(`send() writes records in order, with compression ${codec}`, async () => {
      const topic = await newTopic("producer", 1);
      const producer = createProducer(
        { "bootstrap.servers": await sharedBootstrap(), "compression.type": codec },
        silentLogger,
      );
      const values = Array.from({ length: 500 }, (_, i) => `value-${i}`);
      try {
        await Promise.all(
          values.map((value, i) =>
            producer.send({
              topic,
              key: i % 3 === 0 ? null : Buffer.from(`k${i}`),
              value: i % 7 === 0 ? null : Buffer.from(value),
              timestampMs: 1_700_000_000_000 + (i % 2 === 0 ? i : -i * 1000),
            }),
          ),
        );
      } finally {
        await producer.close();
      }
      const stored = await (await sharedKafka()).readTopic(topic);
      assert.deepEqual(
        stored.map((r) => [r.key?.toString() ?? null, r.value?.toString() ?? null, r.timestampMs]),
        values.map((value, i) => [
          i % 3 === 0 ? null : `k${i}`,
          i % 7 === 0 ? null : value,
          1_700_000_000_000 + (i % 2 === 0 ? i : -i * 1000),
        ]),
      );
    });
  }
});
