import { ConnectError, topicPartitionKey } from "../../runtime/api/index.js";
import type {
  NextOffsets,
  SinkBatch,
  SinkTask,
  SinkTaskContext,
  TopicPartition,
  TopicPartitionOffset,
} from "../../runtime/api/index.js";
import { GcsClient } from "../gcs/client.js";
import { GcsObjectStore } from "../gcs/upload.js";
import { forEachLimited } from "../objects/concurrency.js";
import type { ObjectSettings } from "../objects/object.js";
import { SchemaCache } from "../objects/schema-cache.js";
import type { ObjectStore } from "../objects/store.js";
import { readConfig } from "./config.js";
import type { ConfluentConfig, FormatName } from "./config.js";
import { valueFormat } from "./formats.js";
import type { FileSettings, OpenFile } from "./open-file.js";
import { PartitionWriter } from "./partition-writer.js";
import type { WriterParts } from "./partition-writer.js";
import { Rows } from "./rows.js";
import { Schedule } from "./schedule.js";

const MAX_CHUNK_BYTES = 8 * 1024 * 1024;

/** Over the memory budget, this part of it is what may stay: or it would be short again with the next records. */
const RELIEVED_TO = 3 / 4;
/** Partitions that send at the same time then. */
const RELIEF_CONCURRENCY = 16;

/** `io.confluent.connect.gcs.GcsSinkTask`. */
export class ConfluentGcsTask implements SinkTask {
  private parts: WriterParts | null = null;
  private readonly schemas = new SchemaCache();
  private readonly writers = new Map<string, PartitionWriter>();

  async start(context: SinkTaskContext, properties: Readonly<Record<string, string>>): Promise<void> {
    const config = readConfig(properties);
    const client = await GcsClient.open(config.gcs, context);
    const store = new GcsObjectStore(client);
    const { schedule } = config.rotation;
    this.parts = {
      context,
      config,
      store,
      files: fileSettings(config, store, context),
      schedule: schedule === null ? null : new Schedule(schedule.intervalMs, schedule.timezone),
    };
    await this.checkBucket(client, config);
  }

  open(partitions: readonly TopicPartition[]): Promise<void> {
    for (const tp of partitions) this.writers.set(topicPartitionKey(tp), new PartitionWriter(tp, this.started()));
    return Promise.resolve();
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const { context, config } = this.started();
    const nowMs = context.nowMs();
    const rows = batches.map((batch) => new Rows(batch, this.schemas));
    if (!config.ignoreNulls) for (const each of rows) refuseNulls(each);
    await this.tick(nowMs);
    for (const each of rows) await this.writerOf(each).write(each, nowMs);
    await this.tick(nowMs);
    const { memory } = context;
    if (memory.usedBytes > memory.limitBytes) await this.relieve(memory.usedBytes - memory.limitBytes * RELIEVED_TO);
  }

  /** Sends the largest of what can be sent, about so many bytes of it. */
  private async relieve(bytes: number): Promise<void> {
    const sendable = [...this.writers.values()].flatMap((writer) => writer.sendable());
    sendable.sort((a, b) => b.sendableBytes - a.sendableBytes);
    const chosen = new Set<OpenFile>();
    for (let left = bytes, i = 0; left > 0 && i < sendable.length; i++) {
      chosen.add(sendable[i]!);
      left -= sendable[i]!.sendableBytes;
    }
    await forEachLimited(this.writers.values(), RELIEF_CONCURRENCY, (writer) => writer.send(chosen));
  }

  private async tick(nowMs: number): Promise<void> {
    for (const writer of this.writers.values()) if (writer.isDueAt(nowMs)) await writer.tick(nowMs);
  }

  async preCommit(): Promise<NextOffsets> {
    const offsets = new Map<string, TopicPartitionOffset>();
    for (const [key, writer] of this.writers) {
      const nextOffset = await writer.takeOffset();
      const tp = this.started()
        .context.assignment()
        .find((each) => topicPartitionKey(each) === key);
      if (nextOffset !== null && tp !== undefined) offsets.set(key, { ...tp, nextOffset });
    }
    return offsets;
  }

  async close(partitions: readonly TopicPartition[]): Promise<void> {
    for (const tp of partitions) {
      const key = topicPartitionKey(tp);
      const writer = this.writers.get(key);
      this.writers.delete(key);
      await writer?.close();
    }
  }

  async stop(): Promise<void> {
    for (const writer of this.writers.values()) await writer.close();
    this.writers.clear();
    this.parts?.store.close();
  }

  private started(): WriterParts {
    if (this.parts === null) throw new ConnectError("fatal", "The task was not started");
    return this.parts;
  }

  private writerOf(tp: TopicPartition): PartitionWriter {
    const writer = this.writers.get(topicPartitionKey(tp));
    if (writer !== undefined) return writer;
    const assigned = [...this.writers.keys()].join(", ");
    throw new ConnectError(
      "fatal",
      `No writer found for topic partition ${topicPartitionKey(tp)}. The record's topic-partition does not match any assigned partitions. Assigned partitions: [${assigned}]`,
    );
  }

  private async checkBucket(client: GcsClient, config: ConfluentConfig): Promise<void> {
    if (await client.bucketExists()) return;
    throw new ConnectError("fatal", `Non-existent GCS bucket: ${config.gcs.bucket}`);
  }
}

function refuseNulls(rows: Rows): void {
  for (let row = 0; row < rows.count; row++) {
    if (rows.isNull(row))
      throw new ConnectError(
        "fatal",
        "Null valued records are not writeable with current behavior.on.null.values 'settings.",
      );
  }
}

function fileSettings(config: ConfluentConfig, store: ObjectStore, context: SinkTaskContext): FileSettings {
  const of = (format: FormatName): ObjectSettings => ({
    store,
    memory: context.memory,
    format: valueFormat(config, format),
    compression: config.gzip ? "gzip" : "none",
    onExisting: config.conditionalWrites ? "refuse" : "replace",
    maxChunkBytes: chunkLimit(config, context.memory.limitBytes, store.chunkUnitBytes),
  });
  const side = (format: FormatName | null) => (format === null ? null : { settings: of(format), format });
  return { values: of(config.format), keys: side(config.keysFormat), headers: side(config.headersFormat) };
}

/** A chunk takes no more than a small part of the memory budget, however large the configured part is. */
function chunkLimit(config: ConfluentConfig, budgetBytes: number, unitBytes: number): number {
  const wanted = Math.min(config.maxChunkBytes, MAX_CHUNK_BYTES, budgetBytes / 16);
  return Math.max(unitBytes, Math.floor(wanted / unitBytes) * unitBytes);
}
