import { defineConfig, parseConfig, range, type ConfigValues } from "../../api/index.js";
import { SSL_KEYS, type SslValues } from "../../tls/ssl-keys.js";

/** The registry's own `ssl.*`, apart from those of Kafka's clients. */
const SSL_PREFIX = "schema.registry.";
type RegistrySslKeys = { readonly [K in keyof typeof SSL_KEYS as `${typeof SSL_PREFIX}${K}`]: (typeof SSL_KEYS)[K] };
const REGISTRY_SSL_KEYS = Object.fromEntries(
  Object.entries(SSL_KEYS).map(([key, definition]) => [SSL_PREFIX + key, definition]),
) as unknown as RegistrySslKeys;

/**
 * Keys of the schema registry client that all of Confluent's converters share, as `AbstractKafkaSchemaSerDeConfig` and
 * `SchemaRegistryClientConfig` name them. Keys that only concern writing schemas are accepted and do nothing.
 */
export const SCHEMA_REGISTRY_KEYS = defineConfig({
  "schema.registry.url": {
    type: "LIST",
    importance: "HIGH",
    doc: "URLs of schema registry instances, tried one after the other.",
  },
  "basic.auth.credentials.source": {
    type: "STRING",
    default: "URL",
    importance: "MEDIUM",
    doc: "Where the user and password for basic authentication come from: URL, USER_INFO or SASL_INHERIT.",
  },
  "basic.auth.user.info": {
    type: "PASSWORD",
    default: "",
    importance: "MEDIUM",
    doc: "`user:password` for basic authentication with the source USER_INFO.",
  },
  "schema.registry.basic.auth.user.info": {
    type: "PASSWORD",
    default: "",
    importance: "MEDIUM",
    doc: "Older name of basic.auth.user.info.",
  },
  "bearer.auth.credentials.source": {
    type: "STRING",
    default: "STATIC_TOKEN",
    importance: "MEDIUM",
    doc: "Where the bearer token comes from: STATIC_TOKEN, or OAUTHBEARER for a token endpoint.",
  },
  "bearer.auth.token": { type: "PASSWORD", default: "", importance: "MEDIUM", doc: "A fixed bearer token." },
  "bearer.auth.issuer.endpoint.url": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Token endpoint of the identity provider, for the source OAUTHBEARER.",
  },
  "bearer.auth.client.id": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "Client id at the token endpoint.",
  },
  "bearer.auth.client.secret": {
    type: "PASSWORD",
    default: "",
    importance: "MEDIUM",
    doc: "Client secret at the token endpoint.",
  },
  "bearer.auth.scope": { type: "STRING", default: "", importance: "LOW", doc: "Scope asked of the token endpoint." },
  "bearer.auth.logical.cluster": {
    type: "STRING",
    default: "",
    importance: "LOW",
    doc: "Sent as the header target-sr-cluster (Confluent Cloud).",
  },
  "bearer.auth.identity.pool.id": {
    type: "STRING",
    default: "",
    importance: "LOW",
    doc: "Sent as the header Confluent-Identity-Pool-Id (Confluent Cloud).",
  },
  ...REGISTRY_SSL_KEYS,
  "proxy.host": { type: "STRING", default: "", importance: "LOW", doc: "Proxies are not supported: must stay empty." },
  "proxy.port": { type: "INT", default: -1, importance: "LOW", doc: "Proxies are not supported: must stay -1." },
  "http.connect.timeout.ms": {
    type: "INT",
    default: 60_000,
    validator: range(0),
    importance: "LOW",
    doc: "Longest wait for a connection, in milliseconds.",
  },
  "http.read.timeout.ms": {
    type: "INT",
    default: 60_000,
    validator: range(0),
    importance: "LOW",
    doc: "Longest wait for an answer, in milliseconds.",
  },
  "max.retries": {
    type: "INT",
    default: 3,
    validator: range(0),
    importance: "LOW",
    doc: "How often a request is repeated when no registry answers or one answers that it cannot at the moment.",
  },
  "retries.wait.ms": {
    type: "INT",
    default: 1000,
    validator: range(0),
    importance: "LOW",
    doc: "First wait before a repetition, in milliseconds; it doubles up to retries.max.wait.ms.",
  },
  "retries.max.wait.ms": {
    type: "INT",
    default: 20_000,
    validator: range(0),
    importance: "LOW",
    doc: "Longest wait before a repetition, in milliseconds.",
  },
  "max.schemas.per.subject": {
    type: "INT",
    default: 1000,
    importance: "LOW",
    doc: "Accepted; schemas stay cached while the task runs.",
  },
  "key.subject.name.strategy": {
    type: "CLASS",
    default: "io.confluent.kafka.serializers.subject.TopicNameStrategy",
    importance: "MEDIUM",
    doc: "How the subject of a key's schema is named: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy.",
  },
  "value.subject.name.strategy": {
    type: "CLASS",
    default: "io.confluent.kafka.serializers.subject.TopicNameStrategy",
    importance: "MEDIUM",
    doc: "As key.subject.name.strategy, for values.",
  },
  "auto.register.schemas": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Only for writing; does nothing in a sink.",
  },
  "use.latest.version": {
    type: "BOOLEAN",
    default: false,
    importance: "LOW",
    doc: "Only for writing; does nothing in a sink.",
  },
});

export type SchemaRegistryConfig = ConfigValues<typeof SCHEMA_REGISTRY_KEYS>;

/** The `ssl.*` values under the registry's prefix. Throws ConnectError `config`. */
export function registrySsl(properties: Readonly<Record<string, string>>): SslValues {
  const own = Object.entries(properties).filter(([key]) => key.startsWith(SSL_PREFIX));
  const values = parseConfig(
    SSL_KEYS,
    Object.fromEntries(own.map(([key, value]) => [key.slice(SSL_PREFIX.length), value])),
  );
  // Confluent's client also takes the word.
  const algorithm = values["ssl.endpoint.identification.algorithm"];
  return algorithm.toLowerCase() === "none" ? { ...values, "ssl.endpoint.identification.algorithm": "" } : values;
}
