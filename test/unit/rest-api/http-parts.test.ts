import assert from "node:assert/strict";
import { parseJaasFile } from "../../../rest-api/jaas-file.js";
import { jaasFilePath } from "../../../rest-api/basic-auth.js";
import { advertisedUrl, parseListener } from "../../../rest-api/listeners.js";
import { accepts, isMediaType } from "../../../rest-api/media-type.js";
import { encodeName, normalizeTarget } from "../../../rest-api/path.js";
import { parseHeaderRules } from "../../../rest-api/response-headers.js";
import { expose } from "../../../rest-api/routes/metrics.js";
import { stageSummary } from "../../../rest-api/timeout.js";

describe("media-type", () => {
  it("accepts() takes ranges, lists and any quality", () => {
    for (const header of [
      undefined,
      "",
      "*/*",
      "application/*",
      "text/html, application/json;q=0.5",
      "application/json;q=0",
      "*",
    ])
      assert.ok(accepts(header, "application/json"), header);
    for (const header of ["text/plain", "application/xml", "json"])
      assert.ok(!accepts(header, "application/json"), header);
  });

  it("isMediaType() ignores case and parameters", () => {
    assert.ok(isMediaType("APPLICATION/JSON; charset=utf-8", "application/json"));
    assert.ok(!isMediaType("text/plain", "application/json"));
    assert.ok(!isMediaType("", "application/json"));
  });
});

describe("path", () => {
  it("normalizeTarget() cuts matrix parameters, resolves dots and drops the authority", () => {
    assert.equal(normalizeTarget("/connectors/a;v=1/status;x?q=;1"), "/connectors/a/status?q=;1");
    assert.equal(normalizeTarget("/connectors/a%3Bb"), "/connectors/a%3Bb");
    assert.equal(normalizeTarget("/connectors/.."), "/");
    assert.equal(normalizeTarget("/a/./b/../c"), "/a/c");
    assert.equal(normalizeTarget("http://other:1/connectors/x"), "/connectors/x");
  });

  it("normalizeTarget() refuses bad escapes, control characters and endless lines", () => {
    for (const target of ["/a%zz", "/a%00", "/%FF", "*", "/a%0A"])
      assert.throws(() => normalizeTarget(target), { message: "HTTP 400 Bad Request" }, target);
    assert.throws(() => normalizeTarget(`/${"a".repeat(9000)}`), { message: "HTTP 414 URI Too Long" });
  });

  it("encodeName() leaves what may stand in a path", () => {
    assert.equal(encodeName('a b?#<"\\é%+;&=/c[d]'), "a%20b%3F%23%3C%22%5C%C3%A9%25+;&=/c%5Bd%5D");
  });
});

describe("listeners", () => {
  it("parseListener() reads protocol in any case, empty hosts and IPv6", () => {
    assert.deepEqual(parseListener("HTTP://:8083"), { protocol: "http", host: "", port: 8083 });
    assert.deepEqual(parseListener("https://[::1]:0"), { protocol: "https", host: "::1", port: 0 });
    assert.throws(() => parseListener("ftp://x:1"), /right format or protocol/);
  });

  it("advertisedUrl() prefers what is configured, then the listener", async () => {
    const http = { protocol: "http", host: "10.0.0.1", port: 0, boundPort: 4000 } as const;
    const https = { protocol: "https", host: "::1", port: 8443, boundPort: 8443 } as const;
    const none = { host: null, port: null, protocol: null };
    assert.equal(await advertisedUrl([https, http], none), "http://10.0.0.1:4000/");
    assert.equal(await advertisedUrl([http, https], { ...none, protocol: "HTTPS" }), "https://[::1]:8443/");
    assert.equal(await advertisedUrl([http], { ...none, host: "me", port: 1 }), "http://me:1/");
    await assert.rejects(advertisedUrl([http], { ...none, protocol: "ftp" }), /must be http or https/);
  });
});

describe("basic-auth", () => {
  it("parseJaasFile() reads entries with comments, quotes and several modules", () => {
    const text = `
      // users
      KafkaConnect { /* here */
        org.x.PropertyFileLoginModule required
        file="/etc/a b.properties" debug=true;
        org.x.Other optional;
      };
      Client { a.B required; };`;
    assert.deepEqual(Object.fromEntries(parseJaasFile(text)), {
      KafkaConnect: [
        { className: "org.x.PropertyFileLoginModule", options: { file: "/etc/a b.properties", debug: "true" } },
        { className: "org.x.Other", options: {} },
      ],
      Client: [{ className: "a.B", options: {} }],
    });
    assert.throws(() => parseJaasFile("KafkaConnect { a.B required"), /unexpected end of file/);
  });

  it("jaasFilePath() finds Java's property where start scripts take it from", () => {
    assert.equal(jaasFilePath({ KAFKA_OPTS: "-Xmx1g -Djava.security.auth.login.config=/a.conf -Dx=y" }), "/a.conf");
    assert.equal(jaasFilePath({ KAFKA_OPTS: '-Djava.security.auth.login.config="/a b.conf"' }), "/a b.conf");
    assert.equal(jaasFilePath({}), null);
  });
});

describe("response-headers", () => {
  it("parseHeaderRules() takes rules with commas in quotes", () => {
    assert.deepEqual(parseHeaderRules('add X-Frame-Options: DENY, "set Cache-Control: no-cache, no-store"'), [
      { action: "add", name: "X-Frame-Options", value: "DENY" },
      { action: "set", name: "Cache-Control", value: "no-cache, no-store" },
    ]);
  });

  for (const rule of ["nope X: y", "add X", "add", "add X Y: z", "set : x"])
    it(`parseHeaderRules() refuses ${JSON.stringify(rule)}`, () => {
      assert.throws(() => parseHeaderRules(rule), { kind: "config" });
    });
});

describe("metrics", () => {
  it("expose() names samples as the JMX exporter does and leaves out NaN", async () => {
    const text = await expose([
      {
        group: "sink-task-metrics",
        name: "sink-record-read-total",
        labels: { connector: "c", task: "0" },
        value: 7,
        kind: "counter",
      },
      {
        group: "sink-task-metrics",
        name: "sink-record-read-total",
        labels: { connector: "c", task: "1" },
        value: 1,
        kind: "counter",
      },
      { group: "sink-task-metrics", name: "put-batch-max-time-ms", labels: {}, value: NaN, kind: "gauge" },
      { group: "sluice", name: "open-objects", labels: { "client-id": "x" }, value: 2, kind: "gauge" },
    ]);
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    assert.deepEqual(lines, [
      'kafka_connect_sink_task_metrics_sink_record_read_total{connector="c",task="0"} 7',
      'kafka_connect_sink_task_metrics_sink_record_read_total{connector="c",task="1"} 1',
      'sluice_open_objects{client_id="x"} 2',
    ]);
    assert.match(text, /# TYPE kafka_connect_sink_task_metrics_sink_record_read_total counter/);
  });
});

describe("timeout", () => {
  it("stageSummary() puts what goes on and what is over as Kafka does", () => {
    assert.equal(
      stageSummary({ description: "stopping connector x", startedAtMs: 0, completedAtMs: null }),
      "The worker is currently stopping connector x, which began at 1970-01-01T00:00:00.000Z.",
    );
    assert.equal(
      stageSummary({ description: "x", startedAtMs: 0, completedAtMs: 1 }),
      "The last operation the worker completed was x, which began at 1970-01-01T00:00:00.000Z and completed at 1970-01-01T00:00:00.001Z.",
    );
  });
});
