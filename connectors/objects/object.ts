import { asConnectError, ConnectError } from "../../runtime/api/index.js";
import type { MemoryBudget, SinkBatch } from "../../runtime/api/index.js";
import { ByteQueue } from "./byte-queue.js";
import { openCompressor } from "./compression.js";
import type { CompressionType, Compressor } from "./compression.js";
import type { ObjectEncoder, ObjectFormat } from "./formats/format.js";
import { beginUpload, isAlreadyExists, putObject } from "./replace.js";
import type { OnExisting } from "./replace.js";
import type { ObjectStore, ObjectTarget, ObjectUpload, StoredObject } from "./store.js";

/** What all objects of a task have in common. */
export interface ObjectSettings {
  readonly store: ObjectStore;
  readonly memory: MemoryBudget;
  readonly format: ObjectFormat;
  /** Laid around the bytes of formats with `streamCompression`. */
  readonly compression: CompressionType;
  readonly onExisting: OnExisting;
  /** Chunks grow up to this; a multiple of the store's unit. */
  readonly maxChunkBytes: number;
}

/** An object up to this size is sent in one request when it is finished: cheaper, and repeated as a whole after a failure. */
const FIRST_CHUNK_BYTES = 2 * 1024 * 1024;
/** A chunk is at most this part of what precedes it, so that an object holds little next to its size. */
const CHUNK_PART = 8;

/** Below this a stream is not worth a compressor of its own: it is compressed when the object is finished. */
const COMPRESS_FROM_BYTES = 64 * 1024;

/** What the encoder holds is counted in the memory budget after so many records at the latest. */
const COUNT_ROWS = 100;

/**
 * One object from its first record to its end: encoder, compression, upload in chunks. `append` is synchronous; `drain` moves
 * what piled up and waits only while a chunk is under way and the next one is ready, or as told. A small object is sent whole,
 * in one request, when it is finished.
 */
export class OpenObject {
  readonly #settings: ObjectSettings;
  readonly #target: ObjectTarget;
  readonly #plain: ByteQueue;
  /** Bytes ready to be sent; the same queue as `#plain` where nothing compresses. */
  readonly #wire: ByteQueue;
  readonly #encoder: ObjectEncoder;
  #compressor: Compressor | null = null;
  #upload: ObjectUpload | null = null;
  #sending: Promise<void> | null = null;
  #sendFailure: ConnectError | null = null;
  #sentBytes = 0;
  #encodedBytes = 0;
  #heldBytes = 0;
  #uncountedRows = 0;
  #sealed = false;
  #closed = false;

  constructor(settings: ObjectSettings, target: ObjectTarget) {
    this.#settings = settings;
    this.#target = target;
    this.#plain = new ByteQueue(settings.memory);
    this.#wire = this.#compresses ? new ByteQueue(settings.memory) : this.#plain;
    this.#encoder = settings.format.open(this.#plain);
  }

  get name(): string {
    return this.#target.name;
  }

  /** Rows [from, to) of `batch`. Throws ConnectError `data`; the object is then spoilt and must be abandoned. */
  append(batch: SinkBatch, from: number, to: number): void {
    const before = this.#plain.length;
    this.#encoder.appendBatch(batch, from, to);
    this.#encodedBytes += this.#plain.length - before;
    // Asking a columnar encoder for every record would cost more than the record; `drain` counts too.
    this.#uncountedRows += to - from;
    if (this.#uncountedRows < COUNT_ROWS) return;
    this.#countHeld();
    this.#uncountedRows = 0;
  }

  /** Bytes of the records so far, before compression; an estimate while the format still holds records back. */
  get encodedBytes(): number {
    return this.#encodedBytes + (this.#encoder.heldBytes ?? 0);
  }

  /** Bytes that wait to be sent. */
  get waitingBytes(): number {
    const plain = this.#compresses ? this.#plain.length : 0;
    return (this.#encoder.heldBytes ?? 0) + plain + this.#wire.length;
  }

  /** True when `drain` has something to do. */
  get needsDrain(): boolean {
    return (
      this.#encoder.settle !== undefined ||
      this.#wire.fullBytes >= this.#chunkBytes ||
      (this.#compresses && this.#plain.fullBytes >= COMPRESS_FROM_BYTES)
    );
  }

  /** Bytes that could be sent now, at once or after being compressed. */
  get sendableBytes(): number {
    const held = this.#encoder.settle === undefined ? 0 : (this.#encoder.heldBytes ?? 0);
    const bytes = held + this.#wire.fullBytes + (this.#compresses ? this.#plain.fullBytes : 0);
    return bytes >= this.#settings.store.chunkUnitBytes ? bytes : 0;
  }

  /**
   * Compresses and sends what is ready. With `all`, also sends chunks that are smaller than they could be, and waits until
   * they have arrived. Throws what an earlier send failed with.
   */
  async drain(all: boolean): Promise<void> {
    if (this.#sealed) return;
    const before = this.#plain.length;
    await this.#encoder.settle?.(all);
    this.#encodedBytes += this.#plain.length - before;
    this.#countHeld();
    if (this.#compresses && this.#plain.fullBytes >= COMPRESS_FROM_BYTES) await this.#compress(this.#plain.takeFull());
    const unit = this.#settings.store.chunkUnitBytes;
    while (this.#wire.fullBytes >= (all ? unit : this.#chunkBytes)) {
      await this.#sending;
      this.#throwFailure();
      const bytes = all ? this.#settings.maxChunkBytes : this.#chunkBytes;
      this.#sending = this.#send(this.#wire.takeFull(Math.min(bytes, wholeUnits(this.#wire.fullBytes, unit))));
    }
    if (all) await this.#sending;
    this.#throwFailure();
  }

  /** Takes no more records: frees what encoder and compressor hold, and sends all but the last chunk. Throws as `drain`. */
  async seal(): Promise<void> {
    if (this.#sealed) return;
    await this.#encoder.finish();
    this.#sealed = true;
    this.#countHeld();
    if (this.#compresses) await this.#finishCompression();
    await this.#drainToLast();
  }

  /** Ends the object and makes it visible. Throws after having let go of everything. */
  async finish(): Promise<StoredObject> {
    try {
      await this.seal();
      const rest = this.#wire.takeAll();
      try {
        const stored = await this.#finishUpload(rest);
        this.#upload = null;
        return stored;
      } finally {
        this.#wire.release(rest);
      }
    } finally {
      await this.abandon();
    }
  }

  /** Drops everything. Never throws. */
  async abandon(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#sending;
    this.#encoder.close?.();
    this.#closeCompressor();
    this.#plain.clear();
    this.#wire.clear();
    this.#settings.memory.release(this.#heldBytes);
    this.#heldBytes = 0;
    await this.#upload?.abandon();
  }

  get #compresses(): boolean {
    return this.#settings.compression !== "none" && this.#settings.format.streamCompression;
  }

  /** What is smaller is one request; chunks grow with the object. Over the memory budget, `drain(true)` does not wait for them. */
  get #chunkBytes(): number {
    const { maxChunkBytes, store } = this.#settings;
    return Math.min(
      maxChunkBytes,
      Math.max(FIRST_CHUNK_BYTES, wholeUnits(this.#sentBytes / CHUNK_PART, store.chunkUnitBytes)),
    );
  }

  async #drainToLast(): Promise<void> {
    // One request is enough for what fits a chunk; more is sent in chunks of the largest size.
    while (this.#wire.length > this.#settings.maxChunkBytes) {
      await this.#sending;
      this.#throwFailure();
      this.#sending = this.#send(this.#wire.takeFull(this.#settings.maxChunkBytes));
    }
    await this.#sending;
    this.#throwFailure();
  }

  async #finishUpload(rest: readonly Buffer[]): Promise<StoredObject> {
    const { store, onExisting } = this.#settings;
    if (this.#upload === null) return putObject(store, this.#target, rest, onExisting);
    try {
      return await this.#upload.finish(rest);
    } catch (error) {
      if (onExisting === "refuse" || !isAlreadyExists(error)) throw error;
      throw new ConnectError("retriable", `Another writer made object ${this.name} first`, { cause: error });
    }
  }

  async #compress(slabs: readonly Buffer[]): Promise<void> {
    try {
      await this.#openCompressor().write(slabs);
    } finally {
      this.#plain.release(slabs);
    }
  }

  async #finishCompression(): Promise<void> {
    await this.#compress(this.#plain.takeAll());
    await this.#openCompressor().finish();
    this.#closeCompressor();
  }

  #openCompressor(): Compressor {
    const { compression, memory } = this.#settings;
    if (this.#compressor === null && compression !== "none") {
      this.#compressor = openCompressor(compression, this.#wire);
      memory.take(this.#compressor.stateBytes);
    }
    return this.#compressor!;
  }

  #closeCompressor(): void {
    if (this.#compressor === null) return;
    this.#compressor.close();
    this.#settings.memory.release(this.#compressor.stateBytes);
    this.#compressor = null;
  }

  /** Never rejects: what goes wrong is thrown by the next `drain` or `finish`. */
  async #send(chunk: readonly Buffer[]): Promise<void> {
    const { store, onExisting } = this.#settings;
    try {
      if (this.#upload === null) this.#upload = await beginUpload(store, this.#target, chunk, onExisting);
      else await this.#upload.write(chunk);
      for (const slab of chunk) this.#sentBytes += slab.length;
    } catch (error) {
      this.#sendFailure = asConnectError(error);
    } finally {
      this.#wire.release(chunk);
    }
  }

  #throwFailure(): void {
    if (this.#sendFailure !== null) throw this.#sendFailure;
  }

  #countHeld(): void {
    const held = this.#encoder.heldBytes ?? 0;
    if (held > this.#heldBytes) this.#settings.memory.take(held - this.#heldBytes);
    else if (held < this.#heldBytes) this.#settings.memory.release(this.#heldBytes - held);
    this.#heldBytes = held;
  }
}

function wholeUnits(bytes: number, unit: number): number {
  return Math.floor(bytes / unit) * unit;
}
