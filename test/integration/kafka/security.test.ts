import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createAdmin } from "../../../runtime/kafka/admin.js";
import { openTopicLog } from "../../../runtime/kafka/topic-log.js";
import { KEY_PASSWORD, makeCertificates, STORE_PASSWORD, type Certificates } from "../../support/certificates.js";
import { temporaryFolder, writeAtomically } from "../../support/folders.js";
import { makeScramUser } from "../../support/java-client.js";
import { KafkaBroker, uniqueName } from "../../support/kafka-broker.js";
import { silentLogger } from "../../support/loggers.js";

const MODULES = "org.apache.kafka.common.security";
const PLAIN = `${MODULES}.plain.PlainLoginModule required`;
const SCRAM = `${MODULES}.scram.ScramLoginModule required`;
const OAUTH = `${MODULES}.oauthbearer.OAuthBearerLoginModule required`;
const LOGIN_HANDLER = `${MODULES}.oauthbearer.OAuthBearerLoginCallbackHandler`;
/** Every character that a JAAS text or SCRAM has to escape. */
const PASSWORD = `p,=;'\\ä`;
const IN_JAAS = `"p,=;'\\\\ä"`;

/** Gives up soon on what may pass. */
const HASTY = { "default.api.timeout.ms": "1000" };

type Listener = "TLS" | "MUTUAL" | "STRANGER" | "LOGIN" | "OPEN" | "BEARER";
type Properties = Record<string, string>;

function startBroker(certificates: Certificates): Promise<KafkaBroker> {
  const keyStore = (name: string): Properties => ({
    "ssl.keystore.type": "PKCS12",
    "ssl.keystore.location": certificates.path(`${name}.p12`),
    "ssl.keystore.password": STORE_PASSWORD,
  });
  const forListener = (listener: string, properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).map(([key, value]) => [`listener.name.${listener}.${key}`, value]));
  const login = {
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "plain.sasl.jaas.config": `${PLAIN} user_alice=${IN_JAAS};`,
    "scram-sha-256.sasl.jaas.config": `${SCRAM};`,
    "scram-sha-512.sasl.jaas.config": `${SCRAM};`,
  };
  return KafkaBroker.start({
    listeners: [
      { name: "TLS", protocol: "SSL" },
      { name: "MUTUAL", protocol: "SSL" },
      { name: "STRANGER", protocol: "SSL" },
      { name: "LOGIN", protocol: "SASL_SSL" },
      { name: "OPEN", protocol: "SASL_PLAINTEXT" },
      { name: "BEARER", protocol: "SASL_PLAINTEXT" },
    ],
    properties: {
      ...keyStore("broker"),
      "ssl.truststore.type": "PEM",
      "ssl.truststore.location": certificates.path("root.pem"),
      ...forListener("mutual", { "ssl.client.auth": "required" }),
      ...forListener("stranger", keyStore("stranger")),
      ...forListener("login", login),
      ...forListener("open", login),
      ...forListener("bearer", {
        "sasl.enabled.mechanisms": "OAUTHBEARER",
        "oauthbearer.sasl.jaas.config": `${OAUTH} unsecuredLoginStringClaim_sub="broker" unsecuredValidatorRequiredScope="kafka";`,
      }),
    },
  });
}

describe("kafka/security", () => {
  let certificates: Certificates;
  let broker: KafkaBroker;

  before(async () => {
    certificates = await makeCertificates();
    const rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    const elliptic = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
    await certificates.issue("broker", "IP:127.0.0.1,DNS:localhost", rsa);
    await certificates.issue("stranger", "DNS:elsewhere.example", elliptic);
    await certificates.issue("client", "DNS:client.example", rsa);
    await certificates.issue("curve", "DNS:client.example", elliptic);
    for (const name of ["broker", "stranger", "client", "curve"]) await certificates.pkcs12(name);
    for (const name of ["client", "curve"]) await certificates.jks(name);
    await certificates.trustStore("JKS");
    await certificates.trustStore("PKCS12");
    broker = await startBroker(certificates);
    await makeScramUser(broker.bootstrap(), "alice", PASSWORD);
  });
  after(() => broker.kill());

  /** The cluster's id, over this listener and with these properties. */
  async function reach(listener: Listener, properties: Properties): Promise<string> {
    const admin = createAdmin({ "bootstrap.servers": broker.bootstrap(listener), ...properties }, silentLogger);
    try {
      return await admin.clusterId();
    } finally {
      await admin.close();
    }
  }

  const trustPem = (): Properties => ({
    "security.protocol": "SSL",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": certificates.path("root.pem"),
  });

  it("a trust store may be JKS, PKCS12 or PEM, in a file or inline, with and without password", async () => {
    const inline = certificates.text("root.pem").replaceAll("\n", " ");
    const ssl = { "security.protocol": "SSL" };
    const jks = { ...ssl, "ssl.truststore.location": certificates.path("trust.jks") };
    const stores: Properties[] = [
      trustPem(),
      { ...ssl, "ssl.truststore.type": "PEM", "ssl.truststore.certificates": inline },
      jks,
      { ...jks, "ssl.truststore.password": STORE_PASSWORD },
      // Java opens a PKCS #12 store under the name of JKS.
      {
        ...ssl,
        "ssl.truststore.location": certificates.path("trust.pkcs12"),
        "ssl.truststore.password": STORE_PASSWORD,
      },
    ];
    for (const store of stores) assert.equal(await reach("TLS", store), broker.clusterId, JSON.stringify(store));
  });

  it("a client authenticates itself with a key from JKS, PKCS12 or PEM, sending the authority between", async () => {
    const identities: Properties[] = [];
    for (const name of ["client", "curve"]) {
      const file = (extension: string): Properties => ({
        "ssl.keystore.location": certificates.path(`${name}.${extension}`),
        "ssl.keystore.password": STORE_PASSWORD,
      });
      identities.push(
        { ...file("p12"), "ssl.keystore.type": "PKCS12" },
        { ...file("jks"), "ssl.key.password": KEY_PASSWORD },
        {
          "ssl.keystore.type": "PEM",
          "ssl.keystore.key": certificates.text(`${name}.enc.key`).replaceAll("\n", " "),
          "ssl.keystore.certificate.chain": certificates.text(`${name}.chain.pem`),
          "ssl.key.password": KEY_PASSWORD,
        },
      );
    }
    for (const identity of identities)
      assert.equal(await reach("MUTUAL", { ...trustPem(), ...identity }), broker.clusterId, JSON.stringify(identity));
  });

  it("a broker that wants a certificate refuses a client without one, at once", async () => {
    await assert.rejects(reach("MUTUAL", trustPem()), {
      kind: "fatal",
      javaClass: "org.apache.kafka.common.errors.SslAuthenticationException",
    });
  });

  it("a broker of an unknown authority is refused, at once", async () => {
    await assert.rejects(reach("TLS", { "security.protocol": "SSL" }), {
      kind: "fatal",
      javaClass: "org.apache.kafka.common.errors.SslAuthenticationException",
    });
  });

  it("a broker of another name is refused, unless ssl.endpoint.identification.algorithm is empty", async () => {
    await assert.rejects(reach("STRANGER", trustPem()), { kind: "fatal", message: /^SSL handshake failed: / });
    const unchecked = { ...trustPem(), "ssl.endpoint.identification.algorithm": "" };
    assert.equal(await reach("STRANGER", unchecked), broker.clusterId);
    // The certificate itself is checked all the same.
    const untrusted = { "security.protocol": "SSL", "ssl.endpoint.identification.algorithm": "" };
    await assert.rejects(reach("STRANGER", untrusted), { kind: "fatal" });
  });

  it("TLS versions and cipher suites may be chosen by Java's names", async () => {
    const chosen = {
      ...trustPem(),
      "ssl.enabled.protocols": "TLSv1.2",
      "ssl.cipher.suites": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    };
    assert.equal(await reach("TLS", chosen), broker.clusterId);
  });

  for (const [mechanism, module] of [
    ["PLAIN", PLAIN],
    ["SCRAM-SHA-256", SCRAM],
    ["SCRAM-SHA-512", SCRAM],
  ] as const) {
    it(`${mechanism} logs in over TLS and without, and says so when the password is wrong`, async () => {
      const sasl = {
        "sasl.mechanism": mechanism,
        "sasl.jaas.config": `${module} username="alice" password=${IN_JAAS};`,
      };
      assert.equal(await reach("LOGIN", { ...trustPem(), ...sasl, "security.protocol": "SASL_SSL" }), broker.clusterId);
      const open = { ...sasl, "security.protocol": "SASL_PLAINTEXT" };
      assert.equal(await reach("OPEN", open), broker.clusterId);
      const wrong = { ...open, "sasl.jaas.config": `${module} username="alice" password="guess";` };
      await assert.rejects(reach("OPEN", wrong), {
        kind: "fatal",
        javaClass: "org.apache.kafka.common.errors.SaslAuthenticationException",
        message: /[Ii]nvalid (credentials|username or password)/,
      });
    });
  }

  it("a topic log reads and writes over SASL_SSL", async () => {
    const properties = {
      "bootstrap.servers": broker.bootstrap("LOGIN"),
      ...trustPem(),
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "SCRAM-SHA-512",
      "sasl.jaas.config": `${SCRAM} username="alice" password=${IN_JAAS};`,
    };
    const admin = createAdmin(properties, silentLogger);
    const topic = uniqueName("secured");
    await admin.createTopic({ name: topic, partitions: 1, replicationFactor: 1 });
    const log = openTopicLog(topic, properties, silentLogger);
    const seen: string[] = [];
    try {
      await log.start(({ key }) => seen.push(key ?? ""));
      const keys = Array.from({ length: 50 }, (_, i) => `key-${i}`);
      // Larger together than one TLS record.
      await Promise.all(keys.map((key) => log.send(key, Buffer.alloc(4_000, key))));
      await log.readToEnd();
      assert.deepEqual(seen, keys);
    } finally {
      await log.close();
      await admin.close();
    }
  });

  it("OAUTHBEARER sends unsigned tokens for development, and shows the broker's reason for a refusal", async () => {
    const bearer = (options: string): Properties => ({
      "security.protocol": "SASL_PLAINTEXT",
      "sasl.mechanism": "OAUTHBEARER",
      "sasl.jaas.config": `${OAUTH} unsecuredLoginStringClaim_sub="alice" ${options};`,
    });
    const scope = `unsecuredLoginListClaim_scope=",other,kafka" unsecuredLoginExtension_traceId="7"`;
    assert.equal(await reach("BEARER", bearer(scope)), broker.clusterId);
    await assert.rejects(reach("BEARER", bearer("")), {
      kind: "fatal",
      javaClass: "org.apache.kafka.common.errors.SaslAuthenticationException",
      message: /insufficient_scope/,
    });
  });

  describe("with a token endpoint", () => {
    let endpoint: Server;
    let requests: { authorization: string; body: string }[];
    let answers: { status: number; body: string }[];

    before(async () => {
      endpoint = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          requests.push({ authorization: request.headers.authorization ?? "", body });
          const { status, body: answer } = answers.shift() ?? { status: 500, body: "" };
          response.writeHead(status, { "content-type": "application/json" }).end(answer);
        });
      });
      await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
    });
    beforeEach(() => {
      requests = [];
      answers = [];
    });
    after(() => endpoint.close());

    const token = (): { status: number; body: string } => {
      const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const seconds = Date.now() / 1000;
      const claims = { sub: "alice", scope: ["kafka"], iat: seconds, exp: seconds + 3600 };
      return { status: 200, body: JSON.stringify({ access_token: `${encode({ alg: "none" })}.${encode(claims)}.` }) };
    };
    const properties = (): Properties => ({
      "security.protocol": "SASL_PLAINTEXT",
      "sasl.mechanism": "OAUTHBEARER",
      "sasl.login.callback.handler.class": LOGIN_HANDLER,
      "sasl.oauthbearer.token.endpoint.url": `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/token`,
      "sasl.jaas.config": `${OAUTH} clientId="id" clientSecret="s:1" scope="a b" extension_logicalCluster="lkc-1";`,
    });

    it("asks with client credentials, once for all connections, and again when the endpoint fails for a moment", async () => {
      answers = [{ status: 503, body: "" }, token()];
      assert.equal(await reach("BEARER", properties()), broker.clusterId);
      const authorization = `Basic ${Buffer.from("id:s:1").toString("base64")}`;
      const body = "grant_type=client_credentials&scope=a+b";
      assert.deepEqual(requests, [
        { authorization, body },
        { authorization, body },
      ]);
    });

    it("asks an endpoint over TLS, trusting what the ssl.* options of sasl.jaas.config say", async () => {
      const secured = createTlsServer(
        { key: certificates.text("broker.key"), cert: certificates.text("broker.chain.pem") },
        (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(token().body),
      );
      await new Promise<void>((resolve) => secured.listen(0, "127.0.0.1", resolve));
      try {
        const trust = `ssl.truststore.location="${certificates.path("trust.jks")}"`;
        const over = (options: string): Properties => ({
          ...properties(),
          "sasl.oauthbearer.token.endpoint.url": `https://127.0.0.1:${(secured.address() as AddressInfo).port}/token`,
          "sasl.jaas.config": `${OAUTH} clientId="id" clientSecret="s" ${options};`,
        });
        assert.equal(await reach("BEARER", over(trust)), broker.clusterId);
        await assert.rejects(reach("BEARER", { ...over(""), "sasl.login.retry.backoff.max.ms": "100", ...HASTY }), {
          message: /was not reached: .*certificate/,
        });
      } finally {
        secured.close();
      }
    });

    it("reads a token from a file, as something else renews it", async () => {
      const file = join(temporaryFolder("token"), "jwt");
      const { access_token } = JSON.parse(token().body) as { access_token: string };
      writeAtomically(file, `${access_token}\n`);
      const url = pathToFileURL(file).toString();
      assert.equal(
        await reach("BEARER", { ...properties(), "sasl.oauthbearer.token.endpoint.url": url }),
        broker.clusterId,
      );
      assert.deepEqual(requests, []);
    });

    it("says what the endpoint says when it refuses, and shows no secret", async () => {
      answers = [{ status: 401, body: '{"error":"invalid_client"}' }];
      await assert.rejects(reach("BEARER", properties()), (error: Error) => {
        assert.match(error.message, /gave no token: invalid_client \(status 401\)/);
        assert.doesNotMatch(error.message, /s:1/);
        return true;
      });
      assert.equal(requests.length, 1);
    });
  });

  it("a client that speaks without TLS to a TLS port is told so", async () => {
    await assert.rejects(reach("TLS", HASTY), { message: /security\.protocol/ });
  });
});
