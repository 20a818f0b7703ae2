import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryFolder, writeAtomically } from "../../support/folders.js";
import { ConnectWorker } from "../../support/connect-worker.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { newBucket, sharedBootstrap, sharedGcs, sharedKafka } from "../../support/shared.js";
import { loadCases, type Profile } from "./case-file.js";
import { playCase } from "./play.js";

const RUN = uniqueName("rg");

/** Names that the recordings use, and ours for them; filled before the first case. */
const names: Record<string, string> = { rgcluster: `${RUN}cluster` };

const JSON_CONVERTERS = {
  "key.converter": "org.apache.kafka.connect.json.JsonConverter",
  "key.converter.schemas.enable": false,
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter.schemas.enable": false,
};

/** Worker properties that the recordings were made with, as far as they matter. */
const PROFILES: Record<
  Profile,
  { mode: "distributed" | "standalone"; properties: Record<string, string | number | boolean> }
> = {
  default: {
    mode: "distributed",
    properties: {
      "group.id": `connect-${RUN}cluster`,
      "offset.flush.interval.ms": 2000,
      "scheduled.rebalance.max.delay.ms": 0,
    },
  },
  restricted: {
    mode: "distributed",
    properties: {
      "scheduled.rebalance.max.delay.ms": 0,
      "topic.tracking.enable": false,
      "connector.client.config.override.policy": "None",
      "access.control.allow.origin": "http://ui.example",
      "access.control.allow.methods": "GET,PUT,DELETE",
      "response.http.headers.config":
        'add X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store, must-revalidate"',
      "admin.listeners": "",
    },
  },
  standalone: { mode: "standalone", properties: { "offset.flush.interval.ms": 2000 } },
  auth: {
    mode: "standalone",
    properties: {
      "topic.tracking.allow.reset": false,
      "connector.client.config.override.policy": "Principal",
      "access.control.allow.origin": "*",
      "rest.extension.classes": "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension",
    },
  },
};

/** Two users, and the JAAS file that leads to them. */
function jaasOptions(): string {
  const folder = temporaryFolder("jaas");
  const users = join(folder, "users.properties");
  writeAtomically(users, "alice=s3cret\nbob=pa:ss\n");
  const module = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
  writeAtomically(join(folder, "jaas.conf"), `KafkaConnect {\n  ${module} required\n  file="${users}";\n};\n`);
  return `-Djava.security.auth.login.config=${join(folder, "jaas.conf")}`;
}

async function fillTopics(): Promise<void> {
  // Replaced as beginnings, because a recorded pattern is rg-t[12].
  names["rg-t"] = `${RUN}-t`;
  names["rg-empty"] = `${RUN}-empty`;
  names["rg-bucket"] = (await newBucket(`${RUN}-bucket`)).name;
  const kafka = await sharedKafka();
  await kafka.createTopic(`${RUN}-t1`, { partitions: 2 });
  await kafka.createTopic(`${RUN}-t2`);
  await kafka.createTopic(`${RUN}-empty`, { partitions: 3 });
  const records = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ key: `{"k":${i + 1}}`, value: `{"id":${i + 1},"name":"n${i + 1}"}` }));
  await kafka.produce(`${RUN}-t1`, records(10));
  await kafka.produce(`${RUN}-t2`, records(3));
}

describe("Connect REST API, as recorded from Kafka Connect 4.1.1", () => {
  before(fillTopics);

  for (const profile of Object.keys(PROFILES) as Profile[])
    describe(`with the worker profile ${profile}`, () => {
      let worker: ConnectWorker;

      before(async () => {
        const { mode, properties } = PROFILES[profile];
        worker = await ConnectWorker.start({
          bootstrap: await sharedBootstrap(),
          mode,
          properties: { ...JSON_CONVERTERS, ...properties },
          ...(profile === "auth" ? { env: { KAFKA_OPTS: jaasOptions() } } : {}),
        });
      });
      after(async () => {
        await worker.stop();
      });

      for (const { id, doc } of loadCases(profile, {}))
        it(`${id}: ${doc}`, async () => {
          const one = loadCases(profile, names).find((candidate) => candidate.id === id)!;
          const problems = await playCase(worker.url, one, { GCS: await sharedGcs() });
          assert.deepEqual(problems, []);
        });
    });
});
