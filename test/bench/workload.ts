import { uniqueName } from "../support/kafka-broker.js";
import { produceBulk } from "../support/bulk-producer.js";
import type { TestKafka } from "../support/topics.js";

/** Records that wait in a topic. */
export interface Workload {
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
  /** Of all values together. */
  readonly valueBytes: number;
}

const partitions = 4;
const recordBytes = 158;

/** Makes a topic of four partitions and fills it evenly with JSON records of 158 bytes, each different. */
export async function fillTopic(kafka: TestKafka, records: number): Promise<Workload> {
  const topic = uniqueName("bench");
  await kafka.createTopic(topic, { partitions });
  const perPartition = Math.ceil(records / partitions);
  await produceBulk(kafka, topic, perPartition, (index, partition) => ({
    key: null,
    value: order(partition * perPartition + index),
  }));
  const total = perPartition * partitions;
  return { topic, partitions, records: total, valueBytes: total * recordBytes };
}

const words =
  "late paid gift urgent fragile signed return partial invoice pickup north depot evening north-west 2nd call".split(
    " ",
  );

/** An order as an application would write it; words of a note fill it up to the fixed length. */
function order(id: number): Buffer {
  const cents = (id * 7919) % 1_000_000;
  let text =
    `{"orderId":${id},"customer":"customer-${id % 50_000}","amount":${(cents / 100).toFixed(2)},"currency":"EUR",` +
    `"placedAt":"2026-03-${String((id % 28) + 1).padStart(2, "0")}T12:00:00Z","note":"`;
  // The words differ from record to record, or compression would have nothing to do.
  let random = id + 1;
  while (text.length < recordBytes - 2) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    text += `${words[(random >>> 16) % words.length] ?? ""} `;
  }
  return Buffer.from(`${text.slice(0, recordBytes - 2)}"}`, "latin1");
}
