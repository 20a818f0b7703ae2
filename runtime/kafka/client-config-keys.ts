import { defineConfig, oneOfAnyCase, range, type ConfigValues } from "../api/index.js";
import { SSL_KEYS } from "../tls/ssl-keys.js";

/**
 * The properties of Java's clients that have an effect here, for consumers, producers and admin clients alike. Types, defaults
 * and rules are those of `CommonClientConfigs`, `SslConfigs` and `SaslConfigs`, Kafka 4.1; what differs says so.
 */
export const CONNECTION_KEYS = defineConfig({
  "bootstrap.servers": {
    type: "LIST",
    default: [],
    importance: "HIGH",
    doc: "Brokers to connect to first, as host:port.",
  },
  "client.id": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Name of the client in broker logs and quotas.",
  },
  "security.protocol": {
    type: "STRING",
    default: "PLAINTEXT",
    importance: "MEDIUM",
    doc: "How to talk to brokers: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.",
    validator: oneOfAnyCase("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
  },
  "request.timeout.ms": {
    type: "INT",
    default: 30_000,
    importance: "MEDIUM",
    doc: "How long to wait for an answer before the connection is given up and the request tried again.",
    validator: range(0),
  },
  "socket.connection.setup.timeout.ms": {
    type: "LONG",
    default: 10_000,
    importance: "MEDIUM",
    doc: "How long a connection, with TLS, may take to be set up.",
  },
  "reconnect.backoff.ms": {
    type: "LONG",
    default: 50,
    importance: "LOW",
    doc: "Wait before a broker is tried again; doubles with each failure.",
    validator: range(0),
  },
  "reconnect.backoff.max.ms": {
    type: "LONG",
    default: 1_000,
    importance: "LOW",
    doc: "Longest wait before a broker is tried again.",
    validator: range(0),
  },
  "retry.backoff.ms": {
    type: "LONG",
    default: 100,
    importance: "LOW",
    doc: "Wait before a failed request is tried again; doubles with each failure.",
    validator: range(0),
  },
  "retry.backoff.max.ms": {
    type: "LONG",
    default: 1_000,
    importance: "LOW",
    doc: "Longest wait before a failed request is tried again.",
    validator: range(0),
  },
  "metadata.max.age.ms": {
    type: "LONG",
    default: 300_000,
    importance: "LOW",
    doc: "Topics, partitions and leaders are looked up again after this long without any error.",
    validator: range(0),
  },
  "sasl.mechanism": {
    type: "STRING",
    default: "GSSAPI",
    importance: "MEDIUM",
    doc: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM. GSSAPI (Kerberos) is not supported.",
  },
  "sasl.jaas.config": {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    doc: 'Login module and its options: `Module required key="value";`.',
  },
  "sasl.login.callback.handler.class": {
    type: "CLASS",
    default: null,
    importance: "MEDIUM",
    doc: "Where OAUTHBEARER tokens come from: the handlers of Kafka, Amazon MSK and Google are known by their Java names.",
  },
  "sasl.client.callback.handler.class": {
    type: "CLASS",
    default: null,
    importance: "MEDIUM",
    doc: "As above; the one of Amazon MSK's IAM library is known.",
  },
  "sasl.oauthbearer.token.endpoint.url": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: "OAuth 2 token endpoint for client credentials, or a file: URL of a token.",
  },
  "sasl.oauthbearer.jwt.retriever.class": {
    type: "CLASS",
    default: "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
    importance: "MEDIUM",
    doc: "How Kafka's own handler gets tokens: DefaultJwtRetriever, ClientCredentialsJwtRetriever or FileJwtRetriever.",
  },
  "sasl.oauthbearer.client.credentials.client.id": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: "Client id for the token endpoint; also accepted as clientId in sasl.jaas.config.",
  },
  "sasl.oauthbearer.client.credentials.client.secret": {
    type: "PASSWORD",
    default: null,
    importance: "MEDIUM",
    doc: "Client secret for the token endpoint; also accepted as clientSecret in sasl.jaas.config.",
  },
  "sasl.oauthbearer.scope": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: "Scope to ask the token endpoint for; also accepted as scope in sasl.jaas.config.",
  },
  "sasl.oauthbearer.header.urlencode": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "URL-encode client id and secret in the Authorization header of the token request.",
  },
  "sasl.login.connect.timeout.ms": {
    type: "INT",
    default: null,
    importance: "LOW",
    doc: "How long connecting to the token endpoint may take.",
  },
  "sasl.login.read.timeout.ms": {
    type: "INT",
    default: null,
    importance: "LOW",
    doc: "How long the answer of the token endpoint may take.",
  },
  "sasl.login.retry.backoff.ms": {
    type: "LONG",
    default: 100,
    importance: "LOW",
    doc: "Wait before the token endpoint is asked again; doubles with each failure.",
  },
  "sasl.login.retry.backoff.max.ms": {
    type: "LONG",
    default: 10_000,
    importance: "LOW",
    doc: "Longest wait before the token endpoint is asked again; no further try after it.",
  },
  ...SSL_KEYS,
});

export type ConnectionValues = ConfigValues<typeof CONNECTION_KEYS>;
