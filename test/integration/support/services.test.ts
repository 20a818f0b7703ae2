import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConnectWorker } from "../../support/connect-worker.js";
import { temporaryFolder } from "../../support/folders.js";
import { waitUntil } from "../../support/wait.js";
import { KafkaBroker } from "../../support/kafka-broker.js";
import { FaultProxy } from "../../support/fault-proxy.js";
import { TcpProxy } from "../../support/tcp-proxy.js";
import { newBucket, newTopic, proxiedBroker, sharedBootstrap, sharedGcs, sharedKafka } from "../../support/shared.js";
import { TestKafka } from "../../support/topics.js";
import { OwnedProcess, runCommand } from "../../support/process.js";

describe("test support", () => {
  it("TestKafka writes and reads keys, values, tombstones, headers and timestamps", async () => {
    const kafka = await sharedKafka();
    const topic = await newTopic("support", 2);
    await kafka.produce(topic, [
      { key: "k", value: "grüße", partition: 0, timestampMs: 1_700_000_000_123, headers: { h: ["1", "2"] } },
      { key: null, value: null, partition: 1 },
    ]);
    const [first, second, ...rest] = await kafka.readTopic(topic);
    assert.deepEqual(rest, []);
    assert.equal(first?.value?.toString(), "grüße");
    assert.equal(first.timestampMs, 1_700_000_000_123);
    assert.deepEqual(first.headers["h"]?.toString(), "1,2");
    assert.deepEqual([second?.partition, second?.key, second?.value], [1, null, null]);
    assert.deepEqual(
      [...(await kafka.endOffsets(topic))],
      [
        [0, 1],
        [1, 1],
      ],
    );
    assert.deepEqual(
      [...(await kafka.committedOffsets("nobody", topic))],
      [
        [0, null],
        [1, null],
      ],
    );
  });

  it("Bucket stores, lists, reads and deletes objects", async () => {
    const bucket = await newBucket("support");
    await bucket.write("a/b c.txt", "content");
    assert.deepEqual(await bucket.names("a/"), ["a/b c.txt"]);
    assert.equal((await bucket.read("a/b c.txt")).toString(), "content");
    assert.equal((await bucket.info("a/b c.txt"))?.size, "7");
    assert.equal(await bucket.info("none"), undefined);
    await bucket.delete();
    await assert.rejects(bucket.list(), /404/);
  });

  it("proxiedBroker() advertises the proxy, so that a cut connection is felt", async () => {
    const { proxy, bootstrap } = await proxiedBroker();
    const kafka = new TestKafka(bootstrap);
    await kafka.withAdmin(async (admin) => {
      const { brokers } = await admin.describeCluster();
      assert.deepEqual(
        brokers.map(({ port }) => port),
        [proxy.port],
      );
    });
  });

  it("TcpProxy passes, resets and stalls", async () => {
    const proxy = await TcpProxy.start(Number(new URL(await sharedGcs()).port));
    const url = `http://127.0.0.1:${proxy.port}/storage/v1/b?project=test`;
    assert.equal((await fetch(url)).status, 200);
    proxy.setFault({ kind: "reset" });
    await assert.rejects(fetch(url));
    proxy.setFault({ kind: "stall" });
    const stalled = fetch(url);
    assert.equal(
      await Promise.race([stalled, new Promise((resolve) => setTimeout(resolve, 100, "stalled"))]),
      "stalled",
    );
    proxy.setFault({ kind: "pass" });
    assert.equal((await stalled).status, 200);
    await proxy.stop();
  });

  it("runCommand() shows the last lines of what failed", async () => {
    const args = ["-c", "echo said before; exit 3"];
    await assert.rejects(runCommand({ name: "failing", command: "sh", args }), /ended with 3[^]*said before/);
    await assert.rejects(
      runCommand({ name: "missing", command: "no-such-program", args: [] }),
      /cannot run no-such-program/,
    );
  });

  it("OwnedProcess is gone with its children when this process is killed", async () => {
    const support = new URL("../../support/process.js", import.meta.url).href;
    const program = `
      const { OwnedProcess } = await import(${JSON.stringify(support)});
      const child = new OwnedProcess({ name: "orphan", command: "sh", args: ["-c", "sleep 600 & wait"] });
      console.log(child.pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 200);`;
    const parent = new OwnedProcess({
      name: "killed-parent",
      command: process.execPath,
      args: ["--input-type=module", "-e", program],
    });
    await parent.ended;
    const group = Number(parent.log());
    assert.ok(group > 0);
    await waitUntil("the group has gone", () => {
      try {
        process.kill(-group, 0);
        return false;
      } catch {
        return true;
      }
    });
  });

  it("sharedBootstrap() gives the same broker to everyone", async () => {
    assert.equal(await sharedBootstrap(), await sharedBootstrap());
  });
});

describe("FaultProxy", () => {
  let proxy: FaultProxy;
  let name: string;
  const upload = (path: string, init: RequestInit = {}) =>
    fetch(`${proxy.url}/upload/storage/v1/b/${name}/o?${path}`, { method: "POST", ...init });

  before(async () => {
    proxy = await FaultProxy.start(await sharedGcs());
    name = (await newBucket("faults")).name;
  });
  after(() => proxy.stop());
  afterEach(() => {
    proxy.clear();
  });

  it("answers what its rule says and passes the rest", async () => {
    proxy.rule = ({ operation, object }) =>
      operation === "simple-upload" && object === "bad" ? { kind: "answer", status: 503 } : undefined;
    assert.equal((await upload("uploadType=media&name=bad", { body: "x" })).status, 503);
    assert.equal((await upload("uploadType=media&name=good", { body: "x" })).status, 200);
    assert.deepEqual(
      proxy.seen.map(({ object, fault, status, bodyBytes }) => [object, fault, status, bodyBytes]),
      [
        ["bad", "answer", 503, 1],
        ["good", "pass", 200, 1],
      ],
    );
  });

  it("keeps a resumable session on itself", async () => {
    const start = await upload("uploadType=resumable&name=session");
    const location = start.headers.get("location") ?? "";
    assert.ok(location.startsWith(proxy.url), location);
    const done = await fetch(location, { method: "PUT", body: "all of it" });
    assert.equal(done.status, 200);
    assert.deepEqual(
      proxy.seen.map(({ operation }) => operation),
      ["session-start", "session-chunk"],
    );
  });

  it("loses an answer after the service has done the work", async () => {
    proxy.rule = ({ operation }) => (operation === "simple-upload" ? { kind: "lose-answer" } : undefined);
    await assert.rejects(upload("uploadType=media&name=lost", { body: "x" }));
    const object = await fetch(`${proxy.url}/storage/v1/b/${name}/o/lost`);
    assert.equal(object.status, 200);
  });

  it("resets in the middle of a body", async () => {
    proxy.rule = () => ({ kind: "reset", afterBytes: 100_000 });
    await assert.rejects(upload("uploadType=media&name=cut", { body: new Uint8Array(10_000_000) }));
    assert.ok(proxy.seen[0] !== undefined && proxy.seen[0].bodyBytes >= 100_000);
    assert.equal(proxy.seen[0].status, undefined);
  });
});

describe("ConnectWorker", () => {
  it("startJvm() gives a worker that copies a topic into a file", async () => {
    const kafka = await sharedKafka();
    const topic = await newTopic("jvm");
    await kafka.produce(topic, [{ value: '{"a":1}' }]);
    const file = join(temporaryFolder("jvm-sink"), "out");
    const worker = await ConnectWorker.startJvm({ bootstrap: kafka.bootstrap });
    try {
      await worker.rest.putConnector("file", {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
        topics: topic,
        file,
      });
      await worker.rest.waitForRunning("file", 1);
      await worker.process.waitUntil("the record is in the file", () => readFileSync(file, "utf8") === "{a=1}\n");
      await waitUntil("the offset is committed", async () => {
        return (await kafka.committedOffsets("connect-file", topic)).get(0) === 1;
      });
      assert.ok(worker.process.usage().residentMb > 50);
    } finally {
      await worker.kill();
    }
  });
});

describe("KafkaBroker", () => {
  it("restart() brings back the topics after a kill, on the same port", async () => {
    const broker = await KafkaBroker.start();
    try {
      const kafka = new TestKafka(broker.bootstrap());
      await kafka.createTopic("kept");
      await kafka.produce("kept", [{ value: "v" }]);
      await broker.kill();
      await broker.restart();
      assert.deepEqual(
        (await kafka.readTopic("kept")).map(({ value }) => value?.toString()),
        ["v"],
      );
    } finally {
      await broker.kill();
    }
  });
});
