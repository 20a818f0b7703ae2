import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConnectWorker } from "../../support/connect-worker.js";
import { cacheFolder, projectFolder, temporaryFolder, withCacheLock, writeAtomically } from "../../support/folders.js";
import { uniqueName } from "../../support/kafka-broker.js";
import { runCommand } from "../../support/process.js";
import { pythonWith } from "../../support/python.js";
import { newBucket, newTopic, sharedBootstrap } from "../../support/shared.js";

const FOLDER = join(projectFolder, "test", "conformance", "clients");
const CLASS = "io.aiven.kafka.connect.gcs.GcsSinkConnector";

/** Class path of the Java client, resolved by Maven once and then from the cache. */
async function sourcelabClassPath(): Promise<string> {
  const file = join(cacheFolder(), "sourcelab-4.0.5.classpath");
  await withCacheLock("maven", async () => {
    if (existsSync(file)) return;
    const folder = temporaryFolder("maven");
    writeAtomically(join(folder, "pom.xml"), readFileSync(join(FOLDER, "sourcelab.pom.xml")));
    const output = join(folder, "classpath");
    await runCommand({
      name: "maven",
      command: "mvn",
      cwd: folder,
      args: ["--batch-mode", "--quiet", `-Dmdep.outputFile=${output}`, "dependency:build-classpath"],
    });
    writeAtomically(file, readFileSync(output, "utf8").trim());
  });
  return readFileSync(file, "utf8");
}

describe("clients of the Connect REST API", () => {
  let worker: ConnectWorker;
  let config: Record<string, string>;

  before(async () => {
    const bucket = await newBucket("clients");
    config = {
      "connector.class": CLASS,
      topics: await newTopic("clients"),
      "gcs.bucket.name": bucket.name,
      "gcs.endpoint": bucket.endpoint,
      "format.output.type": "jsonl",
      "format.output.fields": "value",
    };
    worker = await ConnectWorker.start({ bootstrap: await sharedBootstrap() });
  });
  after(async () => {
    await worker.stop();
  });

  async function runPython(requirements: readonly string[], script: string, name: string): Promise<unknown> {
    const output = await runCommand({
      name: script,
      command: await pythonWith(requirements),
      args: [join(FOLDER, script), worker.url, name, JSON.stringify(config)],
    });
    const result = /^RESULT (.*)$/m.exec(output);
    assert.ok(result, output);
    return JSON.parse(result[1]!);
  }

  it("kafka-connect-py leads a connector through its life", async () => {
    const name = uniqueName("py");
    assert.deepEqual(await runPython(["kafka-connect-py==1.0.0"], "kafka_connect_py.py", name), {
      version: "4.1.1",
      created: name,
      expanded: "sink",
      config: { ...config, name },
      task: 0,
      errors: 4,
      plugins: ["sink", "sink", "sink"],
    });
  });

  it("kafkaconnect leads a connector through its life", async () => {
    const name = uniqueName("kc");
    assert.deepEqual(await runPython(["kafkaconnect==1.3.1", "requests==2.32.5"], "kafkaconnect_client.py", name), {
      created: name,
      listed: true,
      tasks: 1,
      topics: [name],
      validated: 1,
    });
  });

  it("kafka-connect-cli finds the worker healthy and handles a connector", async () => {
    const name = uniqueName("cli");
    const python = await pythonWith(["kafka-connect-cli==0.2.5"]);
    const cli = (...args: string[]): Promise<string> =>
      runCommand({
        name: "kafka-connect-cli",
        command: join(dirname(python), "kafka_connect"),
        args: [...args, "--url", worker.url],
      });
    await cli("connector", "create", "--name", name, "--configuration", JSON.stringify(config));
    await worker.rest.waitForRunning(name, 1);
    assert.match(await cli("connector", "list"), new RegExp(name));
    assert.match(await cli("connector", "configuration", "--name", name), new RegExp(CLASS));
    assert.match(await cli("task", "list", "--connector", name), /RUNNING/);
    await cli("health-check");
    await cli("connector", "pause", "--name", name);
    await cli("connector", "resume", "--name", name);
    await cli("connector", "restart", "--name", name);
    await cli("connector", "delete", "--name", name);
    assert.equal((await worker.rest.request("GET", `/connectors/${name}`)).status, 404);
  });

  it("connectorctl handles a connector", async () => {
    const name = uniqueName("ctl");
    const python = await pythonWith(["connectorctl==0.1.0"]);
    const home = temporaryFolder("connectorctl");
    const ctl = (...args: string[]): Promise<string> =>
      runCommand({ name: "connectorctl", command: join(dirname(python), "connectorctl"), args, env: { HOME: home } });
    await ctl("set-env", "test", "--server", "127.0.0.1", "--port", new URL(worker.url).port);
    assert.match(await ctl("create", JSON.stringify({ name, config })), /created successfully/);
    await worker.rest.waitForRunning(name, 1);
    assert.match(await ctl("list"), new RegExp(name));
    assert.match(await ctl("get", name), new RegExp(CLASS));
    assert.match(await ctl("status", name), /RUNNING/);
    await worker.rest.ok("GET", `/connectors/${name}/config`);
    // It fails when the configuration cannot be read at once because the workers rebalance.
    const update = ctl("update", name, JSON.stringify({ ...config, "tasks.max": "2" }));
    assert.match(await update.catch((error: unknown) => String(error)), /updated successfully/);
    await worker.rest.waitForRunning(name, 2);
    await ctl("restart", name);
    assert.match(await ctl("delete", name), /deleted successfully/);
    assert.equal((await worker.rest.request("GET", `/connectors/${name}`)).status, 404);
  });

  it("org.sourcelab:kafka-connect-client leads a connector through its life", async () => {
    const name = uniqueName("java");
    const output = await runCommand({
      name: "sourcelab",
      command: "java",
      args: [
        ...["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", await sourcelabClassPath()],
        ...[join(FOLDER, "SourcelabClient.java"), worker.url, name],
        ...Object.entries(config).map(([key, value]) => `${key}=${value}`),
      ],
    });
    const pairs = [...output.matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key!, value!] as const);
    const results = Object.fromEntries(pairs);
    assert.deepEqual(results, {
      version: "4.1.1",
      created: name,
      expanded: "true",
      sameConfig: "true",
      validated: "2",
      plugins: "true",
      restarted: "true",
      stopped: "true",
      topics: "true",
      deleted: "true",
      end: "true",
    });
  });
});
