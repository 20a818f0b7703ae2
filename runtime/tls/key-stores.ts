import { createHash, createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConnectError } from "../api/index.js";
import type { SslValues } from "./ssl-keys.js";
import { readStoreFile, type StoreContents } from "./store-files.js";

/** A client's identity, PEM. */
export interface KeyStoreIdentity {
  /** PKCS #8, not encrypted. */
  readonly key: string;
  /** Own certificate first, then its issuers. */
  readonly chain: string;
}

/** Certificates to trust, PEM. Null: none given. Rules and texts: `DefaultSslEngineFactory`, Kafka 4.1. */
export function loadTrustStore(values: SslValues): readonly string[] | null {
  const { "ssl.truststore.location": location, "ssl.truststore.password": password } = values;
  const inline = values["ssl.truststore.certificates"];
  const pem = values["ssl.truststore.type"].toUpperCase() === "PEM";
  if (inline !== null) {
    if (!pem)
      throw invalid(
        `SSL trust store certs can be specified only for PEM, but trust store type is ${values["ssl.truststore.type"]}.`,
      );
    if (location !== null)
      throw invalid("Both SSL trust store location and separate trust certificates are specified.");
    return nonEmpty(pemBlocks(inline, "CERTIFICATE"), "ssl.truststore.certificates");
  }
  if (location === null) {
    if (password !== null) throw invalid("SSL trust store is not specified, but trust store password is specified.");
    return null;
  }
  if (pem && password !== null) throw invalid("SSL trust store password cannot be specified for PEM format.");
  const file = readStore(location, "ssl.truststore.location");
  if (pem) return nonEmpty(pemBlocks(file.toString("utf8"), "CERTIFICATE"), location);
  const { trusted, keys } = parseStore(file, password, null, location);
  // Java trusts the certificates of key entries too.
  return nonEmpty([...trusted, ...keys.flatMap((entry) => entry.certificates.slice(0, 1))], location);
}

/** The client's key and certificates; null: none given. */
export function loadKeyStore(values: SslValues): KeyStoreIdentity | null {
  const {
    "ssl.keystore.location": location,
    "ssl.keystore.password": password,
    "ssl.key.password": keyPassword,
  } = values;
  const { "ssl.keystore.key": inlineKey, "ssl.keystore.certificate.chain": inlineChain } = values;
  const pem = values["ssl.keystore.type"].toUpperCase() === "PEM";
  if (inlineKey !== null || inlineChain !== null) {
    if (!pem)
      throw invalid(
        `SSL private key can be specified only for PEM, but key store type is ${values["ssl.keystore.type"]}.`,
      );
    if (inlineKey === null) throw invalid("SSL certificate chain is specified, but private key is not specified.");
    if (inlineChain === null) throw invalid("SSL private key is specified, but certificate chain is not specified.");
    if (location !== null) throw invalid("Both SSL key store location and separate private key are specified.");
    return pemIdentity(inlineKey, inlineChain, keyPassword, "ssl.keystore.key");
  }
  if (location === null) {
    if (password !== null) throw invalid("SSL key store is not specified, but key store password is specified.");
    return null;
  }
  if (!pem && password === null) throw invalid("SSL key store is specified, but key store password is not specified.");
  const file = readStore(location, "ssl.keystore.location");
  if (pem) {
    if (password !== null)
      throw invalid("SSL key store password cannot be specified with PEM format, only key password may be specified.");
    const text = file.toString("utf8");
    return pemIdentity(text, text, keyPassword, location);
  }
  const [entry] = parseStore(file, password, keyPassword ?? password, location).keys;
  if (entry === undefined) throw invalid(`${location} holds no private key`);
  return orderedIdentity(createPrivateKey(entry.key), entry.certificates, location);
}

function pemIdentity(keyText: string, chainText: string, password: string | null, where: string): KeyStoreIdentity {
  const [key] = pemBlocks(keyText, "PRIVATE KEY");
  if (key === undefined) throw invalid(`No private key in ${where}`);
  const certificates = nonEmpty(pemBlocks(chainText, "CERTIFICATE"), where);
  const passphrase = password === null ? {} : { passphrase: password };
  return orderedIdentity(
    attempt(() => createPrivateKey({ key, ...passphrase }), where),
    certificates,
    where,
  );
}

/** TLS wants the own certificate first; PKCS #12 keeps no order. */
function orderedIdentity(key: KeyObject, certificates: readonly string[], where: string): KeyStoreIdentity {
  const own = certificates.find((pem) => attempt(() => new X509Certificate(pem).checkPrivateKey(key), where));
  if (own === undefined) throw invalid(`${where} holds no certificate of its private key`);
  const chain = [own];
  for (;;) {
    const last = new X509Certificate(chain[chain.length - 1] ?? own);
    const issuer = certificates.find((pem) => !chain.includes(pem) && last.checkIssued(new X509Certificate(pem)));
    if (issuer === undefined) break;
    chain.push(issuer);
  }
  return { key: key.export({ type: "pkcs8", format: "pem" }).toString(), chain: chain.join("\n") };
}

/**
 * Stores that were opened, by a hash of contents and passwords. Deriving the key of a PKCS #12 store takes up to a second of the
 * thread, and each task's clients open the same ones.
 */
const opened = new Map<string, StoreContents>();
const OPENED_LIMIT = 32;

function parseStore(
  file: Buffer,
  password: string | null,
  keyPassword: string | null,
  location: string,
): StoreContents {
  const passwords = JSON.stringify([password, keyPassword]);
  const id = createHash("sha256").update(file).update(passwords).digest("hex");
  const known = opened.get(id);
  if (known !== undefined) return known;
  const contents = attempt(() => readStoreFile(file, password, keyPassword), location);
  if (opened.size >= OPENED_LIMIT) opened.clear();
  opened.set(id, contents);
  return contents;
}

function readStore(location: string, property: string): Buffer {
  try {
    return readFileSync(location);
  } catch (cause) {
    throw new ConnectError("config", `Failed to load SSL keystore ${location} (${property})`, { cause });
  }
}

function attempt<T>(read: () => T, where: string): T {
  try {
    return read();
  } catch (cause) {
    // Reasons are such as "Password verification failed" and show no secrets.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectError("config", `Failed to load SSL keystore ${where}: ${reason}`, { cause });
  }
}

/**
 * The PEM blocks whose label ends so. Properties files and environment variables often lose the line breaks, which Java does not
 * mind but OpenSSL does, so they are set anew.
 */
function pemBlocks(text: string, label: string): string[] {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g);
  const found: string[] = [];
  for (const [, name = "", body = ""] of blocks) {
    if (!name.endsWith(label)) continue;
    // A traditional encrypted key has headers, which need their lines.
    const lines = body.includes(":") ? body.trim() : (body.replace(/\s+/g, "").match(/.{1,64}/g) ?? []).join("\n");
    found.push(`-----BEGIN ${name}-----\n${lines}\n-----END ${name}-----\n`);
  }
  return found;
}

function nonEmpty(certificates: readonly string[], where: string): readonly string[] {
  if (certificates.length === 0) throw invalid(`No certificates in ${where}`);
  return certificates;
}

function invalid(message: string): ConnectError {
  return new ConnectError("config", message);
}
