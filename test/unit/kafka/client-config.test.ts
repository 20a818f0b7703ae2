import assert from "node:assert/strict";
import { connectionConfig } from "../../../runtime/kafka/client-config.js";
import { silentLogger } from "../../support/loggers.js";

const PACKAGE = "org.apache.kafka.common.security";
const MSK = "software.amazon.msk.auth.iam";

type Properties = Record<string, string>;

function configOf(properties: Properties): ReturnType<typeof connectionConfig> {
  return connectionConfig({ "bootstrap.servers": "b-1.example:9093,b-2.example:9093", ...properties }, silentLogger);
}

describe("kafka/client-config", () => {
  it("connectionConfig() takes Java's defaults", () => {
    assert.deepEqual(connectionConfig({ "bootstrap.servers": "a:1" }, silentLogger), {
      brokers: [{ host: "a", port: 1 }],
      clientId: "",
      ssl: false,
      sasl: null,
      connectionTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      reconnectBackoffMs: 50,
      reconnectBackoffMaxMs: 1_000,
      retryBackoffMs: 100,
      retryBackoffMaxMs: 1_000,
      metadataMaxAgeMs: 300_000,
    });
  });

  it("connectionConfig() reads addresses as Java does", () => {
    const brokersOf = (servers: string): unknown => configOf({ "bootstrap.servers": servers }).brokers;
    assert.deepEqual(brokersOf(" a.example:9092 , SSL://[2001:db8::1]:9093,"), [
      { host: "a.example", port: 9092 },
      { host: "2001:db8::1", port: 9093 },
    ]);
    for (const wrong of ["a.example", "a:b", ":9092", "a:70000"])
      assert.throws(() => brokersOf(wrong), { kind: "config", message: `Invalid url in bootstrap.servers: ${wrong}` });
    assert.throws(() => brokersOf(""), { message: "No resolvable bootstrap urls given in bootstrap.servers" });
  });

  it("connectionConfig() refuses values of another type with Kafka's text", () => {
    assert.throws(() => configOf({ "request.timeout.ms": "soon" }), {
      kind: "config",
      message: "Invalid value soon for configuration request.timeout.ms: Not a number of type INT",
    });
    assert.throws(() => configOf({ "security.protocol": "TLS" }), { message: /String must be one of/ });
  });

  const plain = `${PACKAGE}.plain.PlainLoginModule required`;
  const vendors: readonly (readonly [vendor: string, jaas: string, username: string, password: string])[] = [
    ["Confluent Cloud", `${plain} username="KEY" password="se/cr+et=";`, "KEY", "se/cr+et="],
    ["IBM Event Streams", `${plain} username="token" password="abc";`, "token", "abc"],
    ["OCI Streaming", `${plain} username="tenancy/user/ocid1.x" password="a{b}";`, "tenancy/user/ocid1.x", "a{b}"],
    [
      "Azure Event Hubs",
      `${plain} username="$ConnectionString" password="Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey=k==";`,
      "$ConnectionString",
      "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKey=k==",
    ],
  ];
  for (const [vendor, jaas, username, password] of vendors)
    it(`connectionConfig() logs in to ${vendor} with PLAIN over TLS, checking names against public authorities`, () => {
      const config = configOf({ "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.jaas.config": jaas });
      assert.deepEqual(config.sasl, { mechanism: "plain", username, password });
      assert.deepEqual(config.ssl, { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" });
    });

  it("connectionConfig() logs in to Amazon MSK with SCRAM, and to Strimzi with inline PEM on one line", () => {
    const scram = `${PACKAGE}.scram.ScramLoginModule required username="u" password="p";`;
    const config = configOf({
      "security.protocol": "sasl_ssl",
      "sasl.mechanism": "SCRAM-SHA-512",
      "sasl.jaas.config": scram,
      "ssl.truststore.type": "PEM",
      "ssl.truststore.certificates": "-----BEGIN CERTIFICATE----- QUJD REVG -----END CERTIFICATE-----",
    });
    assert.deepEqual(config.sasl, { mechanism: "scram-sha-512", username: "u", password: "p" });
    assert.deepEqual(config.ssl, {
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
      ca: ["-----BEGIN CERTIFICATE-----\nQUJDREVG\n-----END CERTIFICATE-----\n"],
    });
  });

  const bearers: readonly (readonly [name: string, properties: Properties])[] = [
    [
      "Amazon MSK with IAM, by Amazon's mechanism",
      {
        "sasl.mechanism": "AWS_MSK_IAM",
        "sasl.jaas.config": `${MSK}.IAMLoginModule required awsStsRegion="eu-west-1";`,
        "sasl.client.callback.handler.class": `${MSK}.IAMClientCallbackHandler`,
      },
    ],
    [
      "Amazon MSK with IAM, by OAUTHBEARER",
      {
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.jaas.config": `${PACKAGE}.oauthbearer.OAuthBearerLoginModule required awsStsRegion="eu-west-1" awsProfileName="p";`,
        "sasl.login.callback.handler.class": `${MSK}.IAMOAuthBearerLoginCallbackHandler`,
        "sasl.client.callback.handler.class": `${MSK}.IAMOAuthBearerLoginCallbackHandler`,
      },
    ],
    [
      "Google Managed Kafka",
      {
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.jaas.config": `${PACKAGE}.oauthbearer.OAuthBearerLoginModule required;`,
        "sasl.login.callback.handler.class": "com.google.cloud.hosted.kafka.auth.GcpLoginCallbackHandler",
      },
    ],
    [
      "Confluent Cloud with OAuth",
      {
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.jaas.config": `${PACKAGE}.oauthbearer.OAuthBearerLoginModule required clientId='i' clientSecret='s' extension_identityPoolId='pool';`,
        "sasl.login.callback.handler.class": `${PACKAGE}.oauthbearer.secured.OAuthBearerLoginCallbackHandler`,
        "sasl.oauthbearer.token.endpoint.url": "https://idp.example/token",
      },
    ],
    [
      "Strimzi's OAuth library",
      {
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.jaas.config": `${PACKAGE}.oauthbearer.OAuthBearerLoginModule required oauth.client.id="i" oauth.client.secret="s" oauth.token.endpoint.uri="https://idp.example/token";`,
        "sasl.login.callback.handler.class": "io.strimzi.kafka.oauth.client.JaasClientOauthLoginCallbackHandler",
      },
    ],
  ];
  for (const [name, properties] of bearers)
    it(`connectionConfig() logs in with OAUTHBEARER to ${name}, asking nobody yet`, () => {
      const { sasl } = configOf({ "security.protocol": "SASL_SSL", ...properties });
      assert.ok(sasl);
      assert.equal(sasl.mechanism, "OAUTHBEARER");
      assert.ok("authenticationProvider" in sasl);
    });

  it("connectionConfig() says what is not supported, by name", () => {
    const sasl = { "security.protocol": "SASL_PLAINTEXT" };
    const bearer = { ...sasl, "sasl.mechanism": "OAUTHBEARER", "sasl.jaas.config": "m required;" };
    const cases: readonly (readonly [Properties, RegExp])[] = [
      [sasl, /GSSAPI \(Kerberos\), Kafka's default, is not supported/],
      [{ ...sasl, "sasl.mechanism": "PLAIN" }, /sasl\.jaas\.config must be set/],
      [
        { ...sasl, "sasl.mechanism": "PLAIN", "sasl.jaas.config": 'm required username="u";' },
        /lacks the option password/,
      ],
      [{ ...sasl, "sasl.mechanism": "DIGEST-MD5" }, /DIGEST-MD5 is not supported/],
      [
        { ...bearer, "sasl.login.callback.handler.class": "com.example.Handler" },
        /the class com\.example\.Handler is not supported/,
      ],
      [
        { ...bearer, "sasl.client.callback.handler.class": "com.example.Handler" },
        /com\.example\.Handler is not supported/,
      ],
      [bearer, /needs sasl\.login\.callback\.handler\.class/],
      [{ "security.protocol": "SSL", "ssl.keystore.location": "/nowhere.jks" }, /key store password is not specified/],
      [
        { "security.protocol": "SSL", "ssl.truststore.location": "/nowhere.jks" },
        /Failed to load SSL keystore \/nowhere\.jks/,
      ],
      [{ "security.protocol": "SSL", "ssl.truststore.certificates": "x" }, /can be specified only for PEM/],
      [{ "security.protocol": "SSL", "ssl.enabled.protocols": "SSLv3" }, /None of the TLS versions/],
    ];
    for (const [properties, message] of cases)
      assert.throws(() => configOf(properties), { kind: "config", message }, JSON.stringify(properties));
  });
});
