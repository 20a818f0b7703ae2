import { setTimeout as sleep } from "node:timers/promises";
import type { TestKafka } from "./topics.js";
import { waitUntil } from "./wait.js";

const EVERY_MS = 100;
/** So many commits of each partition after an event show that it is over. */
const COMMITS_AFTER = 3;

/** One partition that a connector reads. */
interface Progress {
  committed: number;
  /** When the committed offset was seen to grow, since the event under way began; the first is the last time before it. */
  readonly grownAtMs: number[];
}

interface Watched {
  readonly label: string;
  readonly connector: string;
  readonly topic: string;
  readonly partitions: ReadonlyMap<number, Progress>;
}

interface EventFigures {
  readonly event: string;
  readonly seconds: number;
  readonly gaps: ReadonlyMap<string, number>;
}

/**
 * Sees sink connectors commit offsets of topics into which records flow, and tells the longest time in which a partition of a
 * connector did not get on, event by event.
 */
export class ProgressWatch {
  readonly #watched: Watched[] = [];
  readonly #figures: EventFigures[] = [];
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(private readonly kafka: TestKafka) {
    this.#running = this.#run();
  }

  /** From now on; resolves when the connector has committed something of each partition. */
  async add(label: string, connector: string, topic: string, partitionCount: number): Promise<void> {
    const partitions = new Map(
      Array.from({ length: partitionCount }, (_, partition) => [
        partition,
        { committed: -1, grownAtMs: [performance.now()] },
      ]),
    );
    this.#watched.push({ label, connector, topic, partitions });
    await waitUntil(`${label} commits`, () => [...partitions.values()].every(({ committed }) => committed > 0), {
      deadlineMs: 120_000,
    });
  }

  /**
   * Runs `work` and waits until all partitions get on again. Gives the longest time without progress of any of them, in
   * milliseconds.
   */
  async during(event: string, work: () => Promise<void>): Promise<number> {
    const all = this.#watched.flatMap(({ label, partitions }) =>
      [...partitions].map(([partition, { grownAtMs }]) => ({ name: `${label}-${partition}`, grownAtMs })),
    );
    for (const { grownAtMs } of all) grownAtMs.splice(0, grownAtMs.length - 1);
    const startMs = performance.now();
    await work();
    const endMs = performance.now();
    for (const { name, grownAtMs } of all)
      await waitUntil(
        `${name} gets on after: ${event}`,
        () => grownAtMs.filter((timeMs) => timeMs > endMs).length >= COMMITS_AFTER,
        { deadlineMs: 120_000 },
      );
    const gaps = new Map(
      this.#watched.map(({ label, partitions }) => [
        label,
        Math.max(...[...partitions.values()].map(({ grownAtMs }) => longestGap(grownAtMs))),
      ]),
    );
    this.#figures.push({ event, seconds: (endMs - startMs) / 1000, gaps });
    return Math.max(...gaps.values());
  }

  /** One line for each event: how long it took, and each connector's longest time without progress. */
  report(): string {
    const inSeconds = (ms: number): string => (ms / 1000).toFixed(1);
    const lines = this.#figures.map(({ event, seconds, gaps }) => {
      const each = [...gaps].map(([label, ms]) => `${label} ${inSeconds(ms)}`).join(", ");
      return `      ${event}: ${seconds.toFixed(1)} s until all was in place; longest time in which a partition made no progress, s: ${each}`;
    });
    return lines.join("\n");
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const admin = this.kafka.client.admin({ retry: { retries: 0 } });
    while (!this.#stopping.signal.aborted) {
      for (const { connector, topic, partitions } of this.#watched) {
        try {
          await admin.connect();
          const [answer] = await admin.fetchOffsets({ groupId: `connect-${connector}`, topics: [topic] });
          for (const { partition, offset } of answer?.partitions ?? []) {
            const progress = partitions.get(partition);
            if (progress === undefined || Number(offset) <= progress.committed) continue;
            progress.committed = Number(offset);
            progress.grownAtMs.push(performance.now());
          }
        } catch {
          // No coordinator at the moment: nothing is seen to grow.
        }
      }
      await sleep(EVERY_MS);
    }
    await admin.disconnect();
  }
}

function longestGap(timesMs: readonly number[]): number {
  return timesMs.reduce((longest, timeMs, index) => Math.max(longest, timeMs - (timesMs[index - 1] ?? timeMs)), 0);
}
