import { atEndOfTests } from "./at-end.js";
import { Bucket } from "./bucket.js";
import { FaultProxy } from "./fault-proxy.js";
import { GcsEmulator } from "./gcs-emulator.js";
import { KafkaBroker, uniqueName, type BrokerOptions } from "./kafka-broker.js";
import { TcpProxy } from "./tcp-proxy.js";
import { TestKafka } from "./topics.js";

/**
 * One broker and one emulator for all tests of a mocha process, started when the first test asks. Where
 * `SLUICE_TEST_BOOTSTRAP` or `SLUICE_TEST_GCS` says that one runs already (`npm run services`), that one is used.
 */
let broker: Promise<KafkaBroker> | undefined;
let emulator: Promise<GcsEmulator> | undefined;
let proxied: Promise<ProxiedBroker> | undefined;
let faults: Promise<FaultProxy> | undefined;

export interface ProxiedBroker {
  readonly broker: KafkaBroker;
  readonly proxy: TcpProxy;
  /** Bootstrap address of the proxy; clients that start here never learn of another address. */
  readonly bootstrap: string;
}

/** Bootstrap address of the shared broker. */
export async function sharedBootstrap(): Promise<string> {
  const given = process.env["SLUICE_TEST_BOOTSTRAP"];
  if (given !== undefined && given !== "") return given;
  broker ??= proxied === undefined ? startBroker() : proxied.then((started) => started.broker);
  const started = await broker;
  started.process?.expectRunning();
  return started.bootstrap();
}

/** Killed at the end: its data is thrown away, so an orderly stop would only take time. */
async function startBroker(options?: BrokerOptions): Promise<KafkaBroker> {
  const started = await KafkaBroker.start(options);
  atEndOfTests(() => started.kill());
  return started;
}

/** A test client of the shared broker. */
export async function sharedKafka(): Promise<TestKafka> {
  return new TestKafka(await sharedBootstrap());
}

/** A broker of this process behind a TCP proxy. Whoever sets a fault lifts it again before the test ends. */
export function proxiedBroker(): Promise<ProxiedBroker> {
  proxied ??= startProxied();
  return proxied;
}

async function startProxied(): Promise<ProxiedBroker> {
  const proxy = await TcpProxy.start();
  atEndOfTests(() => proxy.stop());
  const started = await startBroker({ listeners: [{ name: "PROXIED", advertisedPort: proxy.port }] });
  proxy.forwardTo(started.port("PROXIED"));
  return { broker: started, proxy, bootstrap: `127.0.0.1:${proxy.port}` };
}

/** Base URL of the shared storage emulator. */
export async function sharedGcs(): Promise<string> {
  const given = process.env["SLUICE_TEST_GCS"];
  if (given !== undefined && given !== "") return given;
  emulator ??= startEmulator();
  const started = await emulator;
  started.process.expectRunning();
  return started.url;
}

async function startEmulator(): Promise<GcsEmulator> {
  const started = await GcsEmulator.start();
  atEndOfTests(() => started.stop());
  return started;
}

/** The shared fault proxy in front of the shared emulator. Whoever sets a rule clears it before the test ends. */
export async function sharedFaults(): Promise<FaultProxy> {
  faults ??= startFaults();
  return faults;
}

async function startFaults(): Promise<FaultProxy> {
  const started = await FaultProxy.start(await sharedGcs());
  atEndOfTests(() => started.stop());
  return started;
}

/** A new bucket in the shared emulator. */
export async function newBucket(prefix = "bucket"): Promise<Bucket> {
  return Bucket.create(await sharedGcs(), uniqueName(prefix));
}

/** A new topic on the shared broker; returns its name. */
export async function newTopic(
  prefix = "topic",
  partitions = 1,
  configs: Record<string, string> = {},
): Promise<string> {
  const topic = uniqueName(prefix);
  await (await sharedKafka()).createTopic(topic, { partitions, configs });
  return topic;
}
