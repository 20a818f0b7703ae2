import { ConnectError, type Logger } from "../../api/index.js";
import type { ConnectionValues } from "../client-config-keys.js";
import type { SaslConfig } from "../connection-config.js";
import { parseJaas, type JaasEntry } from "./jaas.js";
import { oauthBearer } from "./oauth-bearer.js";
import { tokenSource } from "./token-sources.js";

/**
 * The `sasl.*` properties as what the Kafka client does. Vendors' Java classes are mapped to what they do; one that is not known
 * is an error that names it. Throws ConnectError `config`.
 */
export function saslConfig(values: ConnectionValues, log: Logger): SaslConfig {
  const mechanism = values["sasl.mechanism"].toUpperCase();
  switch (mechanism) {
    case "PLAIN":
      return { mechanism: "plain", ...credentials(jaasOf(values)) };
    case "SCRAM-SHA-256":
      return { mechanism: "scram-sha-256", ...credentials(jaasOf(values)) };
    case "SCRAM-SHA-512":
      return { mechanism: "scram-sha-512", ...credentials(jaasOf(values)) };
    case "OAUTHBEARER":
    case "AWS_MSK_IAM":
      // Amazon's own mechanism is for Java only; its brokers take the same signature as an OAUTHBEARER token.
      return oauthBearer(tokenSource(values, jaasOf(values), log));
    case "GSSAPI":
      throw new ConnectError(
        "config",
        "sasl.mechanism GSSAPI (Kerberos), Kafka's default, is not supported. Use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, " +
          "OAUTHBEARER, AWS_MSK_IAM or mutual TLS",
      );
    default:
      throw new ConnectError("config", `sasl.mechanism ${values["sasl.mechanism"]} is not supported`);
  }
}

function jaasOf(values: ConnectionValues): JaasEntry {
  const config = values["sasl.jaas.config"];
  if (config === null)
    throw new ConnectError(
      "config",
      "sasl.jaas.config must be set: a JAAS file of the JVM (java.security.auth.login.config) is not read",
    );
  return parseJaas(config);
}

function credentials(jaas: JaasEntry): { username: string; password: string } {
  const { username, password } = jaas.options;
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? "username" : "password";
    throw new ConnectError("config", `sasl.jaas.config lacks the option ${missing}`);
  }
  return { username, password };
}
