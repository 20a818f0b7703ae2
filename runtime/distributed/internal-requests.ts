import { ConnectError } from "../api/index.js";
import type { ConnectorConfig } from "../herder.js";

/** The body of `POST /connectors/{name}/tasks`: a list of flat configurations. Throws ConnectError `fatal` (status 500) for others. */
export function parseTaskConfigs(body: Uint8Array): readonly ConnectorConfig[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (cause) {
    throw new ConnectError("fatal", `Task configurations are no JSON: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(parsed) || !parsed.every(isFlat))
    throw new ConnectError("fatal", "Task configurations have to be a list of maps from text to text");
  return parsed;
}

function isFlat(value: unknown): value is ConnectorConfig {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === "string")
  );
}
