import { defineConfig, oneOf, parseConfig, range, type ConfigValues } from "../api/index.js";

/** The `errors.*` keys of a sink connector, as `ConnectorConfig` and `SinkConnectorConfig` of Connect 4.1 define them. */
const ERROR_CONFIG = defineConfig({
  "errors.retry.timeout": { type: "LONG", default: 0, importance: "MEDIUM", doc: "Milliseconds; 0 none, -1 for ever." },
  "errors.retry.delay.max.ms": { type: "LONG", default: 60000, importance: "MEDIUM", doc: "Longest delay of a retry." },
  "errors.tolerance": {
    type: "STRING",
    default: "none",
    validator: oneOf("none", "all"),
    importance: "MEDIUM",
    doc: "Whether records that fail are dropped (all) or fail the task (none).",
  },
  "errors.log.enable": { type: "BOOLEAN", default: false, importance: "MEDIUM", doc: "Log every failed record." },
  "errors.log.include.messages": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether the log says which record.",
  },
  "errors.deadletterqueue.topic.name": { type: "STRING", default: "", importance: "MEDIUM", doc: "Empty: none." },
  "errors.deadletterqueue.topic.replication.factor": {
    type: "SHORT",
    default: 3,
    validator: range(-1),
    importance: "MEDIUM",
    doc: "Of the topic, where it has to be created.",
  },
  "errors.deadletterqueue.context.headers.enable": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether dead letters say what went wrong.",
  },
});

export type ErrorConfig = ConfigValues<typeof ERROR_CONFIG>;

/** Throws ConnectError `config`. */
export function parseErrorConfig(connectorConfig: Readonly<Record<string, string>>): ErrorConfig {
  return parseConfig(ERROR_CONFIG, connectorConfig);
}
