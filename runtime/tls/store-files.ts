import type * as JksJs from "jks-js";
import type Pkcs12ParserClass from "jks-js/lib/keystore/PKCS12Parser.js";
import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";

/** Loads jks-js when it is needed: it takes 10 MB in every thread, and most workers read no store. */
const require = createRequire(import.meta.url);

/** What a store file holds, PEM. */
export interface StoreContents {
  readonly trusted: readonly string[];
  /** A key is empty where it was not asked for. Certificates in no particular order. */
  readonly keys: readonly { readonly key: string; readonly certificates: readonly string[] }[];
}

const JKS_MAGIC = 0xfeedfeed;
const DER_SEQUENCE = 0x30;

/**
 * Contents of a JKS or PKCS #12 store, told apart by content, because Java, too, opens each as the other. A JKS store without a
 * `password` is not checked for integrity, as in Java. `keyPassword` null: private keys of a JKS store are left out.
 * Throws Error when a password is wrong or the file is broken.
 */
export function readStoreFile(file: Buffer, password: string | null, keyPassword: string | null): StoreContents {
  if (file.length > 4 && file.readUInt32BE(0) === JKS_MAGIC) return readJks(file, password, keyPassword);
  if (file[0] === DER_SEQUENCE) return readPkcs12(file, password ?? "");
  throw new Error("neither a JKS nor a PKCS12 store");
}

function readJks(file: Buffer, password: string | null, keyPassword: string | null): StoreContents {
  const trusted: string[] = [];
  const keys: { key: string; certificates: string[] }[] = [];
  const { decrypt, parseJks } = require("jks-js") as typeof JksJs;
  for (const entry of parseJks(file, password ?? "")) {
    if ("cert" in entry) trusted.push(toPem(entry.cert.value));
    else {
      const certificates = entry.chain.map((certificate) => toPem(certificate.value));
      if (keyPassword === null) keys.push({ key: "", certificates });
      else keys.push({ key: decrypt(entry.protectedPrivateKey, keyPassword), certificates });
    }
  }
  return { trusted, keys };
}

function toPem(der: Buffer): string {
  return new X509Certificate(der).toString();
}

function readPkcs12(file: Buffer, password: string): StoreContents {
  const Pkcs12Parser = require("jks-js/lib/keystore/PKCS12Parser.js") as typeof Pkcs12ParserClass;
  const parser = new Pkcs12Parser(file, password);
  const certificates: string[] = [];
  const privateKeys: string[] = [];
  for (const bag of parser.parse()) {
    // jks-js puts entries of one name together and fails without a name, which other tools than keytool do not write.
    const attributes = { ...bag.attributes, friendlyName: ["entry"] };
    const { ca, cert, key } = parser.toPem([Object.assign(bag, { attributes })])["entry"] ?? {};
    const certificate = cert ?? ca;
    if (certificate !== undefined) certificates.push(certificate);
    if (key !== undefined) privateKeys.push(key);
  }
  if (privateKeys.length === 0) return { trusted: certificates, keys: [] };
  return { trusted: [], keys: privateKeys.map((key) => ({ key, certificates })) };
}
