import assert from "node:assert/strict";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { OPERATIONS } from "../../../rest-api/openapi/operations.js";
import { startMemoryRest, type MemoryRest } from "../../support/rest-server.js";

/** Requests of each kind; together more than 20,000. */
const HTTP_REQUESTS = 18_500;
const RAW_REQUESTS = 2_000;
const CONCURRENCY = 16;
const WORKER_SECRET = "w0rker-s3cret-5f2a";
const CONNECTOR_SECRET = "c0nnector-s3cret-81bd";

/** A small generator with a seed, so that a failure can be repeated (mulberry32). */
class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
}

const METHODS = ["GET", "GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"];
const WORDS = [
  ..."connectors connector-plugins admin loggers root health metrics openapi.json config validate status tasks".split(
    " ",
  ),
  ..."restart pause resume stop topics reset offsets fence 0 -1 99999999999 GcsSink JsonConverter c0 held".split(" "),
];
const ODD = [
  "",
  "%00",
  "%2F",
  "%2e%2e",
  "..",
  ".",
  "%FF",
  "%zz",
  "%",
  "a;b=c",
  ";",
  "%3B",
  "__proto__",
  "constructor",
  "toString",
  "<script>",
  "'--",
  "${env:SECRET}",
  "%24%7Bx%7D",
  "ሴ".repeat(3),
  "%E1%88%B4",
  "x".repeat(300),
  "*",
  ":connector",
  "(.*)+",
];
const CONTENT_TYPES = [
  "application/json",
  "application/json",
  "application/json; charset=utf-16",
  "text/plain",
  "multipart/form-data",
  "",
  "/",
  "a/b/c",
];
const ACCEPTS = ["*/*", "application/json", "text/html", "", ";;;,,,", "application/*;q=0", "*"];
const SCALARS = [
  "1",
  "-0.0",
  "1e400",
  "true",
  "null",
  '""',
  '"x"',
  '"\\u0000"',
  '"\\ud800"',
  "123456789012345678901234567890",
  '" a\\nb "',
];
const KEYS = [
  ..."name config initial_state offsets partition offset kafka_topic kafka_partition kafka_offset level topics".split(
    " ",
  ),
  ..."connector.class tasks.max topics.regex transforms transforms.a.type transforms.a.negate predicates".split(" "),
  ..."value.converter value.converter.x header.converter errors.tolerance errors.deadletterqueue.topic.name".split(" "),
  ..."consumer.override.group.id connector.plugin.version gcs.bucket.name gcs.credentials.json __proto__ constructor".split(
    " ",
  ),
];
const VALUES = [
  "GcsSink",
  "io.aiven.kafka.connect.gcs.GcsSinkConnector",
  "a",
  "a,b,a",
  "(",
  "(a+)+$",
  "[bad",
  "[1,2)",
  "JsonConverter",
  "\u0000",
  ` ${CONNECTOR_SECRET} `,
  "${file:/etc/passwd:root}",
  "{{topic}}",
  "-1",
  "1e9",
  "x".repeat(2000),
  "ሴ\u{1F600}",
];

function jsonText(random: Random, depth = 0): string {
  const kind = random.below(depth > 3 ? 2 : 8);
  if (kind < 2) return random.chance(2) ? random.pick(SCALARS) : JSON.stringify(random.pick(VALUES));
  const size = random.below(5);
  if (kind === 2) return `[${Array.from({ length: size }, () => jsonText(random, depth + 1)).join(",")}]`;
  return `{${Array.from({ length: size }, () => `${JSON.stringify(random.pick(KEYS))}:${jsonText(random, depth + 1)}`).join(",")}}`;
}

/** A configuration that gets far: a class, and some keys. */
function configText(random: Random): string {
  const entries = [["connector.class", "GcsSink"]];
  if (random.chance(2)) entries.push(["topics", "t"], ["gcs.bucket.name", "b"]);
  if (random.chance(2)) return JSON.stringify(Object.fromEntries(entries));
  for (let i = random.below(8); i > 0; i--) entries.push([random.pick(KEYS), random.pick(VALUES)]);
  if (random.chance(3)) entries.push(["gcs.credentials.json", CONNECTOR_SECRET]);
  return JSON.stringify(Object.fromEntries(entries));
}

function bodyOf(random: Random): Buffer | null {
  const kind = random.below(12);
  if (kind < 3) return null;
  if (kind === 3) return Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
  if (kind === 4) return Buffer.from("[".repeat(random.below(5000)));
  if (kind === 5) return Buffer.from(`{"name":"n${random.below(100)}","config":${configText(random)}}`);
  if (kind < 8) return Buffer.from(configText(random));
  const text = Buffer.from(jsonText(random));
  // One byte changed: nearly JSON.
  if (random.chance(3) && text.length > 0) text[random.below(text.length)] = random.below(256);
  return text;
}

/** A method and path: mostly of an operation that there is, with odd names and queries. */
function targetOf(random: Random): { method: string; path: string } {
  if (random.chance(3)) return { method: random.pick(METHODS), path: pathOf(random) };
  const [method = "", template = ""] = random.pick(Object.keys(OPERATIONS)).split(" ");
  const name = (): string =>
    random.chance(3) ? random.pick(ODD.slice(1)) : random.pick(["c0", "c1", "GcsSink", "0", "root"]);
  const path = encodeURI(template.replace(/\{\w+\}/g, name)).replace(/%25/g, "%");
  return { method: random.chance(20) ? random.pick(METHODS) : method, path: path + queryOf(random) };
}

const QUERIES = [
  ..."expand expand=info&expand=status forward=%FF scope=cluster version=[bad &&==& connectorsOnly=x includeTasks=true".split(
    " ",
  ),
  "forward=true",
  "expand=__proto__",
];

function queryOf(random: Random): string {
  return random.chance(4) ? `?${random.pick(QUERIES)}` : "";
}

function pathOf(random: Random): string {
  let path = "";
  for (let i = random.below(6); i >= 0; i--) path += `/${random.chance(5) ? random.pick(ODD) : random.pick(WORDS)}`;
  return encodeURI(path).replace(/%25/g, "%") + queryOf(random);
}

interface Outcome {
  readonly status: number;
  readonly text: string;
}

function send(base: URL, agent: Agent, random: Random): Promise<Outcome & { readonly what: string }> {
  const { method, path } = targetOf(random);
  const body = bodyOf(random);
  const headers: Record<string, string> = { "content-length": String(body?.length ?? 0) };
  if (!random.chance(8)) headers["content-type"] = random.chance(6) ? random.pick(CONTENT_TYPES) : "application/json";
  if (random.chance(6)) headers["accept"] = random.pick(ACCEPTS);
  if (random.chance(6)) headers["authorization"] = random.pick(["Basic", "Basic !!!", "Bearer x", "Basic eA=="]);
  if (random.chance(8)) headers["origin"] = random.pick(["http://ui.example", "null", "x".repeat(500)]);
  if (random.chance(9)) headers["x-forwarded-host"] = "evil.example";
  if (random.chance(20)) headers["content-encoding"] = random.pick(["gzip", "x"]);
  const what = `${method} ${path} ${JSON.stringify(headers)} ${body?.toString("latin1").slice(0, 300) ?? ""}`;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname: base.hostname, port: base.port, method, path, headers, agent },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => {
          resolve({ status: response.statusCode!, text, what });
        });
        response.on("error", reject);
      },
    );
    outgoing.on("error", (error) => {
      reject(new Error(`${error.message}: ${what}`));
    });
    outgoing.end(body ?? undefined);
  });
}

/** What the JVM answers with 500, too: bodies that do not bind, and failures inside of validation. */
const KNOWN_500 = [
  /^Unrecognized (token|field|character)/,
  /^Unexpected (character|end-of-input)/,
  /^Cannot (deserialize|construct|invoke)/,
  /^Illegal unquoted character/,
  /^Trailing token/,
  /^Invalid UTF-8/,
  /^Document nesting depth/,
  /^Number value length/,
  /^org\.apache\.kafka\.connect\.runtime\.rest\.errors\.BadRequestException: /,
  /^org\.apache\.kafka\.common\.config\.ConfigException: /,
  /^java\.lang\.NullPointerException: /,
  /^Invalid value .* for configuration /s,
];

function problemOf({ status, text }: Outcome): string | null {
  if (text.includes(WORKER_SECRET)) return "leaks a secret of the worker";
  const json = /^[[{]/.test(text)
    ? (JSON.parse(text) as { error_code?: number; message?: string; configs?: unknown })
    : null;
  if (json?.configs !== undefined && passwordShown(text)) return "shows a password";
  if (status < 500)
    return status >= 400 && json !== null && json.error_code !== status ? "has another error_code" : null;
  if (status !== 500 || json?.error_code !== 500) return `has status ${status}`;
  return KNOWN_500.some((known) => known.test(json.message ?? "")) ? null : "is a 500 that Connect does not give";
}

/** The secret may come back for keys that are no passwords, where Connect shows it as well. */
function passwordShown(text: string): boolean {
  const { configs = [] } = JSON.parse(text) as {
    configs?: { definition: { type: string } | null; value: { value: string | null } | null }[];
  };
  return configs.some(
    ({ definition, value }) => definition?.type === "PASSWORD" && value?.value?.includes(CONNECTOR_SECRET) === true,
  );
}

function sendRaw(base: URL, random: Random): Promise<void> {
  const lines = [
    `${random.pick(["GET", "get", "FOO", "", "\u0001", "POST"])} ${random.pick(["/", "http://x/connectors", "*", "", "/%", "/a b"])} ${random.pick(["HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "", "HTTP/2.0"])}`,
    ...(random.chance(2) ? ["Host: x"] : []),
    random.pick([
      "Content-Length: -1",
      "Content-Length: 99999999",
      "Content-Length: 1, 2",
      "Transfer-Encoding: chunked",
      ": x",
      "X",
      `X: ${"y".repeat(random.below(60_000))}`,
      "Connection: upgrade\r\nUpgrade: websocket",
      "Expect: 100-continue",
    ]),
  ];
  const text = `${lines.join(random.pick(["\r\n", "\n"]))}\r\n\r\n${random.pick(["", "zz\r\n", "5\r\nabc", "\u0000".repeat(50)])}`;
  return new Promise((resolve) => {
    const socket = connect(Number(base.port), base.hostname);
    // Half of a request may wait for its rest: what matters is that the server lives on.
    const timer = setTimeout(() => socket.destroy(), 50);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.end(Buffer.from(text, "latin1"));
    socket.resume();
  });
}

describe("the REST API under hostile input", () => {
  let rest: MemoryRest;
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

  before(async () => {
    rest = await startMemoryRest({
      properties: {
        "ssl.keystore.password": WORKER_SECRET,
        "sasl.jaas.config": WORKER_SECRET,
        "consumer.ssl.keystore.password": WORKER_SECRET,
        "access.control.allow.origin": "http://ui.example",
      },
    });
  });
  after(async () => {
    agent.destroy();
    await rest.close();
  });

  it(`gives no unknown 5xx and no secret for ${HTTP_REQUESTS} requests`, async () => {
    const seed = Number(process.env["SLUICE_TEST_SEED"] ?? 20_260_101);
    const random = new Random(seed);
    const base = new URL(rest.url);
    const statuses = new Map<number, number>();
    const latenciesMs: number[] = [];
    let left = HTTP_REQUESTS;
    const one = async (): Promise<void> => {
      while (left-- > 0) {
        const sentAtMs = performance.now();
        const outcome = await send(base, agent, random);
        latenciesMs.push(performance.now() - sentAtMs);
        statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
        const problem = problemOf(outcome);
        assert.equal(problem, null, `seed ${seed}: ${outcome.what} ${String(problem)}: ${outcome.text.slice(0, 300)}`);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
    // Told, not asserted: it includes this process's own client, and depends on what else the machine does.
    latenciesMs.sort((a, b) => a - b);
    const [p50, p99] = [0.5, 0.99].map((part) => latenciesMs[Math.floor(latenciesMs.length * part)]!.toFixed(1));
    process.stdout.write(`    ${CONCURRENCY} at a time: p50 ${p50} ms, p99 ${p99} ms\n`);
    // The input reaches far enough to be worth something.
    for (const status of [200, 201, 400, 404, 405, 406, 415, 500])
      assert.ok((statuses.get(status) ?? 0) > 10, `${status}: ${[...statuses].join(" ")}`);
    assert.equal((await fetch(`${rest.url}/connectors`)).status, 200);
  });

  it(`lives on after ${RAW_REQUESTS} broken requests`, async () => {
    const random = new Random(7);
    const base = new URL(rest.url);
    let left = RAW_REQUESTS;
    const one = async (): Promise<void> => {
      while (left-- > 0) await sendRaw(base, random);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
    assert.equal((await fetch(`${rest.url}/connectors`)).status, 200);
  });
});
