import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder, writeAtomically } from "./folders.js";
import { runCommand } from "./process.js";

/** Password of all stores that {@link makeCertificates} makes. */
export const STORE_PASSWORD = "store-secret";
/** Password of private keys where it differs from the store's. */
export const KEY_PASSWORD = "key secret";

/**
 * A root authority, an authority that it signed, and what these signed, as files of a temporary folder. Made by OpenSSL and, where
 * Java's stores are concerned, by the JDK's keytool.
 */
export class Certificates {
  constructor(private readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  text(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  /** Makes `name.key`, an encrypted `name.enc.key`, `name.pem` and `name.chain.pem`, signed by the intermediate authority. */
  async issue(name: string, subjectAltName: string, algorithm: readonly string[]): Promise<void> {
    writeAtomically(this.path(`${name}.ext`), `subjectAltName=${subjectAltName}\n`);
    await this.openssl("genpkey", "-out", `${name}.key`, ...algorithm);
    await this.openssl(
      ...["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", `${name}.key`, "-out", `${name}.enc.key`],
      ...["-passout", `pass:${KEY_PASSWORD}`],
    );
    await this.openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=${name}`, "-out", `${name}.csr`);
    await this.sign(name, "middle", `${name}.ext`);
    writeAtomically(this.path(`${name}.chain.pem`), this.text(`${name}.pem`) + this.text("middle.pem"));
  }

  /** A PKCS #12 key store as OpenSSL writes it, without a name for its entry. */
  async pkcs12(name: string): Promise<void> {
    await this.openssl(
      ...["pkcs12", "-export", "-inkey", `${name}.key`, "-in", `${name}.pem`, "-certfile", "middle.pem"],
      ...["-out", `${name}.p12`, "-passout", `pass:${STORE_PASSWORD}`],
    );
  }

  /** A JKS key store whose key has a password of its own. */
  async jks(name: string): Promise<void> {
    await this.keytool(
      ...["-importkeystore", "-srckeystore", `${name}.p12`, "-srcstoretype", "PKCS12", "-srcalias", "1"],
      ...["-srcstorepass", STORE_PASSWORD, "-destkeystore", `${name}.jks`, "-deststoretype", "JKS", "-destalias", name],
      ...["-deststorepass", STORE_PASSWORD, "-destkeypass", KEY_PASSWORD],
    );
  }

  /** A trust store with the root authority. */
  async trustStore(type: "JKS" | "PKCS12"): Promise<void> {
    await this.keytool(
      ...["-importcert", "-noprompt", "-alias", "root", "-file", "root.pem"],
      ...["-keystore", `trust.${type.toLowerCase()}`, "-storetype", type, "-storepass", STORE_PASSWORD],
    );
  }

  async makeAuthorities(): Promise<void> {
    const rsa = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    await this.openssl("genpkey", "-out", "root.key", ...rsa);
    await this.openssl(
      ...["req", "-x509", "-new", "-key", "root.key", "-subj", "/CN=Test root", "-days", "2", "-out", "root.pem"],
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
    );
    writeAtomically(this.path("middle.ext"), "basicConstraints=critical,CA:TRUE\n");
    await this.openssl("genpkey", "-out", "middle.key", ...rsa);
    await this.openssl("req", "-new", "-key", "middle.key", "-subj", "/CN=Test middle", "-out", "middle.csr");
    await this.sign("middle", "root", "middle.ext");
  }

  private async sign(name: string, authority: string, extensions: string): Promise<void> {
    await this.openssl(
      ...["x509", "-req", "-in", `${name}.csr`, "-CA", `${authority}.pem`, "-CAkey", `${authority}.key`],
      ...["-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", `${name}.pem`],
    );
  }

  private async openssl(...args: string[]): Promise<void> {
    await runCommand({ name: "openssl", command: "openssl", args, cwd: this.folder });
  }

  private async keytool(...args: string[]): Promise<void> {
    const flags = ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"];
    await runCommand({ name: "keytool", command: "keytool", args: [...flags, ...args], cwd: this.folder });
  }
}

/** The authorities alone; the rest is made by its methods. */
export async function makeCertificates(): Promise<Certificates> {
  const certificates = new Certificates(temporaryFolder("certificates"));
  await certificates.makeAuthorities();
  return certificates;
}
