import type { TopicPartition } from "../api/index.js";
import { decompress } from "./codecs.js";
import {
  ColumnsBuilder,
  isAbortMarker,
  readBatchHeader,
  recordsSection,
  recordsStart,
  verifyChecksum,
  type BatchHeader,
} from "./record-batch.js";
import type { AbortedTransaction, FetchedPartition } from "./requests/fetch.js";
import type { PartitionBatch } from "./seam.js";

/** How much larger records are taken to be than they are compressed, before anything is known. */
const ASSUMED_RATIO = 4;

export interface DecodeOptions {
  /** Skip what was aborted, as the answer to a read_committed fetch says. */
  readonly readCommitted: boolean;
  readonly checkCrcs: boolean;
}

interface PlannedBatch {
  readonly header: BatchHeader;
  /** Decompressed, or still being so. Null: lies in the fetch buffer as it is. */
  readonly section: Buffer | Promise<Buffer> | null;
}

/**
 * The records of one partition from one fetch answer, taken bit by bit. Verifies checksums; leaves out control records, those
 * of aborted transactions (`CompletedFetch` in Java's client) and those before the offset that was asked for.
 */
export class FetchedRecords {
  private cursor: number;
  private readonly end: number;
  private next: number;
  private readonly waitingAborts: AbortedTransaction[];
  private readonly abortedProducers = new Set<number>();
  private ratio: number;
  /** Memory of decompressed batches that were taken since the caller emptied this. */
  readonly decompressed: ArrayBuffer[] = [];

  /**
   * `fetchOffset`: what was asked for; the first batch may begin before it. `expectedRatio`: {@link compressionRatio} of records
   * of this partition that came before.
   */
  constructor(
    private readonly tp: TopicPartition,
    readonly buffer: Buffer,
    fetched: FetchedPartition,
    fetchOffset: number,
    private readonly options: DecodeOptions,
    expectedRatio = ASSUMED_RATIO,
  ) {
    this.ratio = expectedRatio;
    this.cursor = fetched.start;
    this.end = fetched.end;
    this.next = fetchOffset;
    this.waitingAborts = [...fetched.aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Offset to read next after all that was taken or skipped. */
  get nextOffset(): number {
    return this.next;
  }

  get drained(): boolean {
    return this.cursor >= this.end;
  }

  /** Bytes not taken yet, as they came. */
  get remainingBytes(): number {
    return this.end - this.cursor;
  }

  /** Bytes of records for a compressed byte, as of the last batch. */
  get compressionRatio(): number {
    return this.ratio;
  }

  /**
   * About `limitBytes` of records, decompressed, in order; none when what is left holds none. Throws ConnectError `data` at a
   * batch that cannot be read, once everything before it was taken.
   */
  async take(limitBytes: number): Promise<PartitionBatch[]> {
    const taken: Mutable<PartitionBatch>[] = [];
    try {
      for (let bytes = 0; !this.drained && bytes < limitBytes;) {
        const planned = this.plan(limitBytes - bytes);
        bytes += await this.decode(planned, taken);
      }
    } catch (error) {
      if (taken.length === 0) throw error;
    }
    const last = taken.at(-1);
    if (last !== undefined) last.nextOffset = this.next;
    return taken;
  }

  /** Batches with records that count, from the cursor on; moves the cursor over what precedes them only. */
  private plan(limitBytes: number): PlannedBatch[] {
    const planned: PlannedBatch[] = [];
    let position = this.cursor;
    let bytes = 0;
    try {
      while (bytes < limitBytes) {
        const header = this.readHeader(position);
        if (header === null) {
          if (planned.length === 0) this.cursor = this.end;
          break;
        }
        if (this.skips(header)) {
          if (planned.length > 0) break;
          this.passed(header);
        } else {
          const section = header.codec === 0 ? null : decompress(header.codec, recordsSection(this.buffer, header));
          if (section instanceof Promise) section.catch(() => undefined); // thrown where it is awaited
          planned.push({ header, section });
          bytes += (header.end - header.position) * (section === null ? 1 : this.ratio);
        }
        position = header.end;
      }
    } catch (error) {
      // met again, and thrown, once what precedes it was taken
      if (planned.length === 0) throw error;
    }
    return planned;
  }

  private readHeader(position: number): BatchHeader | null {
    const header = readBatchHeader(this.buffer, position, this.end);
    if (header !== null && this.options.checkCrcs) verifyChecksum(this.buffer, header);
    return header;
  }

  private skips(header: BatchHeader): boolean {
    if (this.options.readCommitted && header.producerId >= 0) {
      while (this.waitingAborts.length > 0 && this.waitingAborts[0]!.firstOffset <= header.lastOffset) {
        this.abortedProducers.add(this.waitingAborts.shift()!.producerId);
      }
      if (header.control && isAbortMarker(this.buffer, header)) this.abortedProducers.delete(header.producerId);
      else if (header.transactional && this.abortedProducers.has(header.producerId)) return true;
    }
    return header.control || header.lastOffset < this.next;
  }

  private passed(header: BatchHeader): void {
    this.cursor = header.end;
    this.next = Math.max(this.next, header.lastOffset + 1);
  }

  /** Gives the bytes of what was planned, decompressed. */
  private async decode(planned: readonly PlannedBatch[], taken: Mutable<PartitionBatch>[]): Promise<number> {
    let bytes = 0;
    for (let index = 0; index < planned.length;) {
      const { header, section } = planned[index]!;
      if (section === null) {
        const run = uncompressedRun(planned, index);
        this.emit(run, this.buffer, null, taken);
        bytes += run.at(-1)!.end - header.position;
        index += run.length;
      } else {
        const records = section instanceof Promise ? await section : section;
        this.ratio = Math.max(1, records.length / (header.end - header.position));
        if (records.buffer instanceof ArrayBuffer && records.length === records.buffer.byteLength)
          this.decompressed.push(records.buffer);
        this.emit([header], records, records.length, taken);
        bytes += records.length;
        index++;
      }
    }
    return bytes;
  }

  /** One set of columns for batches that lie in one buffer. `length`: of decompressed records; null for the fetch buffer. */
  private emit(run: readonly BatchHeader[], buffer: Buffer, length: number | null, taken: PartitionBatch[]): void {
    const timestampType = run[0]!.logAppendTime ? "LogAppendTime" : "CreateTime";
    const capacity = run.reduce((sum, header) => sum + boundedCount(header, length), 0);
    const builder = new ColumnsBuilder(buffer, capacity, timestampType);
    let complete = 0;
    try {
      for (const header of run) {
        if (length === null) builder.append(header, recordsStart(header), header.end, this.next);
        else builder.append(header, 0, length, this.next);
        complete++;
      }
    } finally {
      for (const header of run.slice(0, complete)) this.passed(header);
      const { topic, partition } = this.tp;
      if (builder.columns.count > 0) taken.push({ topic, partition, columns: builder.columns, nextOffset: this.next });
    }
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** As many rows as there can be: the count in a header is not trusted before its records were walked. */
function boundedCount(header: BatchHeader, length: number | null): number {
  return Math.max(0, Math.min(header.count, length ?? header.end - header.position));
}

function uncompressedRun(planned: readonly PlannedBatch[], from: number): BatchHeader[] {
  const run: BatchHeader[] = [];
  const { logAppendTime } = planned[from]!.header;
  for (let index = from; index < planned.length; index++) {
    const { header, section } = planned[index]!;
    if (section !== null || header.logAppendTime !== logAppendTime) break;
    run.push(header);
  }
  return run;
}
