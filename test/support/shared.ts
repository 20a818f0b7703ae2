import { Bucket } from "./bucket.js";
import { FaultProxy } from "./fault-proxy.js";
import { GcsEmulator } from "./gcs-emulator.js";
import { KafkaBroker, uniqueName } from "./kafka-broker.js";
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
  broker ??= proxied === undefined ? KafkaBroker.start() : proxied.then((started) => started.broker);
  return (await broker).bootstrap();
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
  const started = await KafkaBroker.start({ listeners: [{ name: "PROXIED", advertisedPort: proxy.port }] });
  proxy.forwardTo(started.port("PROXIED"));
  return { broker: started, proxy, bootstrap: `127.0.0.1:${proxy.port}` };
}

/** Base URL of the shared storage emulator. */
export async function sharedGcs(): Promise<string> {
  const given = process.env["SLUICE_TEST_GCS"];
  if (given !== undefined && given !== "") return given;
  emulator ??= GcsEmulator.start();
  return (await emulator).url;
}

/** The shared fault proxy in front of the shared emulator. Whoever sets a rule clears it before the test ends. */
export async function sharedFaults(): Promise<FaultProxy> {
  faults ??= sharedGcs().then((url) => FaultProxy.start(url));
  return faults;
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

/** Stops what was started; called once, after all tests. */
export async function stopShared(): Promise<void> {
  await (await faults)?.stop();
  await (await proxied)?.proxy.stop();
  await (await proxied)?.broker.kill();
  await (await broker)?.kill();
  await (await emulator)?.stop();
}
