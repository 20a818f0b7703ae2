import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { cacheFolder, temporaryFolder, withCacheLock, writeAtomically } from "./folders.js";
import { javaArguments, kafkaVersion } from "./kafka-jars.js";
import { freePort } from "./ports.js";
import { OwnedProcess, runCommand } from "./process.js";
import { propertiesText, type Properties } from "./properties.js";

export interface ListenerOptions {
  /** Upper case, for example `PROXIED`. */
  readonly name: string;
  readonly protocol?: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
  /** What clients are told to connect to, when that is a proxy's port and not the listener's own. */
  readonly advertisedPort?: number;
}

export interface BrokerOptions {
  readonly version?: string;
  readonly heapMb?: number;
  /** Beside `PLAINTEXT`, which is always there. */
  readonly listeners?: readonly ListenerOptions[];
  /** Added to, and winning over, the settings of this file. */
  readonly properties?: Properties;
  /** JVM flags, for example a JAAS file. */
  readonly flags?: readonly string[];
  /** For benchmarks: a JVM that starts slower and runs faster. */
  readonly warm?: boolean;
  /** A running broker whose cluster this one joins as a further node. */
  readonly joins?: KafkaBroker;
}

/** An Apache Kafka broker in KRaft mode, with its data in a temporary folder; it can be stopped and started again. */
export class KafkaBroker {
  process: OwnedProcess | undefined;

  private constructor(
    readonly nodeId: number,
    readonly clusterId: string,
    readonly controllerPort: number,
    private readonly ports: ReadonlyMap<string, number>,
    private readonly configFile: string,
    private readonly options: BrokerOptions,
  ) {}

  /** Formats the storage and starts the broker; resolves when it answers clients. */
  static async start(options: BrokerOptions = {}): Promise<KafkaBroker> {
    const nodeId = options.joins === undefined ? 1 : options.joins.nodeId + 1;
    const folder = temporaryFolder(`kafka-${nodeId}`);
    const listeners: ListenerOptions[] = [{ name: "PLAINTEXT" }, ...(options.listeners ?? [])];
    const ports = new Map<string, number>();
    for (const { name } of listeners) ports.set(name, await freePort());
    const broker = new KafkaBroker(
      nodeId,
      options.joins?.clusterId ?? uuid(),
      options.joins?.controllerPort ?? (await freePort()),
      ports,
      join(folder, "server.properties"),
      options,
    );
    const settings = brokerSettings(broker, listeners, join(folder, "data"));
    writeAtomically(broker.configFile, propertiesText({ ...settings, ...options.properties }));
    await formatStorage(join(folder, "data"), nodeId, broker.clusterId, options.version ?? kafkaVersion);
    await broker.restart();
    return broker;
  }

  /** `host:port` of a listener. */
  bootstrap(listener = "PLAINTEXT"): string {
    return `127.0.0.1:${this.port(listener)}`;
  }

  /** The port a listener is bound to (not the advertised one). */
  port(listener = "PLAINTEXT"): number {
    const port = this.ports.get(listener);
    if (port === undefined) throw new Error(`the broker has no listener ${listener}`);
    return port;
  }

  /** Starts the broker on the same ports and data, after `stop` or `kill`. */
  async restart(): Promise<void> {
    const args = await javaArguments("kafka.Kafka", [this.configFile], {
      ...this.options,
      heapMb: this.options.heapMb ?? 320,
    });
    this.process = new OwnedProcess({ name: `kafka-${this.nodeId}`, command: "java", args });
    const admin = new Kafka({
      brokers: [this.bootstrap()],
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      retry: { retries: 0 },
    }).admin();
    await this.process.untilReady(
      "answers clients",
      async () => {
        await admin.connect();
        // Asking for a group's offsets has the broker make the topic for them; until it has loaded it, no group works.
        await admin.fetchOffsets({ groupId: "readiness", topics: [] });
        const { brokers } = await admin.describeCluster();
        return brokers.some(({ nodeId }) => nodeId === this.nodeId);
      },
      { deadlineMs: 120_000, everyMs: 200 },
    );
    await admin.disconnect();
  }

  /** Stops the broker in an orderly way (SIGTERM). */
  async stop(): Promise<void> {
    await this.process?.stop();
  }

  /** Kills the broker as a lost machine would. */
  async kill(): Promise<void> {
    await this.process?.kill();
  }
}

function brokerSettings(broker: KafkaBroker, listeners: readonly ListenerOptions[], dataFolder: string): Properties {
  const isController = broker.nodeId === 1;
  const bound = listeners.map(({ name }) => `${name}://127.0.0.1:${broker.port(name)}`);
  if (isController) bound.push(`CONTROLLER://127.0.0.1:${broker.controllerPort}`);
  return {
    "process.roles": isController ? "broker,controller" : "broker",
    "node.id": broker.nodeId,
    "controller.quorum.voters": `1@127.0.0.1:${broker.controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    listeners: bound.join(","),
    "advertised.listeners": listeners
      .map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort ?? broker.port(name)}`)
      .join(","),
    "listener.security.protocol.map": [
      "CONTROLLER:PLAINTEXT",
      ...listeners.map(({ name, protocol }) => `${name}:${protocol ?? "PLAINTEXT"}`),
    ].join(","),
    "log.dirs": dataFolder,
    "auto.create.topics.enable": false,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1000,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 2,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    // A killed broker is let back in once its old session has ended.
    "broker.session.timeout.ms": 3000,
    "broker.heartbeat.interval.ms": 500,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "background.threads": 2,
    // The default would take half of the small heap.
    "log.cleaner.dedupe.buffer.size": 4_194_304,
    // Tests raise a topic's own limit when they need larger records; this one is for the broker as a whole.
    "message.max.bytes": 33_554_432,
  };
}

/**
 * Formats the storage as `kafka-storage format` does, which needs a JVM for what is the same each time but for two
 * ids: the tool runs once per version, and its checkpoint of feature levels is kept in the cache.
 */
async function formatStorage(dataFolder: string, nodeId: number, clusterId: string, version: string): Promise<void> {
  const checkpoint = join(cacheFolder(), `kafka-${version}-bootstrap.checkpoint`);
  if (!existsSync(checkpoint)) await withCacheLock("format", () => makeCheckpoint(checkpoint, version));
  mkdirSync(dataFolder);
  copyFileSync(checkpoint, join(dataFolder, "bootstrap.checkpoint"));
  writeAtomically(
    join(dataFolder, "meta.properties"),
    propertiesText({ version: 1, "node.id": nodeId, "cluster.id": clusterId, "directory.id": uuid() }),
  );
}

async function makeCheckpoint(checkpoint: string, version: string): Promise<void> {
  if (existsSync(checkpoint)) return;
  const folder = temporaryFolder("kafka-format");
  const config = join(folder, "server.properties");
  writeAtomically(
    config,
    propertiesText({
      "process.roles": "broker,controller",
      "node.id": 1,
      listeners: "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2",
      "controller.quorum.voters": "1@127.0.0.1:2",
      "controller.listener.names": "CONTROLLER",
      "log.dirs": join(folder, "data"),
    }),
  );
  const args = await javaArguments("kafka.tools.StorageTool", ["format", "-t", uuid(), "-c", config], { version });
  await runCommand({ name: "kafka-storage", command: "java", args });
  copyFileSync(join(folder, "data", "bootstrap.checkpoint"), `${checkpoint}.${process.pid}`);
  copyFileSync(`${checkpoint}.${process.pid}`, checkpoint);
}

/** Kafka's text form of a UUID: URL-safe base64 without padding. It may not start with a dash. */
function uuid(): string {
  const text = randomBytes(16).toString("base64url");
  return text.startsWith("-") ? uuid() : text;
}

/** A name nobody else uses, for a topic, group, bucket or connector. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
