import { Dictionary } from "./dictionary.js";
import { encodePlain, plainBound } from "./plain.js";
import type { LeafColumn } from "./plan.js";
import { bitWidth, hybridBound, writeHybrid } from "./rle.js";
import { Statistics } from "./statistics.js";
import type { ColumnVector } from "./vector.js";

/** A page before compression. */
export interface RawPage {
  readonly kind: "data" | "dictionary";
  readonly bytes: Buffer;
  /** Values and nulls of a data page, entries of a dictionary page. */
  readonly valueCount: number;
  readonly dictionaryEncoded: boolean;
}

/**
 * One column of one row group: turns vectors into pages. Values go through a dictionary while that pays, as parquet-java's do:
 * when the first page shows no gain, or the dictionary outgrows its limit, pages are plain from there on.
 */
export class ColumnChunk {
  readonly statistics: Statistics;
  valueCount = 0;
  nullCount = 0;
  usedDictionary = false;
  usedPlain = false;
  private dictionary: Dictionary | null;
  private dictionaryEnded = false;

  constructor(readonly column: LeafColumn) {
    this.statistics = new Statistics(column);
    this.dictionary = column.vectorKind === "boolean" ? null : new Dictionary(column);
  }

  /** The vector's values as one page, in memory from `room`. The vector is left as it is. */
  page(vector: ColumnVector, room: (bytes: number) => Buffer): RawPage {
    this.valueCount += vector.levelCount;
    this.nullCount += vector.levelCount - vector.valueCount;
    this.statistics.add(vector);
    const indexes = this.indexes(vector);
    const levels = hybridBound(vector.levelCount, 8) * 2 + 8;
    const body = indexes === null ? plainBound(this.column, vector) : hybridBound(vector.valueCount, 20) + 1;
    const out = room(levels + body);
    let at = this.writeLevels(vector, out);
    if (indexes === null) {
      at = encodePlain(this.column, vector, out, at);
      this.usedPlain = true;
    } else {
      const width = bitWidth(this.dictionarySize() - 1);
      out[at++] = width;
      at = writeHybrid(indexes, vector.valueCount, width, out, at);
      this.usedDictionary = true;
    }
    return {
      kind: "data",
      bytes: out.subarray(0, at),
      valueCount: vector.levelCount,
      dictionaryEncoded: indexes !== null,
    };
  }

  /** The dictionary page, or null when no page refers to one. Call after the last page. */
  dictionaryPage(): RawPage | null {
    if (!this.usedDictionary || this.dictionary === null) return null;
    return {
      kind: "dictionary",
      bytes: this.dictionary.encode(),
      valueCount: this.dictionary.size,
      dictionaryEncoded: false,
    };
  }

  get capacityBytes(): number {
    return this.dictionary?.capacityBytes ?? 0;
  }

  private dictionarySize(): number {
    return this.dictionary?.size ?? 0;
  }

  /** The values as dictionary indexes, or null when this page is plain. */
  private indexes(vector: ColumnVector): Int32Array | null {
    if (this.dictionary === null || this.dictionaryEnded || vector.valueCount === 0) return null;
    const indexes = this.dictionary.index(vector);
    const pays =
      indexes !== null &&
      (this.usedDictionary ||
        this.dictionary.byteLength + (vector.valueCount * bitWidth(this.dictionary.size - 1)) / 8 <
          plainBound(this.column, vector));
    if (pays) return indexes;
    if (!this.usedDictionary) this.dictionary = null;
    this.dictionaryEnded = true;
    return null;
  }

  private writeLevels(vector: ColumnVector, out: Buffer): number {
    let at = 0;
    if (this.column.maxRepetition > 0)
      at = this.writeLevel(vector.repetitions, vector.levelCount, this.column.maxRepetition, out, at);
    if (this.column.maxDefinition > 0)
      at = this.writeLevel(vector.definitions, vector.levelCount, this.column.maxDefinition, out, at);
    return at;
  }

  private writeLevel(levels: Uint8Array, count: number, max: number, out: Buffer, at: number): number {
    const end = writeHybrid(levels, count, bitWidth(max), out, at + 4);
    out.writeUInt32LE(end - at - 4, at);
    return end;
  }
}
