/** JSON schemas of the entities, for the OpenAPI document. They say what is sent, in full: no further fields. */

export type JsonSchema = Readonly<Record<string, unknown>>;

const string = { type: "string" } as const;
const integer = { type: "integer" } as const;
const boolean = { type: "boolean" } as const;
const nullable = (type: string) => ({ type: [type, "null"] }) as const;
const strings = { type: "array", items: string } as const;
const arrayOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const stringMap = (values: JsonSchema): JsonSchema => ({ type: "object", additionalProperties: values });
const oneOf = (...values: string[]): JsonSchema => ({ type: "string", enum: values });

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** An object with exactly these fields; those in `optional` may be missing. */
function entity(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false };
}

const STATES = ["UNASSIGNED", "RUNNING", "PAUSED", "FAILED", "RESTARTING"];
const instance = { worker_id: string, version: string, trace: string };
const TYPES = ["BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS", "PASSWORD"];

export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Error: entity({ error_code: integer, message: nullable("string") }),
  ServerInfo: entity({ version: string, commit: string, kafka_cluster_id: string }),
  Health: entity({ status: oneOf("healthy", "starting", "unhealthy"), message: string }),
  ConnectorConfig: stringMap(string),
  GivenConfig: stringMap({ type: ["string", "number", "boolean", "null"] }),
  CreateConnector: {
    type: "object",
    properties: {
      name: nullable("string"),
      config: ref("GivenConfig"),
      initial_state: { enum: ["RUNNING", "PAUSED", "STOPPED", null] },
    },
    required: ["config"],
    additionalProperties: false,
  },
  TaskId: entity({ connector: string, task: integer }),
  ConnectorInfo: entity({
    name: string,
    config: ref("ConnectorConfig"),
    tasks: arrayOf(ref("TaskId")),
    type: oneOf("sink", "source", "unknown"),
  }),
  ConnectorState: entity({ state: oneOf(...STATES, "STOPPED"), ...instance }, ["version", "trace"]),
  TaskState: entity({ id: integer, state: oneOf(...STATES), ...instance }, ["version", "trace"]),
  ConnectorStatus: entity({
    name: string,
    connector: ref("ConnectorState"),
    tasks: arrayOf(ref("TaskState")),
    type: oneOf("sink", "source", "unknown"),
  }),
  ConnectorList: {
    oneOf: [
      strings,
      stringMap(
        entity({ status: ref("ConnectorStatus"), info: { oneOf: [ref("ConnectorInfo"), { type: "null" }] } }, [
          "status",
          "info",
        ]),
      ),
    ],
  },
  TaskInfo: entity({ id: ref("TaskId"), config: ref("ConnectorConfig") }),
  ActiveTopics: stringMap(entity({ topics: strings })),
  SinkOffset: entity({
    partition: entity({ kafka_topic: string, kafka_partition: integer }),
    offset: { oneOf: [entity({ kafka_offset: integer }), { type: "null" }] },
  }),
  ConnectorOffsets: entity({ offsets: arrayOf(ref("SinkOffset")) }),
  GivenOffsets: entity({
    offsets: arrayOf({
      type: "object",
      properties: { partition: nullable("object"), offset: nullable("object") },
      additionalProperties: false,
    }),
  }),
  Message: entity({ message: string }),
  Plugin: entity(
    {
      class: string,
      type: oneOf("sink", "source", "transformation", "predicate", "converter", "header_converter"),
      version: string,
    },
    ["version"],
  ),
  ConfigKey: entity({
    name: string,
    type: oneOf(...TYPES),
    required: boolean,
    default_value: nullable("string"),
    importance: oneOf("HIGH", "MEDIUM", "LOW"),
    documentation: string,
    group: nullable("string"),
    width: oneOf("NONE", "SHORT", "MEDIUM", "LONG"),
    display_name: string,
    dependents: strings,
    order: integer,
  }),
  ConfigValue: entity({
    name: string,
    value: nullable("string"),
    recommended_values: strings,
    errors: strings,
    visible: boolean,
  }),
  ConfigInfos: entity({
    name: string,
    error_count: integer,
    groups: strings,
    configs: arrayOf(
      entity({
        definition: { oneOf: [ref("ConfigKey"), { type: "null" }] },
        value: { oneOf: [ref("ConfigValue"), { type: "null" }] },
      }),
    ),
  }),
  LoggerLevel: entity({ level: string, last_modified: nullable("integer") }),
  LoggerLevels: stringMap(ref("LoggerLevel")),
  GivenLevel: { type: "object", properties: { level: nullable("string") } },
  LoggerNames: strings,
  PluginList: arrayOf(ref("Plugin")),
  ConfigKeys: arrayOf(ref("ConfigKey")),
  TaskInfos: arrayOf(ref("TaskInfo")),
};
