import { defineConfig, type KeyOf } from "../api/index.js";

/**
 * Keys of Kafka's clients that a worker file may hold at its top level: they reach every client of the worker. What they do is the
 * matter of `runtime/kafka/client-config`.
 */

const text = (doc: string, def: string | null = null): KeyOf<"STRING"> & { default: string | null } => ({
  type: "STRING",
  default: def,
  importance: "MEDIUM",
  doc,
});

const secret = (doc: string): KeyOf<"PASSWORD"> & { default: null } => ({
  type: "PASSWORD",
  default: null,
  importance: "HIGH",
  doc,
});

export const SSL_KEYS = defineConfig({
  "ssl.protocol": text(
    "TLS protocol of the context. Only the versions in ssl.enabled.protocols matter here.",
    "TLSv1.3",
  ),
  "ssl.provider": text("Java security provider; ignored."),
  "ssl.cipher.suites": { type: "LIST", default: null, importance: "LOW", doc: "Cipher suites; null: the platform's." },
  "ssl.enabled.protocols": {
    type: "LIST",
    default: ["TLSv1.2", "TLSv1.3"],
    importance: "MEDIUM",
    doc: "TLS versions that may be negotiated.",
  },
  "ssl.keystore.type": text("JKS, PKCS12 or PEM.", "JKS"),
  "ssl.keystore.location": text("File with the client's private key and certificates."),
  "ssl.keystore.password": secret("Password of the key store file."),
  "ssl.key.password": secret("Password of the private key."),
  "ssl.keystore.key": secret("Private key as PEM text."),
  "ssl.keystore.certificate.chain": secret("Certificates of the private key as PEM text."),
  "ssl.truststore.type": text("JKS, PKCS12 or PEM.", "JKS"),
  "ssl.truststore.location": text("File with the certificates to trust."),
  "ssl.truststore.password": secret("Password of the trust store file."),
  "ssl.truststore.certificates": secret("Certificates to trust as PEM text."),
  "ssl.keymanager.algorithm": text("Java key manager; ignored.", "SunX509"),
  "ssl.trustmanager.algorithm": text("Java trust manager; ignored.", "PKIX"),
  "ssl.endpoint.identification.algorithm": text(
    "https checks the host name of the certificate, empty does not.",
    "https",
  ),
  "ssl.secure.random.implementation": text("Java random source; ignored."),
  "ssl.engine.factory.class": text("Java class; not supported."),
});

export const CLIENT_KEYS = defineConfig({
  "bootstrap.servers": {
    type: "LIST",
    default: ["localhost:9092"],
    importance: "HIGH",
    doc: "Brokers to find the cluster by, host:port each.",
  },
  "client.dns.lookup": text("How host names are resolved.", "use_all_dns_ips"),
  "security.protocol": text("PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.", "PLAINTEXT"),
  ...SSL_KEYS,
  "sasl.mechanism": text("SASL mechanism.", "GSSAPI"),
  "sasl.jaas.config": secret("JAAS login line with the credentials."),
  "sasl.client.callback.handler.class": text("Callback handler of the SASL client."),
  "sasl.login.callback.handler.class": text("Callback handler of the login."),
  "sasl.login.class": text("Java login class; not supported."),
  "sasl.kerberos.service.name": text("Kerberos principal of the brokers; Kerberos is not supported."),
  "sasl.oauthbearer.token.endpoint.url": text("Where OAuth tokens are asked for."),
  "sasl.oauthbearer.scope.claim.name": text("Claim that holds the scope.", "scope"),
  "sasl.oauthbearer.sub.claim.name": text("Claim that holds the subject.", "sub"),
});
