import { Kafka, logLevel } from "kafkajs";

/**
 * The program of the kafkajs scenario: a bare consumer that counts records, as the lower bound of what any sink on that
 * client's consumer costs. Arguments: bootstrap address, then pairs of topic and record count, read one after the other.
 * Prints `ready <topic>` before and `done <topic>` after each.
 */
async function main(): Promise<void> {
  const [bootstrap = "", ...rest] = process.argv.slice(2);
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.ERROR });
  for (let i = 0; i < rest.length; i += 2) {
    const topic = rest[i] ?? "";
    console.log(`ready ${topic}`);
    await consume(kafka, topic, Number(rest[i + 1]));
    console.log(`done ${topic}`);
  }
  // The parent reads the last usage from /proc, then stops this process.
  setInterval(() => undefined, 60_000);
}

async function consume(kafka: Kafka, topic: string, count: number): Promise<void> {
  // The limits are those of the other scenarios: 50 MB per fetch, 1 MB per partition.
  const consumer = kafka.consumer({
    groupId: `${topic}-kafkajs`,
    maxBytes: 52_428_800,
    maxBytesPerPartition: 1_048_576,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        partitionsConsumedConcurrently: 4,
        eachBatch: ({ batch }) => {
          seen += batch.messages.length;
          if (seen >= count) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}

await main();
