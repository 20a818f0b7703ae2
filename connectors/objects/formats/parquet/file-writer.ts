import zlib from "node:zlib";
import { ColumnChunk, type RawPage } from "./column-chunk.js";
import { encodeFooter, encodePageHeader, type ChunkMetadata, type RowGroupMetadata } from "./metadata.js";
import { compressPage, type ParquetCodec } from "./page-compression.js";
import type { ParquetPlan } from "./plan.js";
import type { Shred } from "./shredder.js";
import { ColumnVector } from "./vector.js";
import type { AvroInput } from "../../../../runtime/api/avro/avro-input.js";

/** parquet-java's limits of a page. */
const PAGE_BYTES = 1 << 20;
const PAGE_ROWS = 20_000;

const MAGIC = Buffer.from("PAR1");

export interface ParquetFileOptions {
  readonly codec: ParquetCodec;
  /** A row group is closed when its encoded pages take this much. */
  readonly rowGroupBytes: number;
  readonly keyValues: readonly (readonly [key: string, value: string])[];
  readonly createdBy: string;
}

/** Takes the file's bytes in order; the buffers are not used again. */
export type ByteSink = (bytes: Buffer) => void;

/** Pages of one column, encoded and compressed, that wait for their row group to close. */
interface PendingChunk {
  readonly chunk: ColumnChunk;
  readonly parts: Buffer[];
  compressedBytes: number;
  uncompressedBytes: number;
}

/**
 * A Parquet file, written column by column. Rows are shredded into `vectors` by `appendRow`; pages
 * are cut and compressed as vectors fill, and a row group is given to the sink when it is full.
 */
export class ParquetFileWriter {
  /** One for each leaf column of the plan, in its order. */
  readonly vectors: readonly ColumnVector[];
  private pending: readonly PendingChunk[];
  private readonly rowGroups: RowGroupMetadata[] = [];
  private position = 0;
  private rowsInGroup = 0;
  private rowsInPage = 0;
  private page = Buffer.alloc(0);

  constructor(
    private readonly plan: ParquetPlan,
    private readonly options: ParquetFileOptions,
    private readonly sink: ByteSink,
  ) {
    this.vectors = plan.columns.map((column) => new ColumnVector(column.vectorKind));
    this.pending = this.openGroup();
    this.emit(MAGIC);
  }

  /** Bytes of memory held until the row group closes. */
  get bufferedBytes(): number {
    let total = this.page.length;
    for (const vector of this.vectors) total += vector.capacityBytes;
    for (const { chunk, compressedBytes } of this.pending) total += compressedBytes + chunk.capacityBytes;
    return total;
  }

  /** True when vectors are full enough for `flushPages`. */
  get pagesDue(): boolean {
    if (this.rowsInPage >= PAGE_ROWS) return true;
    return this.vectors.some((vector) => vector.pendingBytes >= PAGE_BYTES);
  }

  /** Shreds one row into the vectors. Throws what `shred` throws; the row has left no trace then. */
  appendRow(shred: Shred, row: AvroInput): void {
    for (const vector of this.vectors) vector.mark();
    try {
      shred(row);
    } catch (error) {
      for (const vector of this.vectors) vector.backToMark();
      throw error;
    }
    this.rowsInGroup++;
    this.rowsInPage++;
  }

  /** Cuts pages from all vectors, and closes the row group when it is full. */
  async flushPages(): Promise<void> {
    if (this.rowsInPage === 0) return;
    for (const [index, pending] of this.pending.entries()) {
      const vector = this.vectors[index]!;
      await this.addPage(
        pending,
        pending.chunk.page(vector, (bytes) => this.pageRoom(bytes)),
      );
      vector.clear();
    }
    this.rowsInPage = 0;
    const encoded = this.pending.reduce((total, { compressedBytes }) => total + compressedBytes, 0);
    if (encoded >= this.options.rowGroupBytes) await this.closeRowGroup();
  }

  /** Gives everything written so far to the sink as a row group. For when memory is short. */
  async closeRowGroup(): Promise<void> {
    await this.flushPages();
    if (this.rowsInGroup === 0) return;
    const startOffset = this.position;
    const chunks: ChunkMetadata[] = [];
    for (const pending of this.pending) chunks.push(await this.closeChunk(pending));
    this.rowGroups.push({ chunks, rowCount: this.rowsInGroup, startOffset });
    this.rowsInGroup = 0;
    this.pending = this.openGroup();
  }

  async finish(): Promise<void> {
    await this.closeRowGroup();
    const { codec, keyValues, createdBy } = this.options;
    const footer = encodeFooter({
      elements: this.plan.elements,
      rowGroups: this.rowGroups,
      codec,
      keyValues,
      createdBy,
    });
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(footer.length);
    MAGIC.copy(tail, 4);
    this.emit(Buffer.concat([footer, tail]));
  }

  /** Memory for a page of at most so many bytes, until the next one. */
  private pageRoom(bytes: number): Buffer {
    if (this.page.length < bytes) this.page = Buffer.allocUnsafeSlow(bytes);
    return this.page;
  }

  private openGroup(): readonly PendingChunk[] {
    return this.plan.columns.map((column) => ({
      chunk: new ColumnChunk(column),
      parts: [],
      compressedBytes: 0,
      uncompressedBytes: 0,
    }));
  }

  private async addPage(pending: PendingChunk, page: RawPage): Promise<void> {
    const compressed = await compressPage(this.options.codec, page.bytes);
    // The page was written to memory that the next one takes again.
    const body = compressed === page.bytes ? Buffer.from(compressed) : compressed;
    const header = encodePageHeader(page, body.length, zlib.crc32(body));
    pending.parts.push(header, body);
    pending.compressedBytes += header.length + body.length;
    pending.uncompressedBytes += header.length + page.bytes.length;
  }

  private async closeChunk(pending: PendingChunk): Promise<ChunkMetadata> {
    const { chunk } = pending;
    const dictionary = chunk.dictionaryPage();
    const start = this.position;
    let dataOffset = start;
    if (dictionary !== null) {
      const first = pending.parts.length;
      await this.addPage(pending, dictionary);
      for (const part of pending.parts.splice(first)) this.emit(part);
      dataOffset = this.position;
    }
    for (const part of pending.parts) this.emit(part);
    return {
      column: chunk.column,
      valueCount: chunk.valueCount,
      nullCount: chunk.nullCount,
      bounds: chunk.statistics.bounds(),
      compressedBytes: pending.compressedBytes,
      uncompressedBytes: pending.uncompressedBytes,
      dictionaryOffset: dictionary === null ? null : start,
      dataOffset,
      usedDictionary: dictionary !== null,
    };
  }

  private emit(bytes: Buffer): void {
    this.sink(bytes);
    this.position += bytes.length;
  }
}
