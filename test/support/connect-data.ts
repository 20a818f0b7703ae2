import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ConnectError,
  Decimal,
  EagerDatum,
  ExactNumber,
  formatConfigValue,
  formatFloat,
  SinkRecord,
  Struct,
  type Converter,
  type Header,
  type HeaderConverter,
  type Plugin,
  type PluginKind,
  type Schema,
} from "../../runtime/api/index.js";
import { projectFolder, temporaryFolder } from "./folders.js";
import { javaArguments } from "./kafka-jars.js";
import { runCommand } from "./process.js";

/** A plug-in by its Java class, with its own keys. */
export interface PluginUse {
  readonly class: string;
  readonly config?: Readonly<Record<string, string>>;
}

export interface Step extends PluginUse {
  readonly predicate?: PluginUse;
  readonly negate?: boolean;
}

/** One record and what is done with it, the same in Java (`ConnectData.java`) and here. Bytes are base64. */
export interface DataCase {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
  readonly keyConverter: PluginUse;
  readonly valueConverter: PluginUse;
  readonly headerConverter: PluginUse;
  readonly steps: readonly Step[];
  /** Converts the value back. */
  readonly output?: PluginUse;
  /** Converts the value to a header. */
  readonly headerOutput?: PluginUse;
}

const STRING: PluginUse = { class: "org.apache.kafka.connect.storage.StringConverter" };

/** A case as the tables write it; bytes as text are UTF-8. */
export type TableCase = Omit<Partial<DataCase>, "key" | "value" | "headers"> & {
  readonly title: string;
  readonly key?: string | Uint8Array | null;
  readonly value?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, string | Uint8Array | null])[];
  /** The message is another library's, or the class a Java accident's: only the fact of an error counts. */
  readonly anyError?: boolean;
};

function base64(bytes: string | Uint8Array | null | undefined): string | null {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes as string).toString("base64");
}

export function toCase(row: TableCase): DataCase {
  return {
    topic: "topic-a",
    partition: 3,
    offset: 42,
    timestamp: 1_718_200_000_123,
    keyConverter: STRING,
    valueConverter: STRING,
    headerConverter: STRING,
    steps: [],
    ...row,
    key: base64(row.key),
    value: base64(row.value),
    headers: (row.headers ?? []).map(([name, bytes]) => [name, base64(bytes)]),
  };
}

export type DataResult = Readonly<Record<string, unknown>>;

/** Asks for the configuration keys of a plug-in. */
export interface DefinitionCase {
  readonly definitionOf: PluginUse;
}

/** Runs all cases in one JVM. */
export async function runOnJvm(cases: readonly (DataCase | DefinitionCase)[]): Promise<DataResult[]> {
  const folder = temporaryFolder("connect-data");
  const input = join(folder, "cases");
  const output = join(folder, "results");
  writeFileSync(input, cases.map((test) => JSON.stringify(test)).join("\n"));
  const source = join(projectFolder, "test", "support", "ConnectData.java");
  const args = await javaArguments(source, [input, output], { flags: ["-Duser.timezone=UTC", "-Dlog4j2.level=ERROR"] });
  await runCommand({ name: "connect-data", command: "java", args });
  const lines = readFileSync(output, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as DataResult);
}

/** The configuration keys of a plug-in as `ConnectData.definition` prints them. */
export function definitionOf({ configDef }: Plugin): DataResult {
  const keys = Object.entries(configDef).map(([name, key]) => ({
    name,
    type: key.type,
    required: key.default === undefined,
    default: key.default === undefined ? null : formatConfigValue(key.type, key.default),
    importance: key.importance,
    group: key.group ?? null,
    order: key.orderInGroup ?? -1,
    width: key.width ?? "NONE",
    displayName: key.displayName ?? name,
  }));
  return { keys };
}

/** Runs one case with the plug-ins of this project. */
export function runHere(plugins: readonly Plugin[], test: DataCase): DataResult {
  try {
    let record: SinkRecord | null = convert(plugins, test);
    for (const step of test.steps) {
      record = apply(plugins, step, record);
      if (record === null) return { dropped: true };
    }
    return describe(plugins, test, record);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { error: error.javaClass, message: error.message };
  }
}

function describe(plugins: readonly Plugin[], test: DataCase, record: SinkRecord): DataResult {
  const { topic, partition, timestampMs: timestamp, key, value } = record;
  const headers = record.headers.all.flatMap((header) => [header.key, data(header.schema, header.value)]);
  const result: Record<string, unknown> = {
    topic,
    partition,
    timestamp,
    key: data(key.schema, key.value),
    value: data(value.schema, value.value),
    headers,
  };
  if (test.output !== undefined) {
    const converter = makeConverter(plugins, test.output, false);
    result["output"] = textOf(converter.fromConnect(topic, value.schema, value.value));
  }
  if (test.headerOutput !== undefined) {
    const header: Header = { key: "h", schema: value.schema, value: value.value };
    result["headerOutput"] = textOf(makeHeaderConverter(plugins, test.headerOutput).fromConnectHeader(topic, header));
  }
  return result;
}

function textOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString();
}

function convert(plugins: readonly Plugin[], test: DataCase): SinkRecord {
  const { topic } = test;
  const key = makeConverter(plugins, test.keyConverter, true).toConnect(topic, bytesOf(test.key));
  const value = makeConverter(plugins, test.valueConverter, false).toConnect(topic, bytesOf(test.value));
  const headerConverter = makeHeaderConverter(plugins, test.headerConverter);
  const headers = test.headers.map(([name, bytes]) => ({
    key: name,
    ...headerConverter.toConnectHeader(topic, name, bytesOf(bytes)),
  }));
  return new SinkRecord(
    topic,
    test.partition,
    new EagerDatum(key.schema, key.value),
    new EagerDatum(value.schema, value.value),
    { all: headers },
    test.timestamp,
    "CreateTime",
    { topic, partition: test.partition, offset: test.offset },
  );
}

function apply(plugins: readonly Plugin[], step: Step, record: SinkRecord): SinkRecord | null {
  if (step.predicate !== undefined) {
    const predicate = find(plugins, "predicate", step.predicate.class).create();
    predicate.configure(step.predicate.config ?? {});
    if (predicate.test(record) === (step.negate ?? false)) return record;
  }
  const transformation = find(plugins, "transformation", step.class).create();
  transformation.configure(step.config ?? {});
  return transformation.apply(record);
}

function find<K extends PluginKind>(plugins: readonly Plugin[], kind: K, className: string) {
  const found = plugins.find((plugin) => plugin.kind === kind && plugin.className === className);
  if (found === undefined) throw new Error(`no ${kind} ${className}`);
  return found as Extract<Plugin, { kind: K }>;
}

function makeConverter(plugins: readonly Plugin[], use: PluginUse, isKey: boolean): Converter {
  const converter = find(plugins, "converter", use.class).create();
  converter.configure({ "converter.type": isKey ? "key" : "value", ...use.config }, isKey);
  return converter;
}

function makeHeaderConverter(plugins: readonly Plugin[], use: PluginUse): HeaderConverter {
  const converter = find(plugins, "header_converter", use.class).create();
  converter.configure({ "converter.type": "header", ...use.config });
  return converter;
}

function bytesOf(base64: string | null): Uint8Array | null {
  return base64 === null ? null : Buffer.from(base64, "base64");
}

function data(schema: Schema | null, value: unknown): DataResult {
  return { schema: schemaNode(schema), value: valueNode(schema, value) };
}

function schemaNode(schema: Schema | null): unknown {
  if (schema === null) return null;
  const node: Record<string, unknown> = {
    type: schema.type,
    optional: schema.optional,
    name: schema.name,
    version: schema.version,
    doc: schema.doc,
    parameters: schema.parameters === null ? null : Object.fromEntries(schema.parameters),
    default: valueNode(schema, schema.defaultValue ?? null),
  };
  if (schema.type === "STRUCT")
    node["fields"] = schema.fields.flatMap((field) => [field.name, schemaNode(field.schema)]);
  if (schema.type === "MAP") node["keys"] = schemaNode(schema.keySchema);
  if (schema.type === "MAP" || schema.type === "ARRAY") node["values"] = schemaNode(schema.valueSchema);
  return node;
}

/** As `ConnectData.valueNode`. */
function valueNode(schema: Schema | null, value: unknown): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return `string ${value}`;
  if (typeof value === "bigint") return `integer ${value}`;
  if (typeof value === "number") {
    if (schema?.type === "FLOAT32") return floatNode(Number(formatFloat(value)));
    return schema?.type === "FLOAT64" || !Number.isInteger(value) ? floatNode(value) : `integer ${value}`;
  }
  if (value instanceof ExactNumber) return floatNode(Number(value.text));
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("base64")}`;
  if (value instanceof Decimal) return `decimal ${value.unscaled} ${value.scale}`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  if (Array.isArray(value)) return { list: value.map((item) => valueNode(schema?.valueSchema ?? null, item)) };
  if (value instanceof Struct)
    return { struct: value.schema.fields.map((field) => valueNode(field.schema, value.getWithoutDefault(field))) };
  const entries = Array.from(value as Map<unknown, unknown>, ([key, item]) => {
    const keyText = JSON.stringify(valueNode(schema?.keySchema ?? null, key));
    return `${keyText} = ${JSON.stringify(valueNode(schema?.valueSchema ?? null, item))}`;
  });
  return { map: entries.sort() };
}

function floatNode(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `float ${view.getBigUint64(0).toString(16)}`;
}
