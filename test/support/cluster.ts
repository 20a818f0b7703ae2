import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConnectWorker, type WorkerOptions } from "./connect-worker.js";
import { temporaryFolder, projectFolder } from "./folders.js";
import { uniqueName } from "./kafka-broker.js";
import type { Properties } from "./properties.js";
import { sharedBootstrap, sharedKafka } from "./shared.js";
import { waitUntil } from "./wait.js";

/** Folder of compiled test plug-ins, for `plugin.path`. */
const PLUGINS = join(projectFolder, "dist", "test", "support", "plugins");

/** Workers of one Connect cluster, ours and the JVM's, which all have Kafka's FileStreamSink. */
export class Cluster {
  readonly group = uniqueName("connect-cluster");
  readonly folder = temporaryFolder("cluster");
  readonly workers: ConnectWorker[] = [];

  constructor(
    private readonly properties: Properties = {},
    /** Default: the shared broker. */
    private readonly bootstrap: string | null = null,
    /** `ssl.*` for listeners over which the workers ask each other; default: they speak HTTP. */
    private readonly https: Properties | null = null,
  ) {}

  /** Starts workers of ours at the same time. */
  async startOurs(count = 1, properties: Properties = {}): Promise<ConnectWorker[]> {
    const started = await Promise.all(
      Array.from({ length: count }, async () =>
        ConnectWorker.start(await this.#options({ "plugin.path": PLUGINS, ...properties })),
      ),
    );
    this.workers.push(...started);
    return started;
  }

  async startJvm(properties: Properties = {}): Promise<ConnectWorker> {
    const worker = await ConnectWorker.startJvm(await this.#options(properties));
    this.workers.push(worker);
    return worker;
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill().catch(() => undefined)));
  }

  async #options(properties: Properties): Promise<WorkerOptions> {
    return {
      bootstrap: this.bootstrap ?? (await sharedBootstrap()),
      ...(this.https === null ? {} : { https: this.https }),
      properties: {
        "group.id": this.group,
        "config.storage.topic": `${this.group}-configs`,
        "offset.storage.topic": `${this.group}-offsets`,
        "status.storage.topic": `${this.group}-status`,
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "session.timeout.ms": 6000,
        "heartbeat.interval.ms": 500,
        "consumer.session.timeout.ms": 6000,
        "consumer.heartbeat.interval.ms": 1000,
        ...this.properties,
        ...properties,
      },
    };
  }

  /** A file that a connector of the cluster may write to. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Config of a FileStreamSink; the file gets the values of the topic, a line each. */
  fileSink(topic: string, file: string, tasks: number): Record<string, string> {
    return {
      "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
      topics: topic,
      file,
      "tasks.max": String(tasks),
    };
  }

  /**
   * Waits until connectors with so many tasks run, and gives how many of all instances each worker has, by worker id. With
   * `evenly`, waits until each has as many.
   */
  async spread(
    through: ConnectWorker,
    connectors: Readonly<Record<string, number>>,
    workers: number,
    evenly = false,
  ): Promise<Map<string, number>> {
    let last = new Map<string, number>();
    return waitUntil(
      `${Object.keys(connectors).join(", ")} run on ${workers} worker(s)`,
      async () => {
        const counts = new Map<string, number>();
        for (const [name, tasks] of Object.entries(connectors)) {
          const { status, body } = await through.rest.request<{
            connector: { state: string; worker_id: string };
            tasks: { state: string; worker_id: string }[];
          }>("GET", `/connectors/${name}/status`);
          if (status !== 200 || body.tasks.length !== tasks) return undefined;
          for (const { state, worker_id: worker } of [body.connector, ...body.tasks]) {
            if (state !== "RUNNING") return undefined;
            counts.set(worker, (counts.get(worker) ?? 0) + 1);
          }
        }
        last = counts;
        if (counts.size !== workers || (evenly && new Set(counts.values()).size > 1)) return undefined;
        return counts;
      },
      { deadlineMs: 180_000, context: () => JSON.stringify([...last]) },
    );
  }
}

/**
 * Waits until all connectors and tasks run on so many workers, none of which has two more than another: connectors and tasks are
 * counted on their own, as Connect balances them.
 */
export async function balanced(
  through: ConnectWorker,
  connectors: Readonly<Record<string, number>>,
  workers: number,
): Promise<void> {
  let last = "";
  await waitUntil(
    `${Object.keys(connectors).join(", ")} are balanced over ${workers} worker(s)`,
    async () => {
      const placed = { connectors: new Map<string, number>(), tasks: new Map<string, number>() };
      const add = (to: Map<string, number>, worker: string): void => void to.set(worker, (to.get(worker) ?? 0) + 1);
      let running = true;
      for (const [name, tasks] of Object.entries(connectors)) {
        const { connector, tasks: listed } = await through.rest.status(name);
        running &&= [connector, ...listed].every(({ state }) => state === "RUNNING") && listed.length === tasks;
        add(placed.connectors, connector.worker_id);
        for (const { worker_id: worker } of listed) add(placed.tasks, worker);
      }
      last = JSON.stringify({ running, connectors: [...placed.connectors], tasks: [...placed.tasks] });
      const even = (counts: Map<string, number>): boolean => {
        const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
        const most = Math.max(...counts.values());
        return counts.size === Math.min(workers, total) && most <= Math.ceil(total / workers);
      };
      return running && even(placed.connectors) && even(placed.tasks);
    },
    { deadlineMs: 180_000, everyMs: 100, context: () => last },
  );
}

/** Sends `count` numbered values to a topic, over all its partitions, and waits until the file holds each of all values once or more. */
export async function produceAndAwait(topic: string, file: string, from: number, count: number): Promise<void> {
  const kafka = await sharedKafka();
  await kafka.produce(
    topic,
    Array.from({ length: count }, (_, n) => ({ key: null, value: `v${from + n}` })),
  );
  await waitUntil(
    `${file} holds v0 to v${from + count - 1}`,
    () => {
      const lines = linesOf(file);
      for (let n = 0; n < from + count; n++) if (!lines.includes(`v${n}`)) return undefined;
      return true;
    },
    { deadlineMs: 180_000, context: () => `${linesOf(file).length} lines` },
  );
}

export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  } catch {
    return [];
  }
}
