import {
  ConnectError,
  defineConfig,
  parseConfig,
  type Converter,
  type Plugin,
  type RecordColumns,
  type SchemaAndValue,
} from "../../api/index.js";
import { SchemaRegistryClient } from "../schema-registry/client.js";
import { SCHEMA_REGISTRY_KEYS } from "../schema-registry/config.js";
import { SchemaCache, type SchemaFormat } from "../schema-registry/schema-cache.js";
import { subjectNameStrategy } from "../schema-registry/subject-name.js";
import { PREFIX_BYTES, schemaIdOf } from "../schema-registry/wire-format.js";
import { readMessage } from "./message-plan.js";
import { messageAt, parseProtoFile, type ProtoFile } from "./proto-files.js";
import { ConnectMessages, type ConnectMessage, type ToConnectOptions } from "./protobuf-to-connect.js";
import { invalidMessage, WireInput } from "./wire-input.js";

const flag = <const D extends boolean>(defaultValue: D, doc: string) =>
  ({ type: "BOOLEAN", default: defaultValue, importance: "MEDIUM", doc }) as const;

/** Keys of `ProtobufDataConfig`. */
const PROTOBUF_KEYS = defineConfig({
  "enhanced.protobuf.schema.support": flag(false, "Name records and enums with their package."),
  "generalized.sum.type.support": flag(false, "Represent enums and unions alike for all of Confluent's converters."),
  "int.for.enums": flag(false, "Give enums as numbers."),
  "optional.for.nullables": flag(false, "Only fields with the keyword optional are optional; otherwise all are."),
  "optional.for.proto2": flag(true, "Whether the keyword optional counts in proto2: fields that are not set are null."),
  "wrapper.for.nullables": flag(false, "Read google.protobuf wrappers as optional primitives."),
  "wrapper.for.raw.primitives": flag(true, "Read a wrapper that is the message itself as a primitive."),
  "generate.index.for.unions": flag(true, "Whether a oneof's field name ends with its index."),
  "flatten.unions": flag(false, "Make the members of a oneof fields of the record."),
  "scrub.invalid.names": flag(false, "Only for writing; does nothing in a sink."),
  "schemas.cache.config": {
    type: "INT",
    default: 1000,
    importance: "LOW",
    doc: "Accepted; schemas stay cached while the task runs.",
  },
});

const CONFIG = defineConfig({ ...SCHEMA_REGISTRY_KEYS, ...PROTOBUF_KEYS });

/** A schema with those of its messages that records have named. */
class CompiledFile {
  private readonly messages = new Map<string, ConnectMessage>();

  constructor(
    private readonly file: ProtoFile,
    private readonly options: ToConnectOptions,
    private readonly version: number | null,
  ) {}

  /** The message at a path of indexes. Throws ConnectError `data`. */
  message(indexes: readonly number[]): ConnectMessage {
    const key = indexes.join();
    let found = this.messages.get(key);
    if (found === undefined) {
      found = new ConnectMessages(this.options).of(messageAt(this.file, indexes), this.version);
      this.messages.set(key, found);
    }
    return found;
  }
}

function protobufFormat(options: ToConnectOptions): SchemaFormat<CompiledFile> {
  return {
    schemaType: "PROTOBUF",
    title: "Protobuf",
    compile: async (text, references, versionOf) => {
      const file = parseProtoFile(text, references);
      const [first] = file.messages;
      const version = await versionOf(first === undefined ? null : first.fullName.slice(1));
      return new CompiledFile(file, options, version);
    },
  };
}

/** `io.confluent.connect.protobuf.ProtobufConverter`, the reading side: Confluent's wire format with schemas from a registry. */
class ProtobufConverter implements Converter {
  private schemas: SchemaCache<CompiledFile> | null = null;

  configure(config: Readonly<Record<string, string>>, isKey: boolean): void {
    const parsed = parseConfig(CONFIG, config);
    const options = {
      enhanced: parsed["enhanced.protobuf.schema.support"],
      generalizedSumTypes: parsed["generalized.sum.type.support"],
      intForEnums: parsed["int.for.enums"],
      optionalForNullables: parsed["optional.for.nullables"],
      optionalForProto2: parsed["optional.for.proto2"],
      wrapperForNullables: parsed["wrapper.for.nullables"],
      wrapperForRawPrimitives: parsed["wrapper.for.raw.primitives"],
      indexForUnions: parsed["generate.index.for.unions"],
      flattenUnions: parsed["flatten.unions"],
    };
    this.schemas = new SchemaCache(
      new SchemaRegistryClient(config),
      protobufFormat(options),
      isKey,
      subjectNameStrategy(parsed[isKey ? "key.subject.name.strategy" : "value.subject.name.strategy"]),
    );
  }

  async prepare(topic: string, columns: RecordColumns, of: "key" | "value"): Promise<void> {
    await this.loaded().loadAll(topic, columns, of);
  }

  toConnect(topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    try {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const id = schemaIdOf(buffer, 0, buffer.length);
      const file = this.loaded().get(topic, id);
      try {
        const input = new WireInput(buffer, PREFIX_BYTES, buffer.length);
        const message = file.message(readIndexes(input));
        return { schema: message.schema, value: message.read(readMessage(message.plan, input)) };
      } catch (cause) {
        throw new ConnectError("data", `Error deserializing Protobuf message for id ${id}`, {
          cause,
          javaClass: "org.apache.kafka.common.errors.SerializationException",
        });
      }
    } catch (cause) {
      throw new ConnectError("data", `Failed to deserialize data for topic ${topic} to Protobuf: `, { cause });
    }
  }

  fromConnect(): Uint8Array | null {
    throw new ConnectError("fatal", "ProtobufConverter only reads: it registers no schemas");
  }

  private loaded(): SchemaCache<CompiledFile> {
    if (this.schemas === null) throw new ConnectError("fatal", "ProtobufConverter is not configured");
    return this.schemas;
  }
}

/** The path to the message within its file: a count and indexes, all zigzag varints. No index stands for the first message. */
function readIndexes(input: WireInput): readonly number[] {
  const count = input.sint32();
  if (count === 0) return [0];
  if (count < 0 || count > input.end - input.position) throw invalidMessage("Invalid message indexes");
  return Array.from({ length: count }, () => input.sint32());
}

export const protobufPlugins: readonly Plugin[] = [
  {
    kind: "converter",
    className: "io.confluent.connect.protobuf.ProtobufConverter",
    version: "7.9.0",
    configDef: CONFIG,
    create: () => new ProtobufConverter(),
  },
];
