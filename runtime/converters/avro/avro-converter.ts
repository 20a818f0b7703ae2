import { AvroInput } from "../../api/avro/avro-input.js";
import type { AvroType } from "../../api/avro/avro-schema.js";
import {
  ConnectError,
  DatumVerdict,
  defineConfig,
  parseConfig,
  type Converter,
  type Datum,
  type LazyConverter,
  type Plugin,
  type RecordColumns,
  type SchemaAndValue,
} from "../../api/index.js";
import { SchemaRegistryClient } from "../schema-registry/client.js";
import { SCHEMA_REGISTRY_KEYS } from "../schema-registry/config.js";
import { SchemaCache } from "../schema-registry/schema-cache.js";
import { subjectNameStrategy } from "../schema-registry/subject-name.js";
import { PREFIX_BYTES, schemaIdOf } from "../schema-registry/wire-format.js";
import { AvroDatum } from "./avro-datum.js";
import { avroFormat, type CompiledSchema } from "./avro-schemas.js";

/** Keys of `AvroDataConfig` that matter for reading. */
const AVRO_DATA_KEYS = defineConfig({
  "enhanced.avro.schema.support": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Keep enums and the full names of union branches.",
  },
  "connect.meta.data": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "Take docs, defaults and Connect's own properties over from the Avro schema.",
  },
});

const CONFIG = defineConfig({ ...SCHEMA_REGISTRY_KEYS, ...AVRO_DATA_KEYS });

/**
 * `io.confluent.connect.avro.AvroConverter`, the reading side: Confluent's wire format with schemas from a registry. Data stay
 * bytes until somebody reads them.
 */
class AvroConverter implements Converter {
  private schemas: SchemaCache<CompiledSchema> | null = null;
  private topic = "";
  private lastId = 0;
  private lastCompiled: CompiledSchema | null = null;
  readonly lazy: LazyConverter = {
    kind: "avro",
    check: (buffer, start, end) => this.check(buffer, start, end),
    datum: (topic, bytes) => this.datum(topic, bytes),
  };

  configure(config: Readonly<Record<string, string>>, isKey: boolean): void {
    const parsed = parseConfig(CONFIG, config);
    const options = { enhanced: parsed["enhanced.avro.schema.support"], connectMetaData: parsed["connect.meta.data"] };
    this.schemas = new SchemaCache(
      new SchemaRegistryClient(config),
      avroFormat(options, isKey),
      isKey,
      subjectNameStrategy(parsed[isKey ? "key.subject.name.strategy" : "value.subject.name.strategy"]),
    );
  }

  async prepare(topic: string, columns: RecordColumns, of: "key" | "value"): Promise<void> {
    this.topic = topic;
    this.lastCompiled = null;
    await this.loaded().loadAll(topic, columns, of);
  }

  toConnect(topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.explaining(topic, () => {
      const compiled = this.loaded().get(topic, schemaIdOf(buffer, 0, buffer.length));
      return { schema: compiled.schema, value: readWhole(compiled, buffer) };
    });
  }

  fromConnect(): Uint8Array | null {
    throw new ConnectError("fatal", "AvroConverter only reads: it registers no schemas");
  }

  /** Runs between `prepare` and the next one, so the topic is the batch's. */
  private check(buffer: Buffer, start: number, end: number): number {
    try {
      const compiled = this.compiledOf(schemaIdOf(buffer, start, end));
      if (isBareBytes(compiled.type)) return DatumVerdict.convert;
      INPUT.reset(buffer, start + PREFIX_BYTES, end);
      compiled.skip(INPUT);
      return INPUT.position === end ? DatumVerdict.copy : DatumVerdict.convert;
    } catch (error) {
      throw this.explained(this.topic, error);
    }
  }

  /** Of the batch's topic. Most rows of a batch have one schema. */
  private compiledOf(id: number): CompiledSchema {
    if (id !== this.lastId || this.lastCompiled === null) {
      this.lastCompiled = this.loaded().get(this.topic, id);
      this.lastId = id;
    }
    return this.lastCompiled;
  }

  private datum(topic: string, bytes: Buffer): Datum {
    return new AvroDatum(this.loaded().get(topic, bytes.readInt32BE(1)), bytes);
  }

  private loaded(): SchemaCache<CompiledSchema> {
    if (this.schemas === null) throw new ConnectError("fatal", "AvroConverter is not configured");
    return this.schemas;
  }

  private explaining<T>(topic: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.explained(topic, error);
    }
  }

  /** AvroConverter's own text around what went wrong. */
  private explained(topic: string, cause: unknown): ConnectError {
    return new ConnectError("data", `Failed to deserialize data for topic ${topic} to Avro: `, { cause });
  }
}

const INPUT = new AvroInput();

/** A bare `bytes` schema is the rest of the message without Avro's length. Source: `AbstractKafkaAvroDeserializer`. */
function isBareBytes(type: AvroType): boolean {
  return type.kind === "bytes";
}

/** Bytes after the datum are passed over, as Java's reader does. */
function readWhole({ type, read }: CompiledSchema, buffer: Buffer): unknown {
  if (isBareBytes(type)) return new Uint8Array(buffer.subarray(PREFIX_BYTES));
  INPUT.reset(buffer, PREFIX_BYTES, buffer.length);
  return read(INPUT);
}

export const avroPlugins: readonly Plugin[] = [
  {
    kind: "converter",
    className: "io.confluent.connect.avro.AvroConverter",
    version: "7.9.0",
    configDef: CONFIG,
    create: () => new AvroConverter(),
  },
];
