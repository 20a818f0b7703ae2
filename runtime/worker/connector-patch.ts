import type { ConnectorConfig } from "../herder.js";
import type { GivenConfig } from "../plugins/connector-config.js";

/** `config` changed by a JSON merge patch (KIP-477): text sets a key, null removes it. */
export function mergeConfig(config: ConnectorConfig, patch: GivenConfig): ConnectorConfig {
  const merged = new Map(Object.entries(config));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}
