import {
  ConnectError,
  defineConfig,
  oneOfAnyCase,
  parseConfig,
  parseJsonBytes,
  type Converter,
  type Plugin,
  type RecordColumns,
  type Schema,
  type SchemaAndValue,
} from "../../api/index.js";
import { SchemaRegistryClient } from "../schema-registry/client.js";
import { SCHEMA_REGISTRY_KEYS } from "../schema-registry/config.js";
import { SchemaCache, type SchemaFormat } from "../schema-registry/schema-cache.js";
import { subjectNameStrategy } from "../schema-registry/subject-name.js";
import { PREFIX_BYTES, schemaIdOf } from "../schema-registry/wire-format.js";
import { readJson } from "./json-schema-data.js";
import { SchemaDocuments } from "./schema-documents.js";
import { SchemaModels } from "./schema-model.js";
import { connectSchemaOf, type ToConnectOptions } from "./schema-to-connect.js";
import { compileValidator, type Validator } from "./validation.js";

/** Keys of `JsonSchemaDataConfig` and `KafkaJsonSchemaDeserializerConfig`. */
const JSON_SCHEMA_KEYS = defineConfig({
  "json.fail.invalid.schema": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether to fail records that do not match their JSON Schema.",
  },
  "use.optional.for.nonrequired": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether properties that are not required are optional.",
  },
  "generalized.sum.type.support": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether enums and unions are represented alike for all of Confluent's converters.",
  },
  "object.additional.properties": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Only for writing; does nothing in a sink.",
  },
  "json.fail.unknown.properties": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "Only for values read as Java classes; does nothing here.",
  },
  "decimal.format": {
    type: "STRING",
    default: "BASE64",
    validator: oneOfAnyCase("NUMERIC", "BASE64"),
    importance: "LOW",
    doc: "Only for writing; both formats are read.",
  },
  "schemas.cache.config": {
    type: "INT",
    default: 1000,
    importance: "LOW",
    doc: "Accepted; schemas stay cached while the task runs.",
  },
});

const CONFIG = defineConfig({ ...SCHEMA_REGISTRY_KEYS, ...JSON_SCHEMA_KEYS });

interface CompiledSchema {
  readonly schema: Schema;
  /** Null where records are not validated. */
  readonly validate: Validator | null;
}

function jsonSchemaFormat(options: ToConnectOptions, isValidating: boolean): SchemaFormat<CompiledSchema> {
  return {
    schemaType: "JSON",
    title: "JSON",
    compile: async (text, references, versionOf) => {
      const documents = new SchemaDocuments(text, references);
      const models = new SchemaModels((reference, node) => documents.resolve(reference, node));
      const model = models.of(documents.root);
      const title = model.node.get("title");
      const version = await versionOf(typeof title === "string" ? title : null);
      const schema = connectSchemaOf(model, options, version);
      return { schema, validate: isValidating ? compileValidator(text, references) : null };
    },
  };
}

/** `io.confluent.connect.json.JsonSchemaConverter`, the reading side: JSON in Confluent's wire format, schemas from a registry. */
class JsonSchemaConverter implements Converter {
  private schemas: SchemaCache<CompiledSchema> | null = null;

  configure(config: Readonly<Record<string, string>>, isKey: boolean): void {
    const parsed = parseConfig(CONFIG, config);
    const options = {
      optionalForNonRequired: parsed["use.optional.for.nonrequired"],
      generalizedSumTypes: parsed["generalized.sum.type.support"],
    };
    this.schemas = new SchemaCache(
      new SchemaRegistryClient(config),
      jsonSchemaFormat(options, parsed["json.fail.invalid.schema"]),
      isKey,
      subjectNameStrategy(parsed[isKey ? "key.subject.name.strategy" : "value.subject.name.strategy"]),
    );
  }

  async prepare(topic: string, columns: RecordColumns, of: "key" | "value"): Promise<void> {
    await this.loaded().loadAll(topic, columns, of);
  }

  toConnect(topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    const { schema, json } = this.deserialize(topic, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { schema, value: readJson(schema, json) };
  }

  fromConnect(): Uint8Array | null {
    throw new ConnectError("fatal", "JsonSchemaConverter only reads: it registers no schemas");
  }

  /** The part that Confluent's converter leaves to its deserializer, with that one's texts. */
  private deserialize(topic: string, buffer: Buffer): { readonly schema: Schema; readonly json: unknown } {
    try {
      const id = schemaIdOf(buffer, 0, buffer.length);
      const { schema, validate } = this.loaded().get(topic, id);
      const payload = buffer.subarray(PREFIX_BYTES);
      try {
        if (payload.every(isSpace)) throw new ConnectError("data", "No JSON after the schema id");
        validate?.(payload.toString("utf8"));
        return { schema, json: parseJsonBytes(payload) };
      } catch (cause) {
        throw new ConnectError("data", `Error deserializing JSON message for id ${id}`, {
          cause,
          javaClass: "org.apache.kafka.common.errors.SerializationException",
        });
      }
    } catch (cause) {
      const text = `Converting byte[] to Kafka Connect data failed due to serialization error of topic ${topic}: `;
      throw new ConnectError("data", text, { cause });
    }
  }

  private loaded(): SchemaCache<CompiledSchema> {
    if (this.schemas === null) throw new ConnectError("fatal", "JsonSchemaConverter is not configured");
    return this.schemas;
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

export const jsonSchemaPlugins: readonly Plugin[] = [
  {
    kind: "converter",
    className: "io.confluent.connect.json.JsonSchemaConverter",
    version: "7.9.0",
    configDef: CONFIG,
    create: () => new JsonSchemaConverter(),
  },
];
