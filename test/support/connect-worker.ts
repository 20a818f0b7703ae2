import { join } from "node:path";
import { ConnectRest } from "./connect-rest.js";
import { projectFolder, temporaryFolder, writeAtomically } from "./folders.js";
import { uniqueName } from "./kafka-broker.js";
import { javaArguments, type JavaOptions } from "./kafka-jars.js";
import { freePort } from "./ports.js";
import { OwnedProcess } from "./process.js";
import { propertiesText, type Properties } from "./properties.js";

export interface WorkerOptions {
  readonly bootstrap: string;
  /** Distributed by default. */
  readonly mode?: "distributed" | "standalone";
  /** Added to, and winning over, what `workerProperties` says. */
  readonly properties?: Properties;
  /** Files of connectors on the command line (standalone). */
  readonly connectors?: readonly Properties[];
  readonly env?: Record<string, string | undefined>;
  /** `ssl.*` of a further listener that speaks HTTPS, which is then the one that other workers use. */
  readonly https?: Properties;
  /** Node's own flags, for example `--max-old-space-size=200` (our worker only). */
  readonly nodeFlags?: readonly string[];
}

/**
 * A Connect worker in a process of its own: ours, or the JVM's to compare with. It can be killed, paused (SIGSTOP) and
 * started again with the same properties.
 */
export class ConnectWorker {
  process!: OwnedProcess;
  readonly rest: ConnectRest;

  private constructor(
    readonly url: string,
    /** `host:port`, as status topics and answers name the worker. */
    readonly workerId: string,
    private readonly launch: () => Promise<OwnedProcess> | OwnedProcess,
  ) {
    this.rest = new ConnectRest(url);
  }

  /** Starts `bin/connect-distributed` or `bin/connect-standalone` of this checkout; resolves when REST answers. */
  static async start(options: WorkerOptions): Promise<ConnectWorker> {
    const { mode = "distributed", env, nodeFlags = [] } = options;
    return ConnectWorker.launchWith(options, (args) => {
      const flags = [process.env["NODE_OPTIONS"], ...nodeFlags].filter(Boolean).join(" ");
      return new OwnedProcess({
        name: `sluice-${mode}`,
        command: join(projectFolder, "bin", `connect-${mode}`),
        args,
        env: { ...env, NODE_OPTIONS: flags },
      });
    });
  }

  /** Starts Apache Kafka's own worker; resolves when REST answers. */
  static async startJvm(options: WorkerOptions & JavaOptions): Promise<ConnectWorker> {
    const { mode = "distributed", env } = options;
    const mainClass = `org.apache.kafka.connect.cli.${mode === "distributed" ? "ConnectDistributed" : "ConnectStandalone"}`;
    return ConnectWorker.launchWith(options, async (args) => {
      const command = await javaArguments(mainClass, args, { heapMb: 512, ...options });
      return new OwnedProcess({
        name: `jvm-${mode}`,
        command: "java",
        args: command,
        ...(env === undefined ? {} : { env }),
      });
    });
  }

  private static async launchWith(
    options: WorkerOptions,
    launch: (args: string[]) => Promise<OwnedProcess> | OwnedProcess,
  ): Promise<ConnectWorker> {
    const port = await freePort();
    const httpsPort = options.https === undefined ? null : await freePort();
    const folder = temporaryFolder("connect");
    const files = [
      {
        ...workerProperties(options, port, folder),
        ...(httpsPort === null ? {} : httpsProperties(port, httpsPort, options.https!)),
        ...options.properties,
      },
      ...(options.connectors ?? []),
    ];
    const args = files.map((properties, index) => {
      const path = join(folder, index === 0 ? "worker.properties" : `connector-${index}.properties`);
      writeAtomically(path, propertiesText(properties));
      return path;
    });
    const worker = new ConnectWorker(`http://127.0.0.1:${port}`, `127.0.0.1:${httpsPort ?? port}`, () => launch(args));
    await worker.restart();
    return worker;
  }

  /** Starts the worker again, with the same properties and port. */
  async restart(): Promise<void> {
    this.process = await this.launch();
    await this.process.untilReady("REST answers", async () => (await fetch(`${this.url}/`)).status !== 404, {
      deadlineMs: 120_000,
    });
  }

  /** SIGTERM, then waits for the end. */
  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.process.kill();
  }
}

/** Tests ask over HTTP, workers each other over HTTPS. */
function httpsProperties(port: number, httpsPort: number, ssl: Properties): Properties {
  return {
    listeners: `http://127.0.0.1:${port},https://127.0.0.1:${httpsPort}`,
    "rest.advertised.listener": "https",
    ...Object.fromEntries(Object.entries(ssl).map(([key, value]) => [`listeners.https.${key}`, value])),
  };
}

/** What every worker of the tests has: JSON without schemas, quick commits, state topics of its own. */
function workerProperties({ bootstrap, mode }: WorkerOptions, port: number, folder: string): Properties {
  const common: Properties = {
    "bootstrap.servers": bootstrap,
    listeners: `http://127.0.0.1:${port}`,
    "rest.advertised.host.name": "127.0.0.1",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter.schemas.enable": false,
    "offset.flush.interval.ms": 1000,
    "consumer.metadata.max.age.ms": 5000,
  };
  if (mode === "standalone") return { ...common, "offset.storage.file.filename": join(folder, "offsets") };
  const group = uniqueName("connect-cluster");
  return {
    ...common,
    "group.id": group,
    "config.storage.topic": `${group}-configs`,
    "offset.storage.topic": `${group}-offsets`,
    "status.storage.topic": `${group}-status`,
    "config.storage.replication.factor": 1,
    "offset.storage.replication.factor": 1,
    "offset.storage.partitions": 2,
    "status.storage.replication.factor": 1,
    "status.storage.partitions": 2,
    // Shorter than by default, so that a test of a lost worker does not take five minutes.
    "scheduled.rebalance.max.delay.ms": 1000,
  };
}
