import {
  javaRegex,
  javaTrim,
  oneOf,
  parseType,
  range,
  type ConfigDef,
  type ConfigKey,
  type ParsedValue,
  type PluginKind,
  type Validator,
  type Verdict,
} from "../api/index.js";
import { DEFAULT_HEADER_CONVERTER, missingClassText } from "./instantiate.js";
import type { PluginRegistry } from "./registry.js";
import { parseVersionRequirement } from "./versions.js";

/**
 * The keys that every sink connector has. Order, defaults and texts: `ConnectorConfig` and `SinkConnectorConfig` of Kafka 4.1,
 * whose defaults for converters and versions are what the worker uses.
 */

/** A connector's configuration as REST takes it: a value may be null. */
export type GivenConfig = Readonly<Record<string, string | null>>;

export interface WorkerDefaults {
  readonly registry: PluginRegistry;
  /** The worker's own properties. */
  readonly worker: Readonly<Record<string, string>>;
}

const validName: Validator = (value) => {
  // A null is reported for any key, so not here.
  if (typeof value !== "string") return null;
  if (value === "") return "String may not be empty";
  // eslint-disable-next-line no-control-regex -- Java's Character.isISOControl
  const controls = value.match(/[\u0000-\u001f\u007f-\u009f]/g);
  if (controls === null) return null;
  const codes = controls.map((char) => char.charCodeAt(0)).join(", ");
  return `String may not contain control sequences but had the following ASCII chars: ${codes}`;
};

const uniqueAliases: Validator = (value) => {
  if (value === null) return "entry must be non null";
  const aliases = value as readonly string[];
  return new Set(aliases).size < aliases.length ? "Duplicate alias provided." : null;
};

/** The pattern must compile; the reason is ours, Java's differs. */
export const compilesAsRegex: Validator = (value) => {
  try {
    javaRegex(value as string);
    return null;
  } catch (error) {
    return `Invalid regex: ${(error as Error).message}`;
  }
};

/** All keys of a sink connector that are not its own. Defaults depend on `config`: versions are those of the classes it names. */
export function baseSinkDef(defaults: WorkerDefaults, config: GivenConfig): ConfigDef {
  const common = (order: number, displayName: string) => ({ group: "Common", orderInGroup: order, displayName });
  return {
    name: {
      type: "STRING",
      importance: "HIGH",
      doc: "Name of the connector, unique in the cluster.",
      validator: validName,
      width: "MEDIUM",
      ...common(1, "Connector name"),
    },
    "connector.class": {
      type: "STRING",
      importance: "HIGH",
      doc: "Java class name of the connector or its alias: the simple class name, with or without the ending Connector.",
      width: "LONG",
      ...common(2, "Connector class"),
    },
    "connector.plugin.version": connectorVersion(defaults, config),
    "tasks.max": {
      type: "INT",
      default: 1,
      importance: "HIGH",
      doc: "The most tasks that the connector may have.",
      validator: range(1),
      width: "SHORT",
      ...common(4, "Tasks max"),
    },
    "tasks.max.enforce": {
      type: "BOOLEAN",
      default: true,
      importance: "LOW",
      doc: "Deprecated. Fail a connector that makes more tasks than tasks.max.",
      width: "SHORT",
      ...common(5, "Enforce tasks max"),
    },
    ...converterKeys(defaults, config, "key", "converter", 6),
    ...converterKeys(defaults, config, "value", "converter", 8),
    ...converterKeys(defaults, config, "header", "header_converter", 10),
    transforms: aliasList("Transforms", 12, "Aliases of the transformations, in the order in which records pass them."),
    predicates: aliasList("Predicates", 13, "Aliases of the predicates that transformations refer to."),
    "config.action.reload": {
      type: "STRING",
      default: "restart",
      importance: "LOW",
      doc: "What happens when a config provider says that a value has changed: none or restart.",
      validator: oneOf("none", "restart"),
      width: "MEDIUM",
      ...common(14, "Reload Action"),
    },
    ...ERROR_KEYS,
    ...TOPIC_KEYS,
    ...DEAD_LETTER_KEYS,
  };
}

function aliasList(group: string, order: number, doc: string): ConfigKey {
  return {
    type: "LIST",
    default: [],
    importance: "LOW",
    doc,
    validator: uniqueAliases,
    group,
    orderInGroup: order,
    width: "LONG",
    displayName: group,
  };
}

function connectorVersion({ registry }: WorkerDefaults, config: GivenConfig): ConfigKey {
  const className = config["connector.class"] ?? "";
  return {
    type: "STRING",
    default: registry.sinkVersions(className, config)[0] ?? null,
    importance: "MEDIUM",
    doc: "Version of the connector, or a range of versions in Maven's notation.",
    group: "Common",
    orderInGroup: 3,
    width: "MEDIUM",
    displayName: "Connector version",
    recommended: () => registry.sinkVersions(className, config),
  };
}

function converterKeys(
  { registry, worker }: WorkerDefaults,
  config: GivenConfig,
  role: "key" | "value" | "header",
  kind: PluginKind,
  order: number,
): ConfigDef {
  const key = `${role}.converter`;
  const title = role.charAt(0).toUpperCase() + role.slice(1);
  const ofWorker = worker[key] ?? (role === "header" ? DEFAULT_HEADER_CONVERTER : null);
  const own = config[key] ?? null;
  const version = versionCheck(registry, kind, key, own, config[`${key}.plugin.version`] ?? null);
  const shared = { importance: "LOW", group: "Common", width: "SHORT" } as const;
  return {
    [key]: {
      type: "CLASS",
      default: ofWorker === null ? null : (registry.find(kind, ofWorker)?.className ?? ofWorker),
      doc: `Class of the ${role} converter. Without it, the worker's is used with the worker's settings.`,
      validator: (value, name) => classProblem(registry, kind, name, value) ?? version.problem,
      recommended: () => registry.classNames(kind),
      orderInGroup: order,
      displayName: `${title} converter class`,
      ...shared,
    },
    [`${key}.plugin.version`]: {
      type: "STRING",
      default: registry.versions(kind, own ?? ofWorker ?? "")[0] ?? null,
      doc: `Version of the ${role} converter, or a range of versions in Maven's notation.`,
      validator: () => version.problem,
      recommended: () => (own === null ? [] : registry.versions(kind, own)),
      orderInGroup: order + 1,
      displayName: `${title} converter version`,
      ...shared,
    },
  };
}

/** The verdict on a key that names a class of `kind`. Null is for the caller to report. */
export function classProblem(registry: PluginRegistry, kind: PluginKind, key: string, value: ParsedValue): Verdict {
  if (typeof value !== "string" || registry.versions(kind, value).length > 0) return null;
  return { text: missingClassText(registry, kind, key, value) };
}

/** Whether the version that is asked for is there; the text then goes to the class key and to the version key. */
export function versionCheck(
  registry: PluginRegistry,
  kind: PluginKind,
  key: string,
  className: string | null,
  version: string | null,
): { readonly problem: Verdict } {
  if (className === null || version === null) return { problem: null };
  try {
    registry.find(kind, parseType(key, "CLASS", className) as string, parseVersionRequirement(version));
    return { problem: null };
  } catch (error) {
    return { problem: { text: (error as Error).message } };
  }
}

const errorHandling = (orderInGroup: number, width: "SHORT" | "MEDIUM", displayName: string) =>
  ({ group: "Error Handling", importance: "MEDIUM", orderInGroup, width, displayName }) as const;

const ERROR_KEYS: ConfigDef = {
  "errors.retry.timeout": {
    type: "LONG",
    default: 0,
    doc: "Milliseconds for which a failed operation is tried again; 0 for never, -1 for ever.",
    ...errorHandling(1, "MEDIUM", "Retry Timeout for Errors"),
  },
  "errors.retry.delay.max.ms": {
    type: "LONG",
    default: 60000,
    doc: "The longest wait between two tries, in milliseconds.",
    ...errorHandling(2, "MEDIUM", "Maximum Delay Between Retries for Errors"),
  },
  "errors.tolerance": {
    type: "STRING",
    default: "none",
    doc: "none: an error fails the task. all: records that fail are passed over.",
    validator: oneOf("none", "all"),
    ...errorHandling(3, "SHORT", "Error Tolerance"),
  },
  "errors.log.enable": {
    type: "BOOLEAN",
    default: false,
    doc: "Log every error, not only those that are not tolerated.",
    ...errorHandling(4, "SHORT", "Log Errors"),
  },
  "errors.log.include.messages": {
    type: "BOOLEAN",
    default: false,
    doc: "Add topic, partition, offset and timestamp of the failed record to the log.",
    ...errorHandling(5, "SHORT", "Log Error Details"),
  },
};

const TOPIC_KEYS: ConfigDef = {
  topics: {
    type: "LIST",
    default: [],
    importance: "HIGH",
    doc: "Topics to read, separated by commas.",
    group: "Common",
    orderInGroup: 4,
    width: "LONG",
    displayName: "Topics",
  },
  "topics.regex": {
    type: "STRING",
    default: "",
    importance: "HIGH",
    doc: "Pattern of the topics to read, a regular expression in Java's notation that matches the whole name.",
    validator: compilesAsRegex,
    group: "Common",
    orderInGroup: 4,
    width: "LONG",
    displayName: "Topics regex",
  },
};

const DEAD_LETTER_KEYS: ConfigDef = {
  "errors.deadletterqueue.topic.name": {
    type: "STRING",
    default: "",
    doc: "Topic for records that could not be processed. Blank: none.",
    ...errorHandling(6, "MEDIUM", "Dead Letter Queue Topic Name"),
  },
  "errors.deadletterqueue.topic.replication.factor": {
    type: "SHORT",
    default: 3,
    doc: "Replicas of the dead letter queue topic, when it has to be created.",
    ...errorHandling(7, "MEDIUM", "Dead Letter Queue Topic Replication Factor"),
  },
  "errors.deadletterqueue.context.headers.enable": {
    type: "BOOLEAN",
    default: false,
    doc: "Add headers with the context of the error, starting with __connect.errors., to dead letter records.",
    ...errorHandling(8, "MEDIUM", "Enable Error Context Headers"),
  },
};

/** Java's `Utils.isBlank` on a value that may be absent. */
export function isBlank(value: string | null | undefined): boolean {
  return value === null || value === undefined || javaTrim(value) === "";
}
