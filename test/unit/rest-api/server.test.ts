import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectError } from "../../../runtime/api/index.js";
import { startMemoryRest, type MemoryRest, type MemoryRestOptions } from "../../support/rest-server.js";

const CONFIG = {
  "connector.class": "io.aiven.kafka.connect.gcs.GcsSinkConnector",
  topics: "t",
  "gcs.bucket.name": "b",
};
const JSON_HEADERS = { "content-type": "application/json" };

interface Sent {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

describe("RestServer", () => {
  const running: MemoryRest[] = [];
  let rest: MemoryRest;

  async function start(options: MemoryRestOptions = {}): Promise<MemoryRest> {
    const started = await startMemoryRest(options);
    running.push(started);
    return started;
  }

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    to = rest,
  ): Promise<Sent> {
    const answer = await fetch(to.url + path, {
      method,
      ...(body === undefined ? { headers } : { headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /^[[{]/.test(text);
    return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers };
  }

  beforeEach(async () => {
    rest = await start();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.close()));
  });

  it("answers 201 with Location for a new connector and injects its name", async () => {
    const { status, body, headers } = await send("POST", "/connectors", { name: " a b ", config: CONFIG });
    assert.equal(status, 201);
    assert.equal(headers.get("location"), `${rest.url}/connectors/a%20b`);
    assert.deepEqual(body, { name: "a b", config: { ...CONFIG, name: "a b" }, tasks: [], type: "sink" });
  });

  it("serves names that need encoding", async () => {
    for (const name of ["a/b", "ta&c=d//\\r x=1þ", "100%", "{x}", "ሴ", "a;b"]) {
      const created = await send("POST", "/connectors", { name, config: CONFIG });
      assert.equal(created.status, 201, name);
      const { status, body } = await send("GET", `/connectors/${encodeURIComponent(name)}`);
      assert.equal(status, 200, name);
      assert.equal((body as { name: string }).name, name);
    }
  });

  it("says 200 or 201 for PUT of a configuration", async () => {
    assert.equal((await send("PUT", "/connectors/c/config", CONFIG)).status, 201);
    const again = await send("PUT", "/connectors/c/config", CONFIG);
    assert.equal(again.status, 200);
    assert.equal(again.headers.get("location"), null);
  });

  it("maps kinds of errors to statuses", async () => {
    const cases: readonly (readonly [ConnectError, number, string])[] = [
      [new ConnectError("retriable", "later"), 500, "later"],
      [new ConnectError("bad-request", "no", { at: { status: 403 } }), 403, "no"],
      [
        new ConnectError("rebalancing", "Request cannot be completed because a rebalance is expected"),
        500,
        "Request cannot be completed because a rebalance is expected",
      ],
    ];
    for (const [error, status, message] of cases) {
      rest.herder.failNext = error;
      const answer = await send("GET", "/connectors/c");
      assert.deepEqual([answer.status, answer.body], [status, { error_code: status, message }]);
    }
  });

  it("gives 409 for what is forwarded, while the worker rebalances or knows no leader", async () => {
    rest.herder.failNext = new ConnectError("rebalancing", "x");
    const stale = await send("PUT", "/connectors/c/stop");
    assert.equal(stale.status, 409);
    assert.match((stale.body as { message: string }).message, /due to stale configuration \(typically caused by/);
    rest.herder.failNext = new ConnectError("wrong-node", "x");
    const leaderless = await send("PUT", "/connectors/c/stop");
    assert.equal(leaderless.status, 409);
    assert.match((leaderless.body as { message: string }).message, /due to no known leader URL/);
  });

  it("forwards to the worker that can answer, with body, authorization and at most two hops", async () => {
    const leader = await start();
    const wrongNode = (): ConnectError => new ConnectError("wrong-node", "x", { at: { url: `${leader.url}/` } });
    rest.herder.failNext = wrongNode();
    const created = await send(
      "POST",
      "/connectors",
      { name: "c", config: CONFIG, initial_state: "stopped" },
      { authorization: "Basic eA==" },
    );
    assert.equal(created.status, 201);
    assert.equal(created.headers.get("location"), `${rest.url}/connectors/c`);
    assert.deepEqual(leader.herder.connectors(), ["c"]);
    assert.equal(leader.herder.connectorStatus("c").connector.state, "STOPPED");
    assert.match(leader.log.at(-1)!, /"POST \/connectors\?forward=true HTTP\/1\.1" 201 .*"kafka-connect"/);

    rest.herder.failNext = wrongNode();
    const restarted = await send("POST", "/connectors/c/restart?includeTasks=true");
    assert.equal(restarted.status, 202);
    assert.equal(leader.herder.calls.at(-1), "restartConnectorAndTasks includeTasks=true onlyFailed=false");

    rest.herder.failNext = wrongNode();
    assert.deepEqual(await statusAndMessage(send("DELETE", "/connectors/nope")), [404, "Connector nope not found"]);
    rest.herder.failNext = wrongNode();
    assert.deepEqual(await statusAndMessage(send("DELETE", "/connectors/c?forward=false")), [
      409,
      "Cannot complete request because of a conflicting operation (e.g. worker rebalance)",
    ]);
    leader.herder.failNext = new ConnectError("wrong-node", "x", { at: { url: `${leader.url}/` } });
    rest.herder.failNext = wrongNode();
    assert.equal((await send("DELETE", "/connectors/c")).status, 204, "the second hop is the last");
  });

  async function statusAndMessage(sent: Promise<Sent>): Promise<[number, string]> {
    const { status, body } = await sent;
    return [status, (body as { message: string }).message];
  }

  it("says that another worker cannot be reached", async () => {
    rest.herder.failNext = new ConnectError("wrong-node", "x", { at: { url: "http://127.0.0.1:1/" } });
    const [status, message] = await statusAndMessage(send("PUT", "/connectors/c/stop"));
    assert.equal(status, 500);
    assert.match(message, /^IO Error trying to forward REST request: /);
  });

  it("answers OPTIONS and HEAD on every path, and 404, 405, 406, 415 where they belong", async () => {
    const options = await send("OPTIONS", "/connectors");
    assert.deepEqual([options.status, options.body], [200, "HEAD, GET, POST, OPTIONS"]);
    const head = await send("HEAD", "/connectors");
    assert.deepEqual([head.status, head.body, head.headers.get("content-type")], [200, "", "application/json"]);
    assert.equal((await send("GET", "/connectors/x/restart")).status, 405);
    assert.equal((await send("GET", "/Connectors")).status, 404);
    assert.equal((await send("GET", "/connectors", undefined, { accept: "text/plain" })).status, 406);
    assert.equal((await send("PUT", "/connectors/x/pause", undefined, { "content-type": "text/plain" })).status, 415);
    assert.equal((await send("GET", "/connectors/")).status, 200);
  });

  it("keeps the admin resources where admin.listeners says", async () => {
    const none = await start({ properties: { "admin.listeners": "" } });
    assert.equal((await send("GET", "/admin/loggers", undefined, {}, none)).status, 404);
    const apart = await start({ properties: { "admin.listeners": "http://127.0.0.1:0" } });
    assert.equal((await send("GET", "/admin/loggers", undefined, {}, apart)).status, 404);
    const answer = await fetch(`${apart.server.urls[1]!}/admin/loggers/root`);
    assert.deepEqual(await answer.json(), { level: "INFO", last_modified: null });
    assert.equal((await fetch(`${apart.server.urls[1]!}/connectors`)).status, 404);
  });

  it("adds CORS headers for listed origins only and lets preflights through", async () => {
    const cors = await start({
      properties: { "access.control.allow.origin": "http://ui.example", "access.control.allow.methods": "GET, PUT" },
    });
    const preflight = await send(
      "OPTIONS",
      "/connectors",
      undefined,
      { origin: "http://ui.example", "access-control-request-method": "PUT" },
      cors,
    );
    assert.equal(preflight.status, 200);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "http://ui.example");
    assert.equal(preflight.headers.get("access-control-allow-methods"), "GET,PUT");
    const other = await send("GET", "/connectors", undefined, { origin: "http://evil.example" }, cors);
    assert.equal(other.headers.get("access-control-allow-origin"), null);
    assert.equal(other.headers.get("vary"), "Origin");
  });

  it("asks for a password when the extension is configured, but not between workers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jaas-"));
    try {
      writeFileSync(join(folder, "users.properties"), "alice=s3cret\nbob=pa:ss\n");
      const module = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
      writeFileSync(
        join(folder, "jaas.conf"),
        `KafkaConnect { ${module} required file="${join(folder, "users.properties")}"; };`,
      );
      const auth = await start({
        properties: {
          "rest.extension.classes": "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension",
        },
        env: { KAFKA_OPTS: `-Djava.security.auth.login.config=${join(folder, "jaas.conf")}` },
      });
      const as = (user: string): Record<string, string> => ({
        authorization: `Basic ${Buffer.from(user).toString("base64")}`,
      });
      assert.equal((await send("GET", "/", undefined, as("alice:s3cret"), auth)).status, 200);
      assert.equal((await send("GET", "/", undefined, as("bob:pa:ss"), auth)).status, 200);
      for (const user of ["alice:wrong", "alice:", "nobody:s3cret", "__proto__:x"])
        assert.equal((await send("GET", "/", undefined, as(user), auth)).status, 401, user);
      const refused = await send("GET", "/metrics", undefined, {}, auth);
      assert.deepEqual([refused.status, refused.body], [401, "User cannot access the resource."]);
      assert.equal((await send("GET", "/nope", undefined, {}, auth)).status, 404);
      assert.equal((await send("POST", "/connectors/c/tasks", [], {}, auth)).status, 404);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("does not start without the JAAS file or with an unknown extension", async () => {
    const extension = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";
    await assert.rejects(startMemoryRest({ properties: { "rest.extension.classes": extension } }), /KAFKA_OPTS/);
    await assert.rejects(
      startMemoryRest({ properties: { "rest.extension.classes": "x.Y" } }),
      /Failed to find any class/,
    );
  });

  it("refuses bodies beyond the limit and paths that are too long, and goes on", async () => {
    const huge = await fetch(`${rest.url}/connectors`, {
      method: "POST",
      headers: JSON_HEADERS,
      body: "x".repeat(17 * 1024 * 1024),
    }).then(
      (answer) => answer.status,
      () => 413,
    );
    assert.equal(huge, 413);
    assert.equal((await send("GET", `/connectors/${"x".repeat(9000)}`)).status, 414);
    assert.equal((await send("GET", "/connectors")).status, 200);
  });

  it("answers what is no HTTP with JSON and closes", async () => {
    assert.match(
      await raw(rest.url, "FOO /connectors HTTP/1.1\r\nHost: x\r\n\r\n"),
      /^HTTP\/1\.1 405 .*"error_code":405/s,
    );
    assert.match(await raw(rest.url, "\u0001\u0002\r\n\r\n"), /^HTTP\/1\.1 400 .*"error_code":400/s);
    assert.match(
      await raw(rest.url, `GET / HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(40_000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
  });

  it("serves metrics, and its own description", async () => {
    const metrics = await start({
      samples: [{ group: "sluice", name: "open-objects", labels: { connector: "c" }, value: 3, kind: "gauge" }],
    });
    const answer = await send("GET", "/metrics", undefined, {}, metrics);
    assert.match(String(answer.body), /^sluice_open_objects\{connector="c"\} 3$/m);
    assert.match(String(answer.body), /^process_cpu_seconds_total /m);
    assert.match(answer.headers.get("content-type")!, /^text\/plain/);
    assert.equal(((await send("GET", "/openapi.json")).body as { openapi: string }).openapi, "3.1.0");
  });

  it("logs one line for each answer, which a header cannot break", async () => {
    await send("GET", "/connectors?x=1", undefined, { "user-agent": 'a"b\\' });
    assert.match(
      rest.log.at(-1)!,
      /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/connectors\?x=1 HTTP\/1\.1" 200 2 "-" "a\?b\?" \d+$/,
    );
  });

  it("waits for requests in flight when it closes", async () => {
    let open = (): void => undefined;
    rest.herder.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const waiting = send("GET", "/connectors/c");
    while (!rest.herder.calls.includes("connectorInfo")) await new Promise((resolve) => setImmediate(resolve));
    const closed = rest.close();
    open();
    assert.equal((await waiting).status, 404);
    await closed;
  });

  it("answers 404 on every path until there is a herder", async () => {
    const { RestServer } = await import("../../../rest-api/server.js");
    const { parseStandaloneConfig } = await import("../../../runtime/worker/worker-config.js");
    const bare = await RestServer.open({
      worker: parseStandaloneConfig({
        "key.converter": "x",
        "value.converter": "x",
        "offset.storage.file.filename": "x",
        listeners: "http://127.0.0.1:0",
      }),
      env: {},
      readTls: () => ({}),
      log: { error() {}, warn() {}, info() {}, debug() {}, trace() {}, isEnabled: () => false },
      version: "4.1.1",
      commit: "x",
    });
    try {
      assert.equal((await fetch(`${bare.urls[0]!}/connectors`)).status, 404);
      assert.match(bare.advertisedUrl, /^http:\/\/127\.0\.0\.1:\d+\/$/);
      assert.match(bare.workerId, /^127\.0\.0\.1:\d+$/);
    } finally {
      await bare.close();
    }
  });
});

/** Sends literal text and gives all that comes back. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(answer);
    });
  });
}
