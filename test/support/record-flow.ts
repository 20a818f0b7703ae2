import { setTimeout as sleep } from "node:timers/promises";
import type { Producer } from "kafkajs";
import type { TestKafka } from "./topics.js";

/** Of each topic, at a time. */
const ROUND = 10;
const PAUSE_MS = 100;

/**
 * Writes numbered records to topics, little by little, until it is stopped. What counts is what then stands in the topics: a
 * write that failed may have been done or not.
 */
export class RecordFlow {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(
    private readonly kafka: TestKafka,
    private readonly topics: readonly { readonly topic: string; readonly partitions: number }[],
  ) {
    this.#running = this.#run();
  }

  /** Settles when the last write has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let producer: Producer | null = null;
    for (let round = 0; !this.#stopping.signal.aborted; round++) {
      try {
        if (producer === null) {
          producer = this.kafka.client.producer({ allowAutoTopicCreation: false, idempotent: true });
          await producer.connect();
        }
        for (const { topic, partitions } of this.topics)
          await producer.send({
            topic,
            messages: Array.from({ length: ROUND }, (_, index) => ({
              key: null,
              value: `{"topic":"${topic}","n":${round * ROUND + index}}`,
              partition: (round + index) % partitions,
            })),
          });
      } catch {
        // The broker is away: an idempotent producer that has failed once cannot go on.
        await producer?.disconnect().catch(() => undefined);
        producer = null;
      }
      await sleep(PAUSE_MS);
    }
    await producer?.disconnect();
  }
}
