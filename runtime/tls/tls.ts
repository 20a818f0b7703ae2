import type { ConnectionOptions, SecureVersion } from "node:tls";
import { ConnectError } from "../api/index.js";
import type { SslValues } from "./ssl-keys.js";
import { loadKeyStore, loadTrustStore } from "./key-stores.js";

const VERSIONS: readonly SecureVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/** The `ssl.*` properties for Node's TLS. Reads the stores. Throws ConnectError `config`. */
export function tlsOptions(values: SslValues): ConnectionOptions {
  const ca = loadTrustStore(values);
  const identity = loadKeyStore(values);
  const ciphers = values["ssl.cipher.suites"];
  return {
    ...protocolVersions(values["ssl.enabled.protocols"]),
    // Without a trust store Java trusts its own list, and so does Node.
    ...(ca === null ? {} : { ca: [...ca] }),
    ...(identity === null ? {} : { key: identity.key, cert: identity.chain }),
    ...(ciphers === null || ciphers.length === 0 ? {} : { ciphers: ciphers.join(":") }),
    // Only the comparison of names is off, not that of the certificate with those trusted.
    ...(values["ssl.endpoint.identification.algorithm"] === "" ? { checkServerIdentity: () => undefined } : {}),
  };
}

function protocolVersions(protocols: readonly string[]): { minVersion: SecureVersion; maxVersion: SecureVersion } {
  const known = VERSIONS.filter((version) => protocols.includes(version));
  const [minVersion] = known;
  const maxVersion = known.at(-1);
  if (minVersion === undefined || maxVersion === undefined)
    throw new ConnectError(
      "config",
      `None of the TLS versions in ssl.enabled.protocols is supported: ${protocols.join()}`,
    );
  return { minVersion, maxVersion };
}
