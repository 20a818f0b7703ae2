import assert from "node:assert/strict";
import { makeCertificates, STORE_PASSWORD, type Certificates } from "../../../support/certificates.js";
import { Cluster, produceAndAwait } from "../../../support/cluster.js";
import type { ConnectWorker } from "../../../support/connect-worker.js";
import type { Properties } from "../../../support/properties.js";
import { newTopic, sharedKafka } from "../../../support/shared.js";

const KEY_TTL_MS = 1500;
const CONNECTORS = { a: 2, b: 2 };

/** A certificate of an authority of our own, which every worker shows and asks the others for. */
async function makeStores(): Promise<Properties> {
  const certificates: Certificates = await makeCertificates();
  await certificates.issue("worker", "IP:127.0.0.1", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
  await certificates.pkcs12("worker");
  await certificates.trustStore("PKCS12");
  return {
    "ssl.keystore.type": "PKCS12",
    "ssl.keystore.location": certificates.path("worker.p12"),
    "ssl.keystore.password": STORE_PASSWORD,
    "ssl.truststore.type": "PKCS12",
    "ssl.truststore.location": certificates.path("trust.pkcs12"),
    "ssl.truststore.password": STORE_PASSWORD,
    "ssl.client.auth": "required",
  };
}

describe("Workers that speak HTTPS with each other and renew their session key", () => {
  let cluster: Cluster;
  let workers: ConnectWorker[];
  let topic: string;

  before(async () => {
    cluster = new Cluster({ "inter.worker.key.ttl.ms": KEY_TTL_MS }, null, await makeStores());
    topic = await newTopic("https", 2);
    workers = await cluster.startOurs(2);
    for (const [index, name] of Object.keys(CONNECTORS).entries())
      await workers[index]!.rest.putConnector(name, cluster.fileSink(topic, cluster.file(name), 2));
  });
  after(() => cluster.stop());

  async function restartAllFromAnywhere(): Promise<void> {
    for (const { rest } of workers)
      for (const name of Object.keys(CONNECTORS)) {
        await rest.ok("POST", `/connectors/${name}/restart`);
        await rest.ok("POST", `/connectors/${name}/tasks/0/restart`);
        await rest.ok("POST", `/connectors/${name}/tasks/1/restart`);
      }
  }

  /** Each worker has a connector, so that those that do not lead have to bring its tasks to the leader, signed. */
  async function scaleFromAnywhere(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++)
      for (const tasks of [1, 2]) {
        for (const [index, name] of Object.keys(CONNECTORS).entries())
          await workers[(round + index) % workers.length]!.rest.putConnector(
            name,
            cluster.fileSink(topic, cluster.file(name), tasks),
          );
        for (const name of Object.keys(CONNECTORS)) await workers[0]!.rest.waitForRunning(name, tasks);
      }
  }

  async function sessionKeys(): Promise<Set<string>> {
    const records = await (await sharedKafka()).readTopic(`${cluster.group}-configs`);
    return new Set(
      records.filter(({ key }) => key?.toString() === "session-key").map(({ value }) => value!.toString()),
    );
  }

  it("WorkerClient reaches leader and owners with the worker's own certificate", async () => {
    const spread = await cluster.spread(workers[0]!, CONNECTORS, 2, true);
    assert.deepEqual([...spread.keys()].sort(), workers.map(({ workerId }) => workerId).sort());
    await restartAllFromAnywhere();
  });

  it("TaskPublisher brings task configs to the leader while the session key is renewed", async () => {
    const before = await sessionKeys();
    await scaleFromAnywhere(4);
    const keys = await sessionKeys();
    assert.ok(keys.size > before.size, "no new key was made");
    await produceAndAwait(topic, cluster.file("a"), 0, 20);
  });

  it("Workers of ours and of the JVM reach each other in the same way", async () => {
    workers.push(await cluster.startJvm());
    await cluster.spread(workers[2]!, CONNECTORS, 3);
    await restartAllFromAnywhere();
    await scaleFromAnywhere(1);
    // Whoever of the other two leads now, the JVM or ours, the requests go both ways.
    await workers.shift()!.stop();
    await cluster.spread(workers[1]!, CONNECTORS, 2);
    await restartAllFromAnywhere();
    await scaleFromAnywhere(2);
    await produceAndAwait(topic, cluster.file("b"), 20, 20);
  });
});
