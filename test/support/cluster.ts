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

  constructor(private readonly properties: Properties = {}) {}

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
      bootstrap: await sharedBootstrap(),
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
