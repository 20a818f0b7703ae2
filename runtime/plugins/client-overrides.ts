import { ConnectError, parseType, type ConfigDef, type ConfigValue, type ParsedValue } from "../api/index.js";
import { noErrors, prefixedBlock, type InfoBlock } from "./config-infos.js";
import type { GivenConfig } from "./connector-config.js";

/** Which client keys a connector may set (KIP-458): `connector.client.config.override.policy` of the worker. */
export interface OverridePolicy {
  readonly name: "All" | "None" | "Principal";
  allows(key: string): boolean;
}

const PRINCIPAL_KEYS = new Set(["sasl.jaas.config", "sasl.mechanism", "security.protocol"]);

const POLICIES: readonly OverridePolicy[] = [
  { name: "All", allows: () => true },
  { name: "None", allows: () => false },
  { name: "Principal", allows: (key) => PRINCIPAL_KEYS.has(key) },
];

/** By Java class name or alias. Throws ConnectError `config` for another. */
export function overridePolicy(given: string): OverridePolicy {
  const simple = given.trim().replace(/^org\.apache\.kafka\.connect\.connector\.policy\./, "");
  const policy = POLICIES.find(
    ({ name }) => simple === name || simple === `${name}ConnectorClientConfigOverridePolicy`,
  );
  if (policy !== undefined) return policy;
  throw new ConnectError(
    "config",
    `Failed to find any class that implements interface org.apache.kafka.connect.connector.policy.` +
      `ConnectorClientConfigOverridePolicy and which name matches ${given}`,
  );
}

/** The text for a key that the policy forbids; `key` is without its prefix. */
export function forbiddenText(policy: OverridePolicy, key: string): string {
  return `The '${policy.name}' policy does not allow '${key}' to be overridden in the connector configuration.`;
}

/**
 * The connector's overrides of one client, such as `consumer.override.*`, against the client's keys and the policy.
 * Throws ConnectError `config` for a value that is not of its key's type: Connect does not collect that error.
 */
export function overrideBlock(policy: OverridePolicy, keys: ConfigDef, config: GivenConfig, prefix: string): InfoBlock {
  const values: ConfigValue[] = [];
  for (const [name, given] of Object.entries(config)) {
    if (!name.startsWith(prefix)) continue;
    const key = name.slice(prefix.length);
    const type = keys[key]?.type;
    const parsed: ParsedValue = given === null || type === undefined ? given : parseType(key, type, given);
    const value = noErrors(key, parsed);
    if (!policy.allows(key)) value.errors.push(forbiddenText(policy, key));
    values.push(value);
  }
  return prefixedBlock(keys, values, prefix);
}
