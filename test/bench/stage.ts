import { join } from "node:path";
import { makeCertificates, STORE_PASSWORD, type Certificates } from "../support/certificates.js";
import { GcsEmulator } from "../support/gcs-emulator.js";
import { KafkaBroker } from "../support/kafka-broker.js";
import type { Properties } from "../support/properties.js";
import { SchemaRegistry } from "../support/schema-registry.js";
import { TestKafka } from "../support/topics.js";
import { projectFolder } from "../support/folders.js";
import { Workloads } from "./workload.js";

/** How much a run does. */
export interface Extent {
  /** Records of a scenario; scenarios with larger records have fewer. */
  readonly records: number;
  /** Records that one worker reads for the cost of the last next to the cost of the first. */
  readonly growthRecords: number;
  readonly idleSeconds: number;
  /** Write a CPU profile of each thread of our workers. */
  readonly profile: boolean;
  /** Added to, and winning over, the configuration of our connectors and workers. */
  readonly connectorChanges: Readonly<Record<string, string>>;
  readonly workerChanges: Readonly<Record<string, string>>;
}

/** What scenarios run against. */
export class Stage {
  readonly kafka: TestKafka;
  readonly workloads: Workloads;

  private constructor(
    readonly extent: Extent,
    private readonly broker: KafkaBroker,
    private readonly emulator: GcsEmulator,
    readonly registry: SchemaRegistry,
    private readonly certificates: Certificates | null,
  ) {
    this.kafka = new TestKafka(broker.bootstrap());
    this.workloads = new Workloads(this.kafka, registry);
  }

  /** `tls` adds a listener, which takes OpenSSL. */
  static async start(extent: Extent, { tls }: { tls: boolean }): Promise<Stage> {
    const certificates = tls ? await brokerCertificates() : null;
    const [broker, emulator, registry] = await Promise.all([
      KafkaBroker.start({ heapMb: 1024, warm: true, ...(certificates === null ? {} : tlsListener(certificates)) }),
      GcsEmulator.start(),
      SchemaRegistry.start(),
    ]);
    return new Stage(extent, broker, emulator, registry, certificates);
  }

  get bootstrap(): string {
    return this.broker.bootstrap();
  }

  /** Base URL of the storage emulator. */
  get gcs(): string {
    return this.emulator.url;
  }

  /** Worker properties by which all its clients use TLS. */
  tlsProperties(): Properties {
    if (this.certificates === null) throw new Error("the stage was started without TLS");
    const client = {
      "security.protocol": "SSL",
      "ssl.truststore.type": "PEM",
      "ssl.truststore.location": this.certificates.path("root.pem"),
    };
    const prefixes = ["", "consumer.", "producer.", "admin."];
    return Object.fromEntries([
      ["bootstrap.servers", this.broker.bootstrap("TLS")],
      ...prefixes.flatMap((prefix) => Object.entries(client).map(([key, value]) => [`${prefix}${key}`, value])),
    ]) as Properties;
  }

  async stop(): Promise<void> {
    await this.registry.stop();
    await this.emulator.stop();
    await this.broker.stop();
  }
}

/** Where the profiles of a scenario go. */
export function profileFolder(name: string): string {
  return join(projectFolder, "bench-profile", name);
}

async function brokerCertificates(): Promise<Certificates> {
  const certificates = await makeCertificates();
  await certificates.issue("broker", "IP:127.0.0.1", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
  await certificates.pkcs12("broker");
  return certificates;
}

function tlsListener(certificates: Certificates) {
  return {
    listeners: [{ name: "TLS", protocol: "SSL" as const }],
    properties: {
      "ssl.keystore.type": "PKCS12",
      "ssl.keystore.location": certificates.path("broker.p12"),
      "ssl.keystore.password": STORE_PASSWORD,
    },
  };
}
