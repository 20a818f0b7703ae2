import type { ConfigDef, ConfigValue } from "./config-def.js";
import type { Converter, HeaderConverter } from "./converter.js";
import type { SinkTask } from "./sink-task.js";
import type { NextOffsets } from "./topic-partition.js";
import type { Predicate, Transformation } from "./transformation.js";

interface PluginBase {
  /** The Java class name that users write, e.g. `io.aiven.kafka.connect.gcs.GcsSinkConnector`. */
  readonly className: string;
  /** Further class names under which the same plug-in is accepted. Listed as plug-ins of their own. */
  readonly alsoKnownAs?: readonly string[];
  readonly version: string;
  readonly configDef: ConfigDef;
}

/** A sink connector. Stateless: everything is a function of the configuration. */
export interface SinkConnectorPlugin extends PluginBase {
  readonly kind: "sink";
  /** Written as `task.class` into task configurations, so that they equal the JVM's. */
  readonly taskClassName: string;
  /**
   * Says whether `config` is written for this connector. Asked only where the simple class name fits several connectors, as
   * `GcsSink` does. Absent: no claim, so it is meant when none of the others claims the configuration.
   */
  claims?(config: Readonly<Record<string, string | null>>): boolean;
  /** Cross-key checks for the REST `validate`; gets the values of `configDef` and adds to their `errors`. */
  validate?(config: Readonly<Record<string, string>>, values: ConfigValue[]): void;
  /** The connector's own start: checks that the original makes only there. Throws to make the connector FAILED. */
  start?(config: Readonly<Record<string, string>>): void;
  /** Task configurations without `task.class` and `topics`, which the runtime adds. */
  taskConfigs(config: Readonly<Record<string, string>>, maxTasks: number): Record<string, string>[];
  createTask(): SinkTask;
  /** Connect's `alterOffsets` hook: true when the connector has taken note of the change by itself. Absent: false. */
  alterOffsets?(config: Readonly<Record<string, string>>, offsets: NextOffsets): Promise<boolean>;
}

export interface ConverterPlugin extends PluginBase {
  readonly kind: "converter";
  create(): Converter;
}

export interface HeaderConverterPlugin extends PluginBase {
  readonly kind: "header_converter";
  create(): HeaderConverter;
}

export interface TransformationPlugin extends PluginBase {
  readonly kind: "transformation";
  create(): Transformation;
}

export interface PredicatePlugin extends PluginBase {
  readonly kind: "predicate";
  create(): Predicate;
}

/** One plug-in. A plug-in module exports `plugins: readonly Plugin[]`. */
export type Plugin =
  SinkConnectorPlugin | ConverterPlugin | HeaderConverterPlugin | TransformationPlugin | PredicatePlugin;

export type PluginKind = Plugin["kind"];
