import { ConnectError } from "../api/index.js";
import type { ConnectorConfig, TargetState } from "../herder.js";
import { parseProperties } from "../worker/properties.js";

/** A connector from the command line of `connect-standalone`. */
export interface ConnectorFile {
  readonly name: string;
  readonly config: ConnectorConfig;
  readonly initialState: TargetState | null;
}

const STATES: Readonly<Record<string, TargetState>> = { RUNNING: "STARTED", PAUSED: "PAUSED", STOPPED: "STOPPED" };

/**
 * Reads the text of a connector file: a flat JSON map, a create request as REST takes it, or Java properties.
 * Throws ConnectError `config`. Source: `ConnectStandalone.parseConnectorConfigurationFile`, Connect 4.1.
 */
export function parseConnectorFile(text: string, path: string): ConnectorFile {
  const json = parseJsonObject(text);
  const flat = json === null ? parseProperties(text) : flatConfig(json);
  if (flat !== null) {
    const name = flat["name"];
    if (name === undefined)
      throw new ConnectError(
        "config",
        `Connector configuration at '${path}' is missing the mandatory 'name' configuration`,
      );
    return { name, config: flat, initialState: null };
  }
  return createRequest(json!, path);
}

function parseJsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** Values as text, as Jackson makes them; null when one is no scalar. */
function flatConfig(json: Readonly<Record<string, unknown>>): ConnectorConfig | null {
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === "string") config[key] = value;
    else if (typeof value === "number" || typeof value === "boolean") config[key] = String(value);
    else if (value !== null) return null;
  }
  return config;
}

function createRequest(json: Readonly<Record<string, unknown>>, path: string): ConnectorFile {
  const { name, config: given, initial_state: state } = json;
  const config = typeof given === "object" && given !== null ? flatConfig({ ...given }) : null;
  const initialState = typeof state === "string" ? (STATES[state.toUpperCase()] ?? null) : null;
  const isState = state === undefined || state === null || initialState !== null;
  if (typeof name !== "string" || config === null || !isState)
    throw new ConnectError(
      "config",
      `Connector configuration at '${path}' is neither a map of texts nor a create request`,
    );
  if ((config["name"] ?? name) !== name)
    throw new ConnectError(
      "config",
      `Connector name configuration in 'config' doesn't match the one specified in 'name' at '${path}'`,
    );
  return { name, config: { ...config, name }, initialState };
}
