import { compileAvroReader, type AvroRead } from "../../api/avro/avro-reader.js";
import { parseAvroSchema, type AvroNames, type AvroType } from "../../api/avro/avro-schema.js";
import { compileAvroSkipper, type AvroSkip } from "../../api/avro/avro-skipper.js";
import { connectSchemaOf, type ToConnectOptions } from "../../api/avro/avro-to-connect.js";
import { ConnectError, type Schema } from "../../api/index.js";
import type { RegisteredSchema, SchemaRegistryClient } from "../schema-registry/client.js";
import type { SubjectName } from "../schema-registry/subject-name.js";

/** A registered schema, compiled. */
export interface CompiledSchema {
  readonly type: AvroType;
  readonly schema: Schema | null;
  readonly read: AvroRead;
  readonly skip: AvroSkip;
}

/** Schemas that could not be had: asked for again after this time. */
const FAILURE_KEPT_MS = 5000;

interface Failure {
  readonly error: ConnectError;
  readonly atMs: number;
}

/** The schemas that one converter has met, by topic and id: the version of a schema depends on the subject, that on the topic. */
export class AvroSchemas {
  private readonly compiled = new Map<string, Map<number, CompiledSchema | Failure>>();

  constructor(
    private readonly registry: SchemaRegistryClient,
    private readonly options: ToConnectOptions,
    private readonly isKey: boolean,
    private readonly subjectName: SubjectName,
  ) {}

  /** The compiled schema. Throws ConnectError `data` where it could not be had, or was never loaded. */
  get(topic: string, id: number): CompiledSchema {
    const found = this.compiled.get(topic)?.get(id);
    if (found === undefined) throw new ConnectError("data", `Schema ${id} was not loaded`);
    if ("error" in found) throw found.error;
    return found;
  }

  /** Loads a schema unless it is there. Throws ConnectError `retriable` only; other failures are kept for `get`. */
  async load(topic: string, id: number): Promise<void> {
    const ofTopic = this.compiled.get(topic) ?? new Map<number, CompiledSchema | Failure>();
    this.compiled.set(topic, ofTopic);
    const found = ofTopic.get(id);
    if (found !== undefined && !("error" in found && Date.now() - found.atMs > FAILURE_KEPT_MS)) return;
    try {
      ofTopic.set(id, await this.compile(topic, id));
    } catch (error) {
      if (!(error instanceof ConnectError) || error.kind === "retriable") throw error;
      ofTopic.set(id, { error: this.retrievalError(id, error), atMs: Date.now() });
    }
  }

  private async compile(topic: string, id: number): Promise<CompiledSchema> {
    const registered = await this.registry.schemaById(id, this.subjectName(topic, this.isKey, null));
    if (registered.schemaType !== "AVRO")
      throw new ConnectError("data", `Schema ${id} is of type ${registered.schemaType}, not AVRO`);
    const names: AvroNames = new Map();
    await this.loadReferences(registered, names, new Set());
    const type = parseAvroSchema(parseJson(registered.schema), names);
    const subject = this.subjectName(topic, this.isKey, type.kind === "record" ? type.name : null);
    const version = subject === null ? null : await this.registry.versionOf(subject, registered);
    const schema = connectSchemaOf(type, this.options, version);
    return { type, schema, read: compileAvroReader(type, schema), skip: compileAvroSkipper(type) };
  }

  /** Named types of all schemas that this one refers to, directly or not. */
  private async loadReferences(registered: RegisteredSchema, names: AvroNames, seen: Set<string>): Promise<void> {
    for (const { subject, version } of registered.references) {
      const key = `${subject} ${version}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const referenced = await this.registry.schemaBySubjectVersion(subject, version);
      await this.loadReferences(referenced, names, seen);
      parseAvroSchema(parseJson(referenced.schema), names);
    }
  }

  private retrievalError(id: number, cause: ConnectError): ConnectError {
    return new ConnectError("data", `Error retrieving Avro ${this.isKey ? "key" : "value"} schema for id ${id}`, {
      cause,
      javaClass: "org.apache.kafka.common.errors.SerializationException",
    });
  }
}

/** The registry also keeps primitive schemas as bare names. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (/^[A-Za-z_][\w.]*$/.test(text)) return text;
    throw new ConnectError("data", "The registered schema is no JSON", { cause });
  }
}
