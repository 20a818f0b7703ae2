import type { Codec } from "../../runtime/kafka/compress.js";
import { produceBulk } from "../support/bulk-producer.js";
import { uniqueName } from "../support/kafka-broker.js";
import type { SchemaRegistry } from "../support/schema-registry.js";
import type { TestKafka } from "../support/topics.js";
import { avroOrder, avroOrderSchema, customerOf, jsonOrder } from "./orders.js";

/** What waits in a topic before a scenario starts. */
export interface LoadSpec {
  /** `avro` has the head of Confluent's wire format before each datum. */
  readonly kind: "json" | "avro";
  readonly records: number;
  /** Of each value: of the JSON text, or of the datum without its head. */
  readonly recordBytes: number;
  readonly partitions: number;
  /** Of the record batches. */
  readonly codec: Codec;
  /** Whether records have keys, a customer's name each. */
  readonly keys: boolean;
  /** How many objects a partition makes where they are cut by number; null: by their size. */
  readonly objectsPerPartition: number | null;
}

/** A filled topic. */
export interface Workload extends LoadSpec {
  readonly topic: string;
  /** Divides the records of each partition, so that objects cut by number leave none behind. */
  readonly recordsPerObject: number;
}

/** Objects that are cut by number of records have about this size before compression. */
const OBJECT_BYTES = 20_000_000;

/** Keeps batches below the broker's limit for one. */
const BATCH_BYTES = 800_000;

/** Topics by what they hold: scenarios with the same load read the same topic. */
export class Workloads {
  private readonly made = new Map<string, Promise<Workload>>();

  constructor(
    private readonly kafka: TestKafka,
    private readonly registry: SchemaRegistry,
  ) {}

  get(spec: LoadSpec): Promise<Workload> {
    const key = JSON.stringify(Object.entries(spec).sort());
    const known = this.made.get(key) ?? this.fill(spec);
    this.made.set(key, known);
    return known;
  }

  private async fill(spec: LoadSpec): Promise<Workload> {
    const topic = uniqueName("bench");
    await this.kafka.createTopic(topic, { partitions: spec.partitions });
    const { perPartition, recordsPerObject } = divide(spec);
    const value = this.valueMaker(spec, topic);
    await produceBulk(
      this.kafka,
      topic,
      perPartition,
      (index, partition) => {
        const id = partition * perPartition + index;
        return { key: spec.keys ? Buffer.from(customerOf(id)) : null, value: value(id) };
      },
      {
        compression: spec.codec,
        recordsPerBatch: Math.min(5_000, Math.ceil(BATCH_BYTES / spec.recordBytes)),
      },
    );
    return { ...spec, topic, records: perPartition * spec.partitions, recordsPerObject };
  }

  private valueMaker({ kind, recordBytes }: LoadSpec, topic: string): (id: number) => Buffer {
    if (kind === "json") return (id) => jsonOrder(id, recordBytes);
    const schemaId = this.registry.register(`${topic}-value`, avroOrderSchema);
    return (id) => avroOrder(id, recordBytes, schemaId);
  }
}

/** Rounds the records of a partition up to a whole number of equal objects. */
function divide({ records, recordBytes, partitions, objectsPerPartition }: LoadSpec) {
  const objects = objectsPerPartition ?? Math.ceil((records * recordBytes) / partitions / OBJECT_BYTES);
  const recordsPerObject = Math.ceil(records / partitions / objects);
  return { perPartition: objects * recordsPerObject, recordsPerObject };
}
