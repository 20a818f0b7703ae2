import { defineConfig, type ConfigValues } from "../api/index.js";

/** The `ssl.*` properties of Java's clients that have an effect here, with the types and defaults of `SslConfigs`, Kafka 4.1. */
export const SSL_KEYS = defineConfig({
  "ssl.truststore.type": { type: "STRING", default: "JKS", importance: "MEDIUM", doc: "JKS, PKCS12 or PEM." },
  "ssl.truststore.location": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "File with the certificates to trust. Without one, those of Node.js are trusted.",
  },
  "ssl.truststore.password": { type: "PASSWORD", default: null, importance: "HIGH", doc: "Password of that file." },
  "ssl.truststore.certificates": {
    type: "PASSWORD",
    default: null,
    importance: "HIGH",
    doc: "Certificates to trust, PEM, in place of a file.",
  },
  "ssl.keystore.type": { type: "STRING", default: "JKS", importance: "MEDIUM", doc: "JKS, PKCS12 or PEM." },
  "ssl.keystore.location": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "File with the client's private key and certificate chain.",
  },
  "ssl.keystore.password": { type: "PASSWORD", default: null, importance: "HIGH", doc: "Password of that file." },
  "ssl.keystore.key": {
    type: "PASSWORD",
    default: null,
    importance: "HIGH",
    doc: "Private key, PEM, in place of a file.",
  },
  "ssl.keystore.certificate.chain": {
    type: "PASSWORD",
    default: null,
    importance: "HIGH",
    doc: "Certificate chain of that key, PEM.",
  },
  "ssl.key.password": {
    type: "PASSWORD",
    default: null,
    importance: "HIGH",
    doc: "Password of the private key in the file or in ssl.keystore.key.",
  },
  "ssl.endpoint.identification.algorithm": {
    type: "STRING",
    default: "https",
    importance: "LOW",
    doc: "Empty: the server's host name is not compared with its certificate. The certificate itself is always checked.",
  },
  "ssl.enabled.protocols": {
    type: "LIST",
    default: ["TLSv1.2", "TLSv1.3"],
    importance: "MEDIUM",
    doc: "TLS versions: the lowest and the highest of the list count.",
  },
  "ssl.cipher.suites": {
    type: "LIST",
    default: null,
    importance: "LOW",
    doc: "Cipher suites to offer, by their standard names. Default: those of Node.js.",
  },
});

export type SslValues = ConfigValues<typeof SSL_KEYS>;
