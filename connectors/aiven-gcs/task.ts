import { ConnectError } from "../../runtime/api/index.js";
import type { NextOffsets, SinkBatch, SinkTask, SinkTaskContext, TopicPartition } from "../../runtime/api/index.js";
import { GcsClient } from "../gcs/client.js";
import { GcsObjectStore } from "../gcs/upload.js";
import type { ObjectSettings } from "../objects/object.js";
import { readConfig } from "./config.js";
import { CountedMemory } from "./counted-memory.js";
import { formatOf } from "./formats.js";
import { KeyedObjects } from "./keyed-objects.js";
import { OffsetFiles } from "./offset-files.js";
import type { RecordSink } from "./record-sink.js";

const MAX_CHUNK_BYTES = 8 * 1024 * 1024;

/** `io.aiven.kafka.connect.gcs.GcsSinkTask`. */
export class AivenGcsTask implements SinkTask {
  #sink: RecordSink | null = null;
  #settings: ObjectSettings | null = null;

  async start(context: SinkTaskContext, properties: Readonly<Record<string, string>>): Promise<void> {
    const config = readConfig(properties);
    if (config.gcs.credentials.kind === "none")
      context.log.warn("No GCS credentials are configured: requests will be anonymous");
    const memory = new CountedMemory(context.memory);
    const client = await GcsClient.open(config.gcs, context);
    if (config.checkBucket) await requireBucket(client, config.gcs.bucket);
    const store = new GcsObjectStore(client);
    const settings: ObjectSettings = {
      store,
      memory,
      format: formatOf(config),
      compression: config.compression,
      onExisting: "replace",
      maxChunkBytes: chunkLimit(memory.limitBytes, store.chunkUnitBytes),
    };
    const keyed = config.template.grouping === "key" || config.template.grouping === "key-topic-partition";
    this.#settings = settings;
    this.#sink = new (keyed ? KeyedObjects : OffsetFiles)(context, config, settings, memory);
  }

  async open(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#sink?.open(partitions);
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    await this.#sink?.put(batches);
  }

  async preCommit(current: NextOffsets): Promise<NextOffsets> {
    return (await this.#sink?.flush(current)) ?? new Map();
  }

  async close(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#sink?.close(partitions);
  }

  async stop(): Promise<void> {
    await this.#sink?.abandon();
    this.#settings?.store.close();
  }
}

async function requireBucket(client: GcsClient, name: string): Promise<void> {
  try {
    if (await client.bucketExists()) return;
    throw new ConnectError("config", `Bucket ${name} (gcs.bucket.name) does not exist`);
  } catch (error) {
    client.close();
    throw error;
  }
}

/** A chunk under way and the one being filled shall not take more than a small part of the budget for one object. */
function chunkLimit(budgetBytes: number, unitBytes: number): number {
  const share = Math.floor(budgetBytes / 16 / unitBytes) * unitBytes;
  return Math.max(unitBytes, Math.min(MAX_CHUNK_BYTES, share));
}
