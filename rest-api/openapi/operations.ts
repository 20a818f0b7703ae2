/** Every operation of the API in a line, for the OpenAPI document. A test holds this list against the routes. */

export interface Operation {
  readonly summary: string;
  /** Schema of the body by status; null: no body. */
  readonly answers: Readonly<Record<number, string | null>>;
  /** Schema of the request's body. */
  readonly body?: string;
  readonly query?: Readonly<Record<string, "boolean" | "string" | "list">>;
  /** `application/json` but for metrics. */
  readonly mediaType?: string;
  /** Sent between workers only. */
  readonly internal?: true;
}

const error = (...statuses: number[]): Record<number, string> =>
  Object.fromEntries([...statuses, 500].map((status) => [status, "Error"]));

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  "GET /": { summary: "Version and Kafka cluster of the worker", answers: { 200: "ServerInfo" } },
  "GET /health": {
    summary: "Whether the worker has started and answers (KIP-1017)",
    answers: { 200: "Health", 500: "Health", 503: "Health" },
  },
  "GET /metrics": {
    summary: "Metrics in Prometheus's text format",
    answers: { 200: null },
    mediaType: "text/plain",
  },
  "GET /openapi.json": { summary: "This document", answers: { 200: null } },
  "GET /connectors": {
    summary: "Names of the connectors; with expand=info and expand=status an object by name",
    query: { expand: "list" },
    answers: { 200: "ConnectorList", ...error() },
  },
  "POST /connectors": {
    summary: "Create a connector",
    body: "CreateConnector",
    answers: { 201: "ConnectorInfo", ...error(400, 409) },
  },
  "GET /connectors/{connector}": {
    summary: "Configuration and tasks of a connector",
    answers: { 200: "ConnectorInfo", ...error(404) },
  },
  "DELETE /connectors/{connector}": {
    summary: "Delete a connector. Its consumer group stays",
    answers: { 204: null, ...error(404, 409) },
  },
  "GET /connectors/{connector}/config": {
    summary: "Configuration of a connector, as it was given",
    answers: { 200: "ConnectorConfig", ...error(404) },
  },
  "PUT /connectors/{connector}/config": {
    summary: "Create a connector or replace its configuration",
    body: "GivenConfig",
    answers: { 200: "ConnectorInfo", 201: "ConnectorInfo", ...error(400, 409) },
  },
  "PATCH /connectors/{connector}/config": {
    summary: "Change single keys of a configuration; null removes a key (KIP-477)",
    body: "GivenConfig",
    answers: { 200: "ConnectorInfo", ...error(400, 404, 409) },
  },
  "GET /connectors/{connector}/status": {
    summary: "State of a connector and of its tasks",
    answers: { 200: "ConnectorStatus", ...error(404) },
  },
  "POST /connectors/{connector}/restart": {
    summary: "Restart a connector, with includeTasks and onlyFailed also or only its tasks (KIP-745)",
    query: { includeTasks: "boolean", onlyFailed: "boolean" },
    answers: { 202: "ConnectorStatus", 204: null, ...error(404, 409) },
  },
  "PUT /connectors/{connector}/pause": {
    summary: "Pause a connector and its tasks, which keep their partitions",
    answers: { 202: null, ...error(404) },
  },
  "PUT /connectors/{connector}/resume": {
    summary: "Resume a paused or stopped connector",
    answers: { 202: null, ...error(404) },
  },
  "PUT /connectors/{connector}/stop": {
    summary: "Stop a connector: its tasks go away, its configuration stays (KIP-875)",
    answers: { 204: null, ...error(404, 409) },
  },
  "GET /connectors/{connector}/tasks": {
    summary: "Configurations of the tasks",
    answers: { 200: "TaskInfos", ...error(404) },
  },
  "POST /connectors/{connector}/tasks": {
    summary: "Task configurations from the worker that runs the connector, signed",
    internal: true,
    answers: { 204: null, ...error(400, 403, 404, 409, 503) },
  },
  "PUT /connectors/{connector}/fence": {
    summary: "Fencing of source tasks, signed; refused for sinks",
    internal: true,
    answers: { 204: null, ...error(400, 403, 404, 409, 503) },
  },
  "GET /connectors/{connector}/tasks/{task}/status": {
    summary: "State of a task",
    answers: { 200: "TaskState", ...error(404) },
  },
  "POST /connectors/{connector}/tasks/{task}/restart": {
    summary: "Restart a task",
    answers: { 204: null, ...error(404, 409) },
  },
  "GET /connectors/{connector}/topics": {
    summary: "Topics that the connector has used",
    answers: { 200: "ActiveTopics", ...error(403) },
  },
  "PUT /connectors/{connector}/topics/reset": {
    summary: "Forget the topics that the connector has used",
    answers: { 202: null, ...error(403) },
  },
  "GET /connectors/{connector}/offsets": {
    summary: "Committed offsets of the connector's consumer group",
    answers: { 200: "ConnectorOffsets", ...error(404) },
  },
  "PATCH /connectors/{connector}/offsets": {
    summary: "Change committed offsets of a stopped connector; a null offset deletes",
    body: "GivenOffsets",
    answers: { 200: "Message", ...error(400, 404, 409) },
  },
  "DELETE /connectors/{connector}/offsets": {
    summary: "Delete all committed offsets of a stopped connector",
    answers: { 200: "Message", ...error(400, 404, 409) },
  },
  "GET /connector-plugins": {
    summary: "Plug-ins of the worker; connectorsOnly=false lists all kinds",
    query: { connectorsOnly: "boolean" },
    answers: { 200: "PluginList", ...error() },
  },
  "GET /connector-plugins/{plugin}/config": {
    summary: "Configuration keys of a plug-in",
    query: { version: "string" },
    answers: { 200: "ConfigKeys", ...error(400, 404) },
  },
  "PUT /connector-plugins/{plugin}/config/validate": {
    summary: "Check a configuration: 200 with all errors in it",
    body: "GivenConfig",
    answers: { 200: "ConfigInfos", ...error(400) },
  },
  "GET /admin/loggers": { summary: "Loggers and their levels", answers: { 200: "LoggerLevels", ...error() } },
  "GET /admin/loggers/{logger}": { summary: "Level of a logger", answers: { 200: "LoggerLevel", ...error(404) } },
  "PUT /admin/loggers/{logger}": {
    summary: "Set a level on this worker, or with scope=cluster on all (KIP-976)",
    body: "GivenLevel",
    query: { scope: "string" },
    answers: { 200: "LoggerNames", 204: null, ...error(400, 404) },
  },
};
