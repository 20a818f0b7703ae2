import {
  ConnectError,
  javaRegexWhole,
  javaTrim,
  parseType,
  validateConfig,
  type ConfigDef,
  type ConfigKey,
  type ConfigValue,
  type SinkConnectorPlugin,
} from "../api/index.js";
import type { ConfigInfos } from "../herder.js";
import { aliasDefs } from "./alias-config.js";
import { overrideBlock, overridePolicy } from "./client-overrides.js";
import {
  groupsOf,
  isShown,
  keyInfo,
  noErrors,
  prefixedBlock,
  valueInfo,
  type ConfigInfo,
  type InfoBlock,
} from "./config-infos.js";
import { baseSinkDef, isBlank, type GivenConfig, type WorkerDefaults } from "./connector-config.js";
import { withPrefix } from "./instantiate.js";
import type { Entry } from "./registry.js";
import { parseVersionRequirement } from "./versions.js";

/** What validation needs to know of the worker. Opens no socket. */
export interface ValidationContext extends WorkerDefaults {
  /** The worker's group, which no sink may use; null in standalone mode. */
  readonly workerGroupId: string | null;
  /** Keys of Kafka's clients by their names in Java. */
  readonly clientKeys: Readonly<Record<"consumer" | "producer" | "admin", ConfigDef>>;
}

/**
 * Validates a connector's configuration, config providers resolved: `AbstractHerder.validateConnectorConfig` of Kafka 4.1.
 * Errors of values are in the answer. Throws ConnectError `bad-request` without a usable connector class, `config` for what
 * Connect does not collect.
 */
export function validateConnectorConfig(context: ValidationContext, config: GivenConfig): ConfigInfos {
  const className = config["connector.class"] ?? null;
  if (className === null)
    throw new ConnectError("bad-request", `Connector config ${formatJavaMap(config)} contains no connector type`);
  const version = requiredVersion(config);
  const entry = connectorEntry(context, className, config, version);
  const blocks = [
    connectorBlock(context, config, entry),
    ...overrideBlocks(context, config),
    ...converterBlocks(context, config),
  ];
  return {
    name: className,
    error_count: blocks.reduce((sum, block) => sum + block.errorCount, 0),
    groups: [...new Set(blocks.flatMap((block) => block.groups))],
    configs: blocks.flatMap((block) => block.configs),
  };
}

function requiredVersion(config: GivenConfig): ReturnType<typeof parseVersionRequirement> {
  try {
    return parseVersionRequirement(config["connector.plugin.version"]);
  } catch (error) {
    throw new ConnectError("bad-request", (error as Error).message, { cause: error });
  }
}

/** The connector, or the text why there is none of the version asked for. */
function connectorEntry(
  { registry }: ValidationContext,
  className: string,
  config: GivenConfig,
  version: ReturnType<typeof parseVersionRequirement>,
): Entry<SinkConnectorPlugin> | string {
  try {
    return registry.connector(className, config, version);
  } catch (error) {
    if (error instanceof ConnectError && error.kind === "config") return error.message;
    throw error;
  }
}

/** Keys that every sink has, those of transformations and predicates, and the connector's own. */
function connectorBlock(
  context: ValidationContext,
  config: GivenConfig,
  entry: Entry<SinkConnectorPlugin> | string,
): InfoBlock {
  const base = { ...baseSinkDef(context, config), ...aliasDefs(context.registry, config) };
  const values = new Map(validateConfig(base, config).map((value) => [value.name, value]));
  resolveClasses(context, base, values);
  checkTopics(config, values);
  checkGroupId(context, config, values);
  reportNulls(config, values);
  let own: ConfigDef = {};
  if (typeof entry === "string") {
    for (const key of ["connector.class", "connector.plugin.version"]) values.get(key)!.errors.push(entry);
  } else {
    own = entry.plugin.configDef;
    const ownValues = validateConfig(own, config);
    entry.plugin.validate?.(withoutNulls(config), ownValues);
    // The connector's verdict on a key takes the place of the runtime's, also where both define it.
    for (const value of ownValues) values.set(value.name, value);
  }
  const keys = Object.entries<ConfigKey>({ ...base, ...own }).filter(([name, key]) => isShown(name, key, config));
  const defined = new Set(keys.map(([name]) => name));
  const undefinedValues = [...values.values()].filter(
    ({ name }) => !defined.has(name) && !(name in base) && !(name in own),
  );
  const configs: ConfigInfo[] = [
    ...undefinedValues.map((value) => ({ definition: null, value: valueInfo(value, null) })),
    ...keys.map(([name, key]) => ({
      definition: keyInfo(name, key),
      value: valueInfo(values.get(name)!, key.type),
    })),
  ];
  return {
    configs,
    groups: [...groupsOf(Object.values(base)), ...groupsOf(keys.map(([, key]) => key))],
    errorCount: configs.reduce((sum, { value }) => sum + value!.errors.length, 0),
  };
}

/** Keys that name classes show the full class name, and nothing where there is no such class. */
function resolveClasses(
  { registry }: ValidationContext,
  def: ConfigDef,
  values: ReadonlyMap<string, ConfigValue>,
): void {
  for (const [name, key] of Object.entries(def)) {
    const value = values.get(name)!;
    if (key.type !== "CLASS" || typeof value.value !== "string") continue;
    const kind = name === "header.converter" ? "header_converter" : "converter";
    value.value = (registry.find(kind, value.value) ?? registry.findAny(value.value))?.className ?? null;
  }
}

/** `SinkConnectorConfig.validate`: where to read from, and that the dead letter queue is not read. */
function checkTopics(config: GivenConfig, values: ReadonlyMap<string, ConfigValue>): void {
  const topics = config["topics"] ?? "";
  const regex = config["topics.regex"] ?? "";
  const deadLetters = javaTrim(config["errors.deadletterqueue.topic.name"] ?? "");
  const both = (text: string): void => {
    values.get("topics")!.errors.push(text);
    values.get("topics.regex")!.errors.push(text);
  };
  if (!isBlank(topics) && !isBlank(regex))
    both("topics and topics.regex are mutually exclusive options, but both are set.");
  if (isBlank(topics) && isBlank(regex)) both("Must configure one of topics or topics.regex");
  if (deadLetters === "") return;
  const list = parseType("topics", "LIST", topics) as readonly string[];
  if (list.includes(deadLetters))
    values
      .get("topics")!
      .errors.push(
        `The DLQ topic '${deadLetters}' may not be included in the list of topics ('topics=[${list.join(", ")}]') ` +
          "consumed by the connector",
      );
  if (!isBlank(regex) && values.get("topics.regex")!.errors.every((text) => !text.includes("Invalid regex")))
    if (javaRegexWhole(regex).test(deadLetters))
      values
        .get("topics.regex")!
        .errors.push(
          `The DLQ topic '${deadLetters}' may not be matched by the regex for the topics ('topics.regex=${regex}') ` +
            "consumed by the connector",
        );
}

/** `DistributedHerder.validateSinkConnectorGroupId`: a sink in the workers' own group would break both. */
function checkGroupId(
  { workerGroupId }: ValidationContext,
  config: GivenConfig,
  values: Map<string, ConfigValue>,
): void {
  if (workerGroupId === null) return;
  const key = "consumer.override.group.id";
  const given = config[key];
  if (given === undefined) {
    const name = values.get("name")!;
    if (`connect-${String(name.value)}` === workerGroupId)
      name.errors.push(
        `Consumer group for sink connector named ${String(name.value)} conflicts with Connect worker group ${workerGroupId}`,
      );
    return;
  }
  const value = noErrors(key, given);
  if (given === workerGroupId)
    value.errors.push(`Consumer group ${given} conflicts with Connect worker group ${workerGroupId}`);
  values.set(key, value);
}

function reportNulls(config: GivenConfig, values: Map<string, ConfigValue>): void {
  for (const [name, given] of Object.entries(config)) {
    if (given !== null) continue;
    const value = values.get(name) ?? noErrors(name, null);
    value.errors.push("Null value can not be supplied as the configuration value.");
    values.set(name, value);
  }
}

/** Producer and admin serve the dead letter queue only. */
function overrideBlocks(context: ValidationContext, config: GivenConfig): InfoBlock[] {
  const policy = overridePolicy(context.worker["connector.client.config.override.policy"] ?? "All");
  const clients = isBlank(config["errors.deadletterqueue.topic.name"])
    ? (["consumer"] as const)
    : (["producer", "consumer", "admin"] as const);
  return clients.map((client) => overrideBlock(policy, context.clientKeys[client], config, `${client}.override.`));
}

const CONVERTERS = [
  { role: "header", kind: "header_converter" },
  { role: "key", kind: "converter" },
  { role: "value", kind: "converter" },
] as const;

/** Keys of the converters that the connector names itself, where they are there. */
function converterBlocks({ registry }: ValidationContext, config: GivenConfig): InfoBlock[] {
  return CONVERTERS.flatMap(({ role, kind }) => {
    const className = config[`${role}.converter`] ?? null;
    if (className === null) return [];
    let entry;
    try {
      const range = parseVersionRequirement(config[`${role}.converter.plugin.version`]);
      entry = registry.find(kind, javaTrim(className), range);
    } catch {
      // Reported on the class key and the version key already.
      return [];
    }
    if (entry === null) return [];
    const def = entry.plugin.configDef;
    const prefix = `${role}.converter.`;
    return [prefixedBlock(def, validateConfig(def, { "converter.type": role, ...withPrefix(config, prefix) }), prefix)];
  });
}

function withoutNulls(config: GivenConfig): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [key, value] of Object.entries(config)) if (value !== null) strings[key] = value;
  return strings;
}

/** Java's `Map.toString`. */
function formatJavaMap(config: GivenConfig): string {
  return `{${Object.entries(config)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(", ")}}`;
}

/** Throws ConnectError `bad-request` with all errors when there are any: the answer to creating or changing a connector. */
export function assertValid(infos: ConfigInfos): void {
  if (infos.error_count === 0) return;
  const texts = infos.configs.flatMap(({ value }) => value?.errors ?? []);
  throw new ConnectError(
    "bad-request",
    `Connector configuration is invalid and contains the following ${infos.error_count} error(s):` +
      texts.map((text) => `\n${text}`).join("") +
      "\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`",
  );
}
