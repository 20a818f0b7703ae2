import { ConnectError, type RecordColumns } from "../../api/index.js";
import type { RegisteredSchema, SchemaRegistryClient } from "./client.js";
import type { SubjectName } from "./subject-name.js";
import { forEachSchemaId } from "./wire-format.js";

/** A schema that another one refers to, under the name by which that one calls it. */
export interface ReferencedSchema {
  readonly name: string;
  readonly schema: string;
}

/** What is particular to one kind of schema. */
export interface SchemaFormat<T> {
  readonly schemaType: RegisteredSchema["schemaType"];
  /** As Confluent's texts call it: `Avro value`, `JSON`. */
  readonly title: string;
  /**
   * `references` are all schemas that this one refers to, directly or not, each after those it refers to itself. `versionOf` gives
   * the registry's version, for a subject that may depend on the record's name. Throws ConnectError.
   */
  compile(
    schema: string,
    references: readonly ReferencedSchema[],
    versionOf: (record: string | null) => Promise<number | null>,
  ): Promise<T>;
}

/** Schemas that could not be had: asked for again after this time. */
const FAILURE_KEPT_MS = 5000;

interface Entry<T> {
  readonly compiled: T | null;
  readonly error: ConnectError | null;
  readonly atMs: number;
}

/** The schemas that one converter has met, by topic and id: the version of a schema depends on the subject, that on the topic. */
export class SchemaCache<T> {
  private readonly topics = new Map<string, Map<number, Entry<T>>>();

  constructor(
    private readonly registry: SchemaRegistryClient,
    private readonly format: SchemaFormat<T>,
    private readonly isKey: boolean,
    private readonly subjectName: SubjectName,
  ) {}

  /** The compiled schema. Throws ConnectError `data` where it could not be had, or was never loaded. */
  get(topic: string, id: number): T {
    const found = this.topics.get(topic)?.get(id);
    if (found?.error != null) throw found.error;
    if (found?.compiled == null) throw new ConnectError("data", `Schema ${id} was not loaded`);
    return found.compiled;
  }

  /** Loads the schemas that the keys or values of a batch name. Throws as `load`. */
  async loadAll(topic: string, columns: RecordColumns, of: "key" | "value"): Promise<void> {
    const ids = new Set<number>();
    forEachSchemaId(columns, of, (id) => ids.add(id));
    for (const id of ids) await this.load(topic, id);
  }

  /** Loads a schema unless it is there. Throws ConnectError `retriable` only; other failures are kept for `get`. */
  async load(topic: string, id: number): Promise<void> {
    const ofTopic = this.topics.get(topic) ?? new Map<number, Entry<T>>();
    this.topics.set(topic, ofTopic);
    const found = ofTopic.get(id);
    if (found !== undefined && (found.error === null || Date.now() - found.atMs <= FAILURE_KEPT_MS)) return;
    try {
      ofTopic.set(id, { compiled: await this.compile(topic, id), error: null, atMs: Date.now() });
    } catch (error) {
      if (error instanceof ConnectError && error.kind === "retriable") throw error;
      // Others than ours are such as a stack overflow over a schema that is only itself.
      ofTopic.set(id, { compiled: null, error: this.retrievalError(id, error), atMs: Date.now() });
    }
  }

  private async compile(topic: string, id: number): Promise<T> {
    const { schemaType } = this.format;
    const registered = await this.registry.schemaById(id, this.subjectName(topic, this.isKey, null));
    if (registered.schemaType !== schemaType)
      throw new ConnectError("data", `Schema ${id} is of type ${registered.schemaType}, not ${schemaType}`);
    const references: ReferencedSchema[] = [];
    await this.loadReferences(registered, references, new Set());
    return this.format.compile(registered.schema, references, async (record) => {
      const subject = this.subjectName(topic, this.isKey, record);
      return subject === null ? null : this.registry.versionOf(subject, registered);
    });
  }

  private async loadReferences(
    registered: RegisteredSchema,
    references: ReferencedSchema[],
    seen: Set<string>,
  ): Promise<void> {
    for (const { name, subject, version } of registered.references) {
      const key = JSON.stringify([name, subject, version]);
      if (seen.has(key)) continue;
      seen.add(key);
      const referenced = await this.registry.schemaBySubjectVersion(subject, version);
      await this.loadReferences(referenced, references, seen);
      references.push({ name, schema: referenced.schema });
    }
  }

  private retrievalError(id: number, cause: unknown): ConnectError {
    return new ConnectError("data", `Error retrieving ${this.format.title} schema for id ${id}`, {
      cause,
      javaClass: "org.apache.kafka.common.errors.SerializationException",
    });
  }
}
