import assert from "node:assert/strict";
import { GcsClient } from "../../../connectors/gcs/client.js";
import { GcsObjectStore } from "../../../connectors/gcs/upload.js";
import { putObject } from "../../../connectors/objects/replace.js";
import type { ConnectError } from "../../../runtime/api/index.js";
import type { Bucket } from "../../support/bucket.js";
import { FaultProxy } from "../../support/fault-proxy.js";
import type { Fault, Operation } from "../../support/fault-proxy.js";
import { SessionFront } from "../../support/session-front.js";
import { newBucket, sharedFaults, sharedGcs } from "../../support/shared.js";

const UNIT = 256 * 1024;

function bytes(length: number, seed = 1): Buffer {
  const buffer = Buffer.alloc(length);
  for (let i = 0; i < length; i++) buffer[i] = (i * 31 + seed * 7 + (i >> 8)) & 0xff;
  return buffer;
}

describe("GcsObjectStore", () => {
  let bucket: Bucket;
  let front: SessionFront;
  let frontFaults: FaultProxy;
  let faults: FaultProxy;
  let store: GcsObjectStore;
  let abort: AbortController;

  before(async () => {
    front = await SessionFront.start(await sharedGcs());
    frontFaults = await FaultProxy.start(front.url);
  });
  after(async () => {
    await frontFaults.stop();
    await front.stop();
  });
  beforeEach(async () => {
    bucket = await newBucket("store");
    faults = frontFaults;
    faults.clear();
    abort = new AbortController();
    store = await open();
  });
  afterEach(() => {
    faults.clear();
    store.close();
  });

  async function open(maxAttempts = 4, idleTimeoutMs = 300, endpoint = faults.url): Promise<GcsObjectStore> {
    const client = await GcsClient.open(
      {
        bucket: bucket.name,
        endpoint,
        credentials: { kind: "none" },
        userAgent: "Sluice test",
        idleTimeoutMs,
        retry: { initialDelayMs: 5, maxDelayMs: 20, delayMultiplier: 2, maxAttempts, totalTimeoutMs: 20_000 },
      },
      abort,
    );
    return new GcsObjectStore(client);
  }

  /** The `nth` request (from 0) of an operation meets `fault`. */
  function failOnce(operation: Operation, fault: Fault, nth = 0): void {
    let count = 0;
    faults.rule = (request) => (request.operation === operation && count++ === nth ? fault : undefined);
  }

  /** Uploads three chunks and a rest; gives all bytes. */
  async function uploadLarge(name: string): Promise<Buffer> {
    const all = bytes(3 * UNIT + 1000);
    const upload = store.begin({ name }, { kind: "absent" });
    for (let i = 0; i < 3; i++)
      await upload.write([all.subarray(i * UNIT, i * UNIT + 100), all.subarray(i * UNIT + 100, (i + 1) * UNIT)]);
    const stored = await upload.finish([all.subarray(3 * UNIT)]);
    assert.equal(stored.sizeBytes, all.length);
    return all;
  }

  const answers: readonly (readonly [string, Fault])[] = [
    ["503", { kind: "answer", status: 503 }],
    ["429", { kind: "answer", status: 429 }],
    ["a reset connection", { kind: "reset" }],
    ["a connection on which nothing moves", { kind: "stall" }],
    ["a lost answer", { kind: "lose-answer" }],
    ["a 503 although the work was done", { kind: "lose-answer", status: 503 }],
  ];

  for (const [title, fault] of answers) {
    it(`put() survives ${title}`, async () => {
      failOnce("simple-upload", fault);
      const body = bytes(5000);
      const stored = await store.put({ name: "a/b c" }, [body.subarray(0, 10), body.subarray(10)], { kind: "absent" });
      assert.deepEqual(await bucket.read("a/b c"), body);
      assert.equal(stored.generation, (await bucket.info("a/b c"))?.generation);
      assert.equal(faults.seenOf("simple-upload").length, 2);
    });

    it(`begin() survives ${title} at the start of the session`, async () => {
      failOnce("session-start", fault);
      assert.deepEqual(await bucket.read("x").catch(() => null), null);
      const all = await uploadLarge("x");
      assert.deepEqual(await bucket.read("x"), all);
    });

    for (const [nth, where] of [
      [0, "at the first chunk"],
      [2, "in the middle"],
      [3, "at the end"],
    ] as const)
      it(`finish() makes the whole object after ${title} ${where}`, async () => {
        failOnce("session-chunk", fault, nth);
        const all = await uploadLarge("x");
        assert.deepEqual(await bucket.read("x"), all);
      });
  }

  it("write() goes on after a connection that broke within a chunk", async () => {
    failOnce("session-chunk", { kind: "reset", afterBytes: UNIT / 2 }, 1);
    const all = await uploadLarge("x");
    assert.deepEqual(await bucket.read("x"), all);
  });

  it("finish() fails where the session has ended", async () => {
    faults.rule = ({ operation }) => {
      if (operation === "session-chunk" && faults.seenOf("session-chunk").length === 1) front.expire();
      return undefined;
    };
    await assert.rejects(uploadLarge("x"), /session of the upload of .* is gone/);
    assert.deepEqual(await bucket.names(), []);
  });

  describe("with an emulator that cannot be asked", () => {
    beforeEach(async () => {
      faults = await sharedFaults();
      faults.clear();
      store.close();
      store = await open(4, 300, faults.url);
    });
    afterEach(() => {
      faults.clear();
    });

    for (const [title, fault] of answers) {
      it(`write() starts over after ${title} at the first chunk`, async () => {
        failOnce("session-chunk", fault);
        const all = await uploadLarge("x");
        assert.deepEqual(await bucket.read("x"), all);
      });

      it(`finish() makes the whole object or none after ${title} in the middle`, async () => {
        failOnce("session-chunk", fault, 1);
        if (fault.kind === "lose-answer") {
          await assert.rejects(uploadLarge("x"), { kind: "retriable" });
          assert.deepEqual(await bucket.names(), []);
        } else assert.deepEqual(await uploadLarge("x"), await bucket.read("x"));
      });
    }
  });

  it("put() waits for a slow service", async () => {
    store.close();
    store = await open(1, 2000);
    faults.rule = () => ({ kind: "slow", bytesPerSecond: 400_000 });
    await store.put({ name: "x" }, [bytes(100_000)], { kind: "absent" });
    assert.equal((await bucket.info("x"))?.size, "100000");
  });

  it("put() gives up after the allowed attempts and says what happened", async () => {
    faults.rule = () => ({ kind: "answer", status: 503, body: '{"error":{"message":"Backend Error"}}' });
    await assert.rejects(store.put({ name: "x" }, [bytes(10)], { kind: "absent" }), {
      kind: "retriable",
      message: `Could not upload gs://${bucket.name}/x: Cloud Storage answered 503: Backend Error`,
    });
    assert.equal(faults.seen.length, 4);
  });

  it("put() does not repeat what cannot succeed", async () => {
    faults.rule = () => ({ kind: "answer", status: 403, body: '{"error":{"message":"No access"}}' });
    await assert.rejects(store.put({ name: "x" }, [bytes(10)], { kind: "absent" }), { kind: "fatal" });
    assert.equal(faults.seen.length, 1);
  });

  it("put() stops retrying when the task must let go", async () => {
    store.close();
    store = await open(1000);
    faults.rule = () => ({ kind: "answer", status: 503 });
    const put = store.put({ name: "x" }, [bytes(10)], { kind: "absent" });
    setTimeout(() => {
      abort.abort();
    }, 30);
    await assert.rejects(put, (error: ConnectError) => /503|aborted/.test(error.message));
  });

  it("put() refuses to overwrite where the object must be absent", async () => {
    await bucket.write("x", "old");
    await assert.rejects(store.put({ name: "x" }, [bytes(10)], { kind: "absent" }), { kind: "already-exists" });
    assert.equal((await bucket.read("x")).toString(), "old");
  });

  it("put() overwrites exactly the generation it was told", async () => {
    await bucket.write("x", "old");
    const { generation } = (await store.stat("x"))!;
    await bucket.write("x", "newer");
    await assert.rejects(store.put({ name: "x" }, [bytes(10)], { kind: "generation", generation }), {
      kind: "already-exists",
    });
    await putObject(store, { name: "x" }, [bytes(10)], "replace");
    assert.deepEqual(await bucket.read("x"), bytes(10));
  });

  it("begin() refuses to overwrite where the object must be absent", async () => {
    await bucket.write("x", "old");
    await assert.rejects(uploadLarge("x"), { kind: "already-exists" });
    assert.equal((await bucket.read("x")).toString(), "old");
  });

  it("abandon() leaves nothing", async () => {
    const upload = store.begin({ name: "x" }, { kind: "absent" });
    await upload.write([bytes(UNIT)]);
    await upload.abandon();
    assert.deepEqual(await bucket.names(), []);
    assert.equal(
      faults.seenOf("delete").length + faults.seen.filter(({ method }) => method === "DELETE").length > 0,
      true,
    );
  });

  it("stat() is null where there is nothing", async () => {
    assert.equal(await store.stat("nothing"), null);
  });

  it("put() labels objects as told", async () => {
    const metadata = { a: "b" };
    await store.put({ name: "x", contentEncoding: "gzip", contentType: "text/x", metadata }, [bytes(3)], {
      kind: "any",
    });
    const info = await bucket.info("x");
    assert.equal(info?.contentEncoding, "gzip");
    assert.equal(info.contentType, "text/x");
    assert.deepEqual(info.metadata, metadata);
    assert.deepEqual((await store.stat("x"))?.metadata, metadata);
  });

  it("begin() labels objects as told", async () => {
    const upload = store.begin({ name: "x", contentEncoding: "gzip", metadata: { a: "b" } }, { kind: "absent" });
    await upload.write([bytes(UNIT)]);
    const stored = await upload.finish([]);
    assert.equal(stored.sizeBytes, UNIT);
    const info = await bucket.info("x");
    assert.equal(info?.contentEncoding, "gzip");
    assert.equal(info.contentType, "application/octet-stream");
    assert.deepEqual(info.metadata, { a: "b" });
  });

  it("put() names itself as configured", async () => {
    await store.put({ name: "x" }, [bytes(3)], { kind: "any" });
    assert.equal(faults.seen[0]?.headers["user-agent"], "Sluice test");
  });
});
