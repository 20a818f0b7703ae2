import { asConnectError, topicPartitionKey } from "../../runtime/api/index.js";
import type { ConnectError, NextOffsets, SinkBatch, SinkTaskContext, TopicPartition } from "../../runtime/api/index.js";
import { OpenObject } from "../objects/object.js";
import type { ObjectSettings } from "../objects/object.js";
import { SchemaCache } from "../objects/schema-cache.js";
import { NameClock } from "./clock.js";
import { forEachLimited } from "../objects/concurrency.js";
import type { AivenConfig } from "./config.js";
import type { CountedMemory } from "./counted-memory.js";
import { Grouper } from "./grouper.js";
import type { GroupedFile } from "./grouper.js";
import { advance, isHeld, newLedger, nextTurn, noteOffset, restore, rewind, rulesOf, timeFor } from "./ledger.js";
import type { Note, PartitionLedger } from "./ledger.js";
import { OpenObjects } from "./open-objects.js";
import { RecordView } from "./record-view.js";
import type { RecordSink } from "./record-sink.js";

interface OpenFile extends GroupedFile {
  readonly object: OpenObject;
  /** Partitions of the source whose records are in it; more than one only where topics were renamed to one. */
  readonly origins: Set<PartitionLedger>;
}

/** Uploads that are finished at the same time. */
const FINISH_CONCURRENCY = 32;
/** So many complete objects, or with so many bytes, are finished together ahead of the flush, because that takes a note in Kafka. */
const COMPLETE_FILES = 64;
const COMPLETE_BYTES = 4 * 1024 * 1024;
/** A task that holds no more than this does not pause for others' sake. */
const SMALL_SHARE_BYTES = 4 * 1024 * 1024;

/**
 * Objects that are named by the offset of their first record. They stream to the store from that record on and become visible
 * at the flush; complete ones may become visible before it. See `ledger.ts` for how each record appears exactly once.
 *
 * Errors follow the original: what it throws in `put` (a record that cannot be grouped) is thrown by `put`; what it throws while
 * writing, which it does in `flush`, is thrown by the next `flush`, after which all is forgotten and read again.
 */
export class OffsetFiles implements RecordSink {
  readonly #context: SinkTaskContext;
  readonly #settings: ObjectSettings;
  readonly #memory: CountedMemory;
  readonly #config: AivenConfig;
  readonly #rules: string;
  readonly #clock: NameClock;
  readonly #grouper: Grouper<OpenFile>;
  readonly #schemas = new SchemaCache();
  readonly #ledgers = new Map<string, PartitionLedger>();
  readonly #open: OpenObjects<OpenFile>;
  #complete: OpenFile[] = [];
  /** What spoilt an object since the last flush; further records are only counted. */
  #failure: ConnectError | null = null;
  #putFailed = false;
  #paused = false;

  constructor(context: SinkTaskContext, config: AivenConfig, settings: ObjectSettings, memory: CountedMemory) {
    this.#context = context;
    this.#config = config;
    this.#settings = settings;
    this.#memory = memory;
    this.#rules = rulesOf(config);
    this.#open = new OpenObjects(context, config.maxAgeMs);
    this.#clock = new NameClock(config.timeZone, config.template.finestUnit);
    const watchSchemas = config.format === "avro" || config.format === "parquet";
    this.#grouper = new Grouper({ ...config, watchSchemas }, this.#clock, {
      open: (name) => this.#openFile(name),
      complete: (file) => this.#complete.push(file),
    });
  }

  async open(partitions: readonly TopicPartition[]): Promise<void> {
    const committed = (await this.#context.committed?.read(partitions)) ?? [];
    for (const tp of partitions) this.#ledgers.set(topicPartitionKey(tp), newLedger(tp));
    for (const offset of committed) restore(this.#ledgerOf(offset), offset, this.#rules);
  }

  async put(batches: readonly SinkBatch[]): Promise<void> {
    const nowMs = this.#context.nowMs();
    try {
      for (const batch of batches) await this.#putBatch(batch, nowMs);
    } catch (error) {
      this.#putFailed = true;
      throw error;
    }
    if (this.#completeAreMany) await this.#deferring(() => this.#finishComplete());
    if (this.#memory.usedBytes > this.#memory.limitBytes) await this.#deferring(() => this.#relieve());
    this.#open.limitAge();
  }

  async flush(current: NextOffsets): Promise<NextOffsets> {
    try {
      if (this.#failure !== null) throw this.#failure;
      for (const [key, { nextOffset }] of current) {
        const ledger = this.#ledgers.get(key);
        if (ledger !== undefined) ledger.position = Math.max(ledger.position ?? 0, nextOffset);
      }
      await this.#finish(
        [...this.#complete, ...this.#grouper.openFiles()].filter((file) => !isHeldFile(file)),
        "cut",
      );
      for (const ledger of this.#ledgers.values())
        if (!isHeld(ledger) && ledger.position !== null && !this.#putFailed) advance(ledger, ledger.position);
    } catch (error) {
      await this.abandon();
      this.#readOn();
      throw error;
    }
    this.#resume();
    return new Map([...current].filter(([key]) => !this.#isHeld(key)));
  }

  /**
   * Has reading go on after what is visible. The runtime goes back to what it knows to be committed, and where the commit after a
   * flush was lost, that lies before records whose objects stand already.
   */
  #readOn(): void {
    for (const ledger of this.#ledgers.values())
      if (ledger.committedOffset !== null) this.#context.offset(ledger, ledger.committedOffset);
  }

  async close(partitions: readonly TopicPartition[]): Promise<void> {
    for (const tp of partitions) {
      const key = topicPartitionKey(tp);
      const ledger = this.#ledgers.get(key);
      this.#ledgers.delete(key);
      if (ledger !== undefined) await this.#drop(ledger);
    }
  }

  async abandon(): Promise<void> {
    const files = [...this.#complete, ...this.#grouper.openFiles()];
    this.#grouper.forget();
    this.#complete = [];
    this.#open.clear();
    this.#failure = null;
    for (const ledger of this.#ledgers.values()) rewind(ledger);
    await forEachLimited(files, FINISH_CONCURRENCY, (file) => file.object.abandon());
    this.#resume();
  }

  async #putBatch(batch: SinkBatch, nowMs: number): Promise<void> {
    const ledger = this.#ledgerOf(batch);
    const view = new RecordView(batch, this.#schemas);
    if (view.count > 0) await this.#accountFor(ledger, view.offsetAt(0));
    const touched = new Set<OpenFile>();
    let row = 0;
    while (row < view.count) {
      const offset = view.offsetAt(row);
      if (reachesCut(ledger, offset)) await this.#deferring(() => this.#cut(ledger));
      const end = firstRowFrom(view, row, nextTurn(ledger, offset));
      this.#putRows(view, row, end, ledger, timeFor(ledger, offset, nowMs), touched);
      row = end;
    }
    ledger.position = Math.max(ledger.position ?? 0, batch.nextOffset);
    if (reachesCut(ledger, batch.nextOffset)) await this.#deferring(() => this.#cut(ledger));
    const { maxBytes } = this.#config;
    if (maxBytes > 0 && [...touched].some(({ object }) => object.encodedBytes >= maxBytes))
      this.#context.requestCommit();
    const complete = new Set(this.#complete);
    const due = [...touched].filter((file) => complete.has(file) || file.object.needsDrain);
    if (due.length === 0) return;
    await this.#deferring(() =>
      forEachLimited(due, FINISH_CONCURRENCY, (file) =>
        complete.has(file) ? file.object.seal() : file.object.drain(false),
      ),
    );
  }

  /** Notices where reading started, and when it went back. */
  async #accountFor(ledger: PartitionLedger, firstOffset: number): Promise<void> {
    if (ledger.position !== null && firstOffset < ledger.position) await this.#drop(ledger);
    if (ledger.committedOffset === null || firstOffset < ledger.committedOffset) {
      ledger.committedOffset = firstOffset;
      ledger.note = null;
    }
  }

  #putRows(
    view: RecordView,
    from: number,
    to: number,
    ledger: PartitionLedger,
    timeMs: number,
    touched: Set<OpenFile>,
  ): void {
    this.#noteTime(ledger, view.offsetAt(from), timeMs);
    let row = from;
    while (row < to) {
      const stop = this.#config.ignoreNulls ? endOfValues(view, row, to) : to;
      if (stop === row) {
        row++;
        continue;
      }
      const { file, end } = this.#grouper.place(view, row, stop, timeMs);
      file.origins.add(ledger);
      touched.add(file);
      if (this.#failure === null)
        try {
          file.object.append(view, row, end);
        } catch (error) {
          this.#failure = asConnectError(error);
        }
      row = end;
    }
  }

  /** Keeps the wall clock's changes that show in names. */
  #noteTime(ledger: PartitionLedger, offset: number, timeMs: number): void {
    const { timestampSource, template } = this.#config;
    if (timestampSource !== "wallclock" || !template.hasTimestamp) return;
    const last = ledger.times.at(-1);
    if (last === undefined || this.#clock.textsAt(last[1]) !== this.#clock.textsAt(timeMs))
      ledger.times.push([offset, timeMs]);
  }

  /** Ends the partition's objects where a note says that they were ended before. */
  async #cut(ledger: PartitionLedger): Promise<void> {
    const { upTo } = ledger.note!;
    await this.#finish(
      [...this.#complete, ...this.#grouper.openFiles()].filter(({ origins }) => origins.has(ledger)),
      "noted",
    );
    advance(ledger, upTo);
  }

  get #completeAreMany(): boolean {
    if (this.#complete.length >= COMPLETE_FILES) return true;
    let bytes = 0;
    for (const { object } of this.#complete) bytes += object.waitingBytes;
    return bytes >= COMPLETE_BYTES;
  }

  /** Makes complete objects visible ahead of the flush. */
  async #finishComplete(): Promise<void> {
    await this.#finish(this.#complete, "hold");
  }

  /** Makes objects visible, after leaving the note that they may be, and forgets them. */
  async #finish(files: readonly OpenFile[], kind: Note["kind"] | "noted"): Promise<void> {
    if (files.length === 0) return;
    if (kind !== "noted" && !this.#putFailed) await this.#leaveNotes(files, kind);
    await forEachLimited(files, FINISH_CONCURRENCY, async (file) => {
      const stored = await file.object.finish();
      this.#open.ended(file);
      this.#context.metrics.add("objects_written_total", 1);
      this.#context.metrics.add("object_bytes_written_total", stored.sizeBytes);
    });
    const finished = new Set(files);
    this.#complete = this.#complete.filter((file) => !finished.has(file));
    this.#grouper.forget((file) => finished.has(file));
  }

  async #leaveNotes(files: readonly OpenFile[], kind: Note["kind"]): Promise<void> {
    const { committed } = this.#context;
    const noted = [...new Set(files.flatMap(({ origins }) => [...origins]))].filter((ledger) => !isHeld(ledger));
    if (committed === undefined || noted.length === 0) return;
    await committed.write(noted.map((ledger) => noteOffset(ledger, kind, ledger.position ?? 0, this.#rules)));
    for (const ledger of noted) ledger.note = { kind, upTo: ledger.position ?? 0, times: [...ledger.times] };
  }

  /** Over the memory budget: finishes and sends what can be, then waits for the flush where that did not help. */
  async #relieve(): Promise<void> {
    await this.#finishComplete();
    const sendable = [...this.#grouper.openFiles()].filter(({ object }) => object.sendableBytes > 0);
    await forEachLimited(sendable, FINISH_CONCURRENCY, ({ object }) => object.drain(true));
    if (this.#memory.usedBytes <= this.#memory.limitBytes || this.#memory.ownBytes <= SMALL_SHARE_BYTES) return;
    this.#paused = true;
    this.#context.pause(this.#context.assignment());
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#context.resume(this.#context.assignment());
  }

  /** Keeps what `work` throws for the next flush. */
  async #deferring(work: () => Promise<unknown>): Promise<void> {
    if (this.#failure !== null) return;
    try {
      await work();
    } catch (error) {
      this.#failure = asConnectError(error);
    }
  }

  /** Drops a partition's records that are not visible; where others share their objects, those are read again. */
  async #drop(ledger: PartitionLedger): Promise<void> {
    const isMeant = ({ origins }: OpenFile): boolean => origins.has(ledger);
    const files = [...this.#complete, ...this.#grouper.openFiles()].filter(isMeant);
    this.#complete = this.#complete.filter((file) => !isMeant(file));
    this.#grouper.forget(isMeant);
    rewind(ledger);
    for (const file of files) {
      this.#open.ended(file);
      await file.object.abandon();
    }
    for (const other of new Set(files.flatMap(({ origins }) => [...origins]))) {
      if (other === ledger || other.committedOffset === null) continue;
      rewind(other);
      this.#context.offset(other, other.committedOffset);
    }
  }

  #openFile(name: string): OpenFile {
    const { contentEncoding } = this.#config;
    const target = { name, ...(contentEncoding === null ? {} : { contentEncoding }) };
    const object = new OpenObject(this.#settings, target);
    const file: OpenFile = { name, recordCount: 0, object, origins: new Set() };
    this.#open.begun(file);
    return file;
  }

  #ledgerOf(tp: TopicPartition): PartitionLedger {
    const key = topicPartitionKey(tp);
    let ledger = this.#ledgers.get(key);
    if (ledger === undefined) this.#ledgers.set(key, (ledger = newLedger(tp)));
    return ledger;
  }

  #isHeld(key: string): boolean {
    const ledger = this.#ledgers.get(key);
    return ledger !== undefined && isHeld(ledger);
  }
}

function isHeldFile({ origins }: OpenFile): boolean {
  for (const ledger of origins) if (isHeld(ledger)) return true;
  return false;
}

/** True where the note's end of objects lies at or before `offset`, and they were not ended yet. */
function reachesCut({ note }: PartitionLedger, offset: number): boolean {
  return note?.kind === "cut" && offset >= note.upTo;
}

/** The first row from `row` on, before `to`, without a value; `to` where all have one. */
function endOfValues(view: RecordView, row: number, to: number): number {
  let end = row;
  while (end < to && !view.isNullAt(end)) end++;
  return end;
}

/** The first row after `row` whose offset is at least `offset`. */
function firstRowFrom(view: RecordView, row: number, offset: number): number {
  if (offset === Infinity) return view.count;
  let end = row + 1;
  while (end < view.count && view.offsetAt(end) < offset) end++;
  return end;
}
