import { asConnectError, ConnectError, EagerDatum, project } from "../../runtime/api/index.js";
import type { Schema, SinkBatch, SinkRecord, SinkTaskContext, TopicPartition } from "../../runtime/api/index.js";
import type { ObjectStore } from "../objects/store.js";
import type { ConfluentConfig } from "./config.js";
import { isReportable } from "./errors.js";
import { objectName, sideObjectName } from "./object-name.js";
import { OpenFile } from "./open-file.js";
import type { FileSettings } from "./open-file.js";
import { commitFiles } from "./rotation.js";
import type { RotationFailure } from "./rotation.js";
import type { Rows } from "./rows.js";
import type { Schedule } from "./schedule.js";
import { startsNewFile } from "./schema-compatibility.js";

export interface WriterParts {
  readonly context: SinkTaskContext;
  readonly config: ConfluentConfig;
  readonly files: FileSettings;
  readonly store: ObjectStore;
  readonly schedule: Schedule | null;
}

/**
 * The files of one topic partition, `TopicPartitionWriter` of the original: records are laid out in directories, a file open in
 * each, and a rotation commits all of them together. A rotation depends on records alone (and on the schedule, where there is
 * one), so a replay from a committed offset makes the same objects.
 *
 * Uploads of a rotation are finished beside the next records; an offset is handed out once they are visible. When one fails, all
 * that is not visible is dropped and read again from its first record on, after a pause.
 */
export class PartitionWriter {
  private readonly files = new Map<string, OpenFile>();
  /** Records in all open files. */
  private recordCount = 0;
  /** Time of the first record since the last rotation. */
  private baseTimeMs: number | null = null;
  private currentTimeMs = 0;
  private currentDirectory = "";
  private currentOffset = -1;
  private nextScheduledMs: number | null;
  private offsetToCommit: number | null = null;
  /** The rotation under way; it never rejects. */
  private committing: Promise<void> | null = null;
  private failure: RotationFailure | null = null;
  private retryAtMs: number | null = null;
  private isClosed = false;

  constructor(
    private readonly tp: TopicPartition,
    private readonly parts: WriterParts,
  ) {
    this.nextScheduledMs = parts.schedule?.nextAfter(parts.context.nowMs()) ?? null;
  }

  /** Takes the rows of a batch, in order. Throws ConnectError to fail the task. */
  async write(rows: Rows, nowMs: number): Promise<void> {
    const hasRuns = this.hasRuns(rows);
    for (let row = 0; row < rows.count && !this.isBackingOff;) {
      const end = hasRuns ? await this.writeRun(rows, row) : row;
      if (end > row) row = end;
      else {
        // Most records are waited for by nobody: a promise for each would cost as much as writing it.
        const pending = this.writeRow(rows, row++, nowMs);
        if (pending !== null) await pending;
      }
    }
    await this.drainAll();
  }

  /** True where `tick` has something to do. */
  isDueAt(nowMs: number): boolean {
    if (this.retryAtMs !== null || this.failure !== null) return true;
    if (this.parts.config.rotation.intervalMs === null && this.nextScheduledMs === null) return false;
    return this.recordCount > 0
      ? this.isDue(this.currentDirectory, this.currentTimeMs, nowMs)
      : this.isScheduled(nowMs);
  }

  /** What is due without records: rotation by time, retries, and what a finished rotation left. Call in every `put`. */
  async tick(nowMs: number): Promise<void> {
    if (this.retryAtMs !== null && nowMs >= this.retryAtMs) {
      this.retryAtMs = null;
      this.parts.context.resume([this.tp]);
    }
    await this.recover();
    if (this.isBackingOff) return;
    if (this.recordCount > 0 && this.isDue(this.currentDirectory, this.currentTimeMs, nowMs))
      await this.rotateByTime(nowMs);
    else if (this.recordCount === 0 && this.isScheduled(nowMs)) this.reschedule(nowMs);
  }

  /** The next offset that became safe since the last call, or null. Waits for uploads under way. */
  async takeOffset(): Promise<number | null> {
    await this.committing;
    await this.recover();
    const offset = this.offsetToCommit;
    this.offsetToCommit = null;
    return offset;
  }

  /** Files of which something can be sent. */
  sendable(): OpenFile[] {
    return this.isBackingOff ? [] : [...this.files.values()].filter((file) => file.sendableBytes > 0);
  }

  /** Sends what can be sent of those of `files` that are this writer's. */
  async send(files: ReadonlySet<OpenFile>): Promise<void> {
    for (const file of [...this.files.values()])
      if (!this.isBackingOff && files.has(file)) await this.drain(file, true);
  }

  /** The partition has another owner now: drops everything that is not visible. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.abandon();
    // Whoever owns it next in this task starts afresh.
    if (this.isBackingOff) this.parts.context.resume([this.tp]);
  }

  private async abandon(): Promise<void> {
    const files = [...this.files.values()];
    this.files.clear();
    this.recordCount = 0;
    this.baseTimeMs = null;
    for (const file of files) await file.abandon();
    await this.committing;
  }

  private get isBackingOff(): boolean {
    return this.retryAtMs !== null;
  }

  /** True where rows can be appended together: one directory, one schema, nothing to rotate by but their number. */
  private hasRuns(rows: Rows): boolean {
    const { config, files } = this.parts;
    return (
      rows.sharedSchema !== undefined &&
      config.partitioner.isConstant &&
      config.rotation.schedule === null &&
      rows.fitUnseen(config.format) &&
      files.keys === null &&
      files.headers === null
    );
  }

  /** Appends a run of rows from `row` on and gives the row after them. */
  private async writeRun(rows: Rows, row: number): Promise<number> {
    const { rotation, partitioner } = this.parts.config;
    const schema = rows.schemaAt(row);
    const end = rows.endOfRun(row, Math.min(rows.count, row + rotation.flushSize - this.recordCount));
    if (end === row) return row;
    const directory = partitioner.encode(rows.record(row), this.tp.partition, 0);
    if (this.files.get(directory)?.schema !== schema && this.files.size > 0) return row;
    const file = this.files.get(directory) ?? this.open(directory, rows.record(row), schema);
    file.appendRows(rows, row, end);
    this.appended(directory, rows.offset(end - 1), this.currentTimeMs, end - row);
    if (this.recordCount >= rotation.flushSize) await this.rotate();
    else await this.drainAll();
    return end;
  }

  /** Null where it is done. */
  private writeRow(rows: Rows, row: number, nowMs: number): Promise<void> | null {
    if (rows.isNull(row)) return this.skipNull(rows.record(row));
    try {
      const pending = this.place(rows, row, nowMs);
      return pending === null ? null : pending.catch((error: unknown) => this.report(rows.record(row), error));
    } catch (error) {
      return this.report(rows.record(row), error);
    }
  }

  /** Finds the row's file, rotating where that is due, and appends it. Null where it is done. */
  private place(rows: Rows, row: number, nowMs: number): Promise<void> | null {
    const { partitioner } = this.parts.config;
    const timeMs = partitioner.extractor?.extract(rows.record(row), nowMs) ?? 0;
    const directory =
      partitioner.isConstant && this.currentOffset >= 0
        ? this.currentDirectory
        : partitioner.encode(rows.record(row), this.tp.partition, timeMs);
    const placed = { directory, schema: rows.schemaAt(row), timeMs, nowMs };
    if (this.rotationBefore(placed) === null) return this.add(rows, row, placed);
    return this.rotateAndAdd(rows, row, placed);
  }

  /** What has to be rotated, and why, before a record can be added. */
  private rotationBefore({ directory, schema, timeMs, nowMs }: Placed): "time" | "other" | null {
    const { rotation, compatibility } = this.parts.config;
    this.baseTimeMs ??= timeMs;
    const file = this.files.get(directory);
    if (file !== undefined && (file.schema === null) !== (schema === null)) return "other";
    if (this.recordCount > 0 && this.isDue(directory, timeMs, nowMs)) return "time";
    if (file !== undefined && this.recordCount > 0 && startsNewFile(compatibility, file.schema, schema)) return "other";
    const isFull = rotation.maxOpenFiles !== null && this.files.size >= rotation.maxOpenFiles;
    return file === undefined && isFull ? "other" : null;
  }

  private async rotateAndAdd(rows: Rows, row: number, placed: Placed): Promise<void> {
    for (let due = this.rotationBefore(placed); due !== null; due = this.rotationBefore(placed)) {
      if (due === "time") await this.rotateByTime(placed.nowMs);
      else await this.rotate();
      if (this.isBackingOff) return;
    }
    await this.add(rows, row, placed);
  }

  private add(rows: Rows, row: number, { directory, schema, timeMs }: Placed): Promise<void> | null {
    const existing = this.files.get(directory);
    const file = existing ?? this.open(directory, rows.record(row), schema);
    try {
      appendFitted(file, rows, row, schema);
    } catch (error) {
      if (existing === undefined) {
        this.files.delete(directory);
        void file.abandon();
      }
      throw error;
    }
    this.appended(directory, rows.offset(row), timeMs, 1);
    return this.recordCount >= this.parts.config.rotation.flushSize ? this.rotate() : null;
  }

  private appended(directory: string, offset: number, timeMs: number, count: number): void {
    this.recordCount += count;
    this.currentOffset = offset;
    this.currentDirectory = directory;
    this.currentTimeMs = timeMs;
  }

  private open(directory: string, record: SinkRecord, schema: Schema | null): OpenFile {
    const { config, files } = this.parts;
    const values = objectName(config, record.topic, this.tp.partition, directory, record.offset);
    const names = {
      values,
      keys: config.keysFormat === null ? "" : sideObjectName(config, values, "keys", config.keysFormat),
      headers: config.headersFormat === null ? "" : sideObjectName(config, values, "headers", config.headersFormat),
    };
    const file = new OpenFile(files, names, directory, record.offset, schema);
    this.files.set(directory, file);
    return file;
  }

  private async skipNull(record: SinkRecord): Promise<void> {
    const { config, context } = this.parts;
    const reporter = config.reportNulls ? context.errantRecordReporter() : null;
    await reporter?.report(record, new ConnectError("data", "Skipping null value record."));
  }

  /** Hands a bad record to the reporter where there is one. Throws what may not be passed over. */
  private async report(record: SinkRecord, error: unknown): Promise<void> {
    const reporter = this.parts.context.errantRecordReporter();
    if (!isReportable(error) || reporter === null) throw error;
    await reporter.report(record, error);
  }

  private isDue(directory: string, timeMs: number, nowMs: number): boolean {
    return this.isPeriodDue(directory, timeMs) || this.isScheduled(nowMs);
  }

  private isPeriodDue(directory: string, timeMs: number): boolean {
    const { rotation, partitioner } = this.parts.config;
    if (rotation.intervalMs === null || partitioner.extractor === null || this.baseTimeMs === null) return false;
    if (timeMs - this.baseTimeMs >= rotation.intervalMs) return true;
    return rotation.onPartitionChange && directory !== this.currentDirectory;
  }

  private isScheduled(nowMs: number): boolean {
    return this.nextScheduledMs !== null && nowMs >= this.nextScheduledMs;
  }

  private reschedule(nowMs: number): void {
    this.nextScheduledMs = this.parts.schedule?.nextAfter(nowMs) ?? null;
  }

  private async rotateByTime(nowMs: number): Promise<void> {
    this.reschedule(nowMs);
    await this.rotate();
  }

  /** Commits all open files: at most one rotation is under way, so the last one is waited for. */
  private async rotate(): Promise<void> {
    await this.committing;
    await this.recover();
    if (this.isBackingOff || this.recordCount === 0) return;
    const files = [...this.files.values()];
    const nextOffset = this.currentOffset + 1;
    this.files.clear();
    this.recordCount = 0;
    this.baseTimeMs = null;
    this.committing = this.commit(files, nextOffset);
  }

  private async commit(files: readonly OpenFile[], nextOffset: number): Promise<void> {
    const { metrics } = this.parts.context;
    const failure = await commitFiles(files, {
      keepsExisting: this.parts.config.conditionalWrites,
      isEnded: () => this.isClosed,
      freeStart: (file) => this.freeStart(file, nextOffset),
      onWritten: ({ count, bytes }) => {
        metrics.add("objects_written_total", count);
        metrics.add("object_bytes_written_total", bytes);
      },
    });
    if (failure !== null) this.fail(failure);
    else if (!this.isClosed) this.offsetToCommit = nextOffset;
  }

  /**
   * With conditional writes: the first offset after the file's start whose name is not taken, `nextOffset` at most: what was not
   * read yet is not passed over.
   */
  private async freeStart({ directory, startOffset }: OpenFile, nextOffset: number): Promise<number> {
    const { config, store } = this.parts;
    const last = Math.min(startOffset + config.maxFilesScanLimit, nextOffset);
    for (let offset = startOffset + 1; offset < last; offset++) {
      const name = objectName(config, this.tp.topic, this.tp.partition, directory, offset);
      try {
        if ((await store.stat(name)) === null) return offset;
      } catch (cause) {
        // Who may not look takes the next name; who could not looks again after the pause.
        return asConnectError(cause).kind === "retriable" ? startOffset : offset;
      }
    }
    return last;
  }

  private async drainAll(): Promise<void> {
    for (const file of [...this.files.values()]) if (!this.isBackingOff) await this.drain(file, false);
  }

  /** Sends what a file has ready. A failure that may pass becomes a new attempt from the first record that is not visible. */
  private async drain(file: OpenFile, all: boolean): Promise<void> {
    try {
      await file.drain(all);
    } catch (cause) {
      const error = asConnectError(cause);
      const isTaken = error.kind === "already-exists" && this.parts.config.conditionalWrites;
      if (error.kind !== "retriable" && !isTaken) throw error;
      this.files.delete(file.directory);
      await file.abandon();
      this.fail({
        error,
        startOffset: isTaken ? await this.freeStart(file, this.currentOffset + 1) : file.startOffset,
      });
      await this.recover();
    }
  }

  /** Notes a failure; the earliest record of all that failed counts. */
  private fail({ error, startOffset }: RotationFailure): void {
    const before = this.failure;
    this.failure =
      before === null ? { error, startOffset } : { ...before, startOffset: Math.min(before.startOffset, startOffset) };
  }

  private async recover(): Promise<void> {
    if (this.failure === null) return;
    // A rotation under way is older than what failed, and may fail itself.
    await this.committing;
    const { error, startOffset } = this.failure;
    const { context, config } = this.parts;
    this.failure = null;
    this.committing = null;
    const starts = [...this.files.values()].map((file) => file.startOffset);
    const first = Math.min(startOffset, ...starts);
    await this.abandon();
    context.log.error(
      `Exception on topic partition ${this.tp.topic}-${this.tp.partition}: writing again from offset ${first}`,
      { error },
    );
    context.offset(this.tp, first);
    context.timeout(config.retryBackoffMs);
    context.pause([this.tp]);
    this.retryAtMs = context.nowMs() + config.retryBackoffMs;
  }
}

/** Where a record belongs. */
interface Placed {
  readonly directory: string;
  readonly schema: Schema | null;
  readonly timeMs: number;
  readonly nowMs: number;
}

/** Appends a row, whose value has `schema`, in the schema of the file. Throws ConnectError. */
function appendFitted(file: OpenFile, rows: Rows, row: number, schema: Schema | null): void {
  const single = (record: SinkRecord): SinkBatch => rows.single(record);
  const isOf = file.schema === null || schema === null || schema === file.schema || schema.equals(file.schema);
  if (isOf) {
    file.append(rows, row, single);
    return;
  }
  const record = rows.record(row);
  const value = new EagerDatum(file.schema, project(schema, record.value.value, file.schema));
  file.append(single(record.with({ value })), 0, single);
}
