import { asConnectError } from "../../runtime/api/index.js";
import type { ConnectError, NextOffsets, SinkBatch, SinkTaskContext } from "../../runtime/api/index.js";
import { ByteQueue } from "../objects/byte-queue.js";
import { openCompressor } from "../objects/compression.js";
import type { ObjectSettings } from "../objects/object.js";
import { SchemaCache } from "../objects/schema-cache.js";
import { forEachLimited } from "../objects/concurrency.js";
import type { AivenConfig } from "./config.js";
import type { CountedMemory } from "./counted-memory.js";
import { renderName } from "./object-name.js";
import { OpenObjects } from "./open-objects.js";
import { RecordView } from "./record-view.js";
import type { RecordSink } from "./record-sink.js";

const UPLOAD_CONCURRENCY = 32;

interface Row {
  readonly view: RecordView;
  readonly row: number;
}

/**
 * One object for each key (perhaps of each topic or partition), which holds the key's last record. Objects are overwritten
 * whatever is there. Only the last record of a key between two flushes is written.
 */
export class KeyedObjects implements RecordSink {
  readonly #context: SinkTaskContext;
  readonly #config: AivenConfig;
  readonly #settings: ObjectSettings;
  readonly #memory: CountedMemory;
  readonly #schemas = new SchemaCache();
  /** Encoded objects by name, not yet compressed. */
  #bodies = new Map<string, Buffer>();
  /** By name: a record that a later one replaced counts until the later one is visible. */
  readonly #open: OpenObjects<string>;
  #failure: ConnectError | null = null;

  constructor(context: SinkTaskContext, config: AivenConfig, settings: ObjectSettings, memory: CountedMemory) {
    this.#context = context;
    this.#config = config;
    this.#settings = settings;
    this.#memory = memory;
    this.#open = new OpenObjects(context, config.maxAgeMs);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const last = new Map<string, Row>();
    for (const batch of batches) {
      const view = new RecordView(batch, this.#schemas);
      const { ignoreNulls } = this.#config;
      for (let row = 0; row < view.count; row++)
        if (!ignoreNulls || !view.isNullAt(row)) last.set(this.#nameOf(view, row), { view, row });
    }
    // The bytes of a record are gone after this call, so each is encoded now, also if a later one replaces it.
    try {
      for (const [name, { view, row }] of last) this.#keep(name, await this.#encode(view, row));
      const { maxBytes } = this.#config;
      if (maxBytes > 0 && [...last.keys()].some((name) => (this.#bodies.get(name)?.length ?? 0) >= maxBytes))
        this.#context.requestCommit();
      if (this.#memory.usedBytes > this.#memory.limitBytes) await this.#upload();
    } catch (error) {
      this.#failure ??= asConnectError(error);
    }
    this.#open.limitAge();
  }

  async flush(current: NextOffsets): Promise<NextOffsets> {
    try {
      if (this.#failure !== null) throw this.#failure;
      await this.#upload();
      return current;
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  /** What another task owns now, it reads again. Names do not tell whose they are, and what was read is still true. */
  close(): Promise<void> {
    return this.abandon();
  }

  abandon(): Promise<void> {
    for (const body of this.#bodies.values()) this.#memory.release(body.length);
    this.#bodies = new Map();
    this.#open.clear();
    this.#failure = null;
    return Promise.resolve();
  }

  #nameOf(view: RecordView, row: number): string {
    const { prefix, template } = this.#config;
    return (
      prefix +
      renderName(template, {
        topic: view.topicAt(row),
        partition: view.partitionAt(row),
        key: view.keyTextAt(row),
        startOffset: null,
        time: null,
      })
    );
  }

  async #encode(view: RecordView, row: number): Promise<Buffer> {
    const queue = new ByteQueue(this.#memory);
    const encoder = this.#settings.format.open(queue);
    try {
      encoder.appendBatch(view, row, row + 1);
      await encoder.finish();
      const slabs = queue.takeAll();
      const body = Buffer.concat(slabs);
      queue.release(slabs);
      return body;
    } finally {
      encoder.close?.();
      queue.clear();
    }
  }

  #keep(name: string, body: Buffer): void {
    this.#memory.release(this.#bodies.get(name)?.length ?? 0);
    this.#memory.take(body.length);
    this.#bodies.set(name, body);
    this.#open.begun(name);
  }

  async #upload(): Promise<void> {
    await forEachLimited(this.#bodies, UPLOAD_CONCURRENCY, async ([name, body]) => {
      const { contentEncoding } = this.#config;
      const target = { name, ...(contentEncoding === null ? {} : { contentEncoding }) };
      const stored = await this.#compressed(body, (bytes) => this.#settings.store.put(target, bytes, { kind: "any" }));
      this.#context.metrics.add("objects_written_total", 1);
      this.#context.metrics.add("object_bytes_written_total", stored.sizeBytes);
    });
    await this.abandon();
  }

  async #compressed<T>(body: Buffer, use: (bytes: readonly Buffer[]) => Promise<T>): Promise<T> {
    const { compression, format } = this.#settings;
    if (compression === "none" || !format.streamCompression) return use([body]);
    const queue = new ByteQueue(this.#memory);
    const compressor = openCompressor(compression, queue);
    try {
      await compressor.write([body]);
      await compressor.finish();
    } finally {
      compressor.close();
    }
    const bytes = queue.takeAll();
    try {
      return await use(bytes);
    } finally {
      queue.release(bytes);
    }
  }
}
