import type { MemoryBudget } from "../../runtime/api/index.js";
import { RowJoiner } from "./row-joiner/row-joiner.js";
import { giveSlab, SLAB_BYTES, takeSlab } from "./slab-pool.js";

/** Sizes of the first slabs. They add up to {@link SLAB_BYTES}, so that small objects stay small and chunks end with a slab. */
const FIRST_SLABS = [4096, 12288, 49152, 196608];

/** Up to here a loop is faster than a call of native code. */
const COPY_BY_HAND_BYTES = 32;

/** Of the thread; made when rows are first appended. Null where there is no WebAssembly. */
let joiner: RowJoiner | null | undefined;

/**
 * Bytes on their way out: appended at the end, taken from the front as whole slabs. Slabs are filled to the last byte (a
 * record may straddle two), so the full slabs are always a multiple of {@link SLAB_BYTES} once the queue has grown that far.
 * Counts its slabs in the thread's memory budget until they are released.
 */
export class ByteQueue {
  readonly #memory: MemoryBudget;
  /** Slabs to the last byte full. */
  #full: Buffer[] = [];
  #fullBytes = 0;
  #slab: Buffer | null = null;
  #used = 0;
  #slabCount = 0;

  constructor(memory: MemoryBudget) {
    this.#memory = memory;
  }

  /** Bytes appended and not yet taken. */
  get length(): number {
    return this.#fullBytes + this.#used;
  }

  /** Bytes in full slabs. */
  get fullBytes(): number {
    return this.#fullBytes;
  }

  /** Copies `source` from `start` to `end`. */
  append(source: Buffer, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const slab = this.#slab ?? this.#grow();
      const take = Math.min(end - from, slab.length - this.#used);
      if (take > COPY_BY_HAND_BYTES) source.copy(slab, this.#used, from, from + take);
      else for (let i = 0, at = this.#used; i < take; i++) slab[at + i] = source[from + i]!;
      this.#advance(slab, take);
      from += take;
    }
  }

  appendBytes(bytes: Buffer): void {
    this.append(bytes, 0, bytes.length);
  }

  /** Rows `from` to `to` of `source`, each with `before` and `after` it. No length may be negative. */
  appendRows(
    source: Buffer,
    starts: Int32Array,
    lengths: Int32Array,
    from: number,
    to: number,
    before: Buffer,
    after: Buffer,
  ): void {
    if (joiner === undefined) joiner = RowJoiner.create();
    for (let row = from; row < to;) {
      const end = joiner?.join(source, starts, lengths, row, to, before, after) ?? row;
      if (end > row) {
        this.append(joiner!.joined, 0, joiner!.length);
        row = end;
      } else {
        const start = starts[row]!;
        this.appendBytes(before);
        this.append(source, start, start + lengths[row]!);
        this.appendBytes(after);
        row++;
      }
    }
  }

  appendByte(byte: number): void {
    const slab = this.#slab ?? this.#grow();
    slab[this.#used] = byte;
    this.#advance(slab, 1);
  }

  /** Text of ASCII characters only. */
  appendAscii(text: string): void {
    const slab = this.#slab ?? this.#grow();
    if (text.length < slab.length - this.#used) this.#advance(slab, slab.write(text, this.#used, "latin1"));
    else this.appendBytes(Buffer.from(text, "latin1"));
  }

  /** Full slabs of at most `maxBytes` together, in order. They belong to the caller, who gives them to {@link release}. */
  takeFull(maxBytes = Infinity): Buffer[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#full.length && bytes + this.#full[count]!.length <= maxBytes)
      bytes += this.#full[count++]!.length;
    this.#fullBytes -= bytes;
    return this.#full.splice(0, count);
  }

  /** All that is left, the last slab cut to what is used of it. As {@link takeFull}. */
  takeAll(): Buffer[] {
    const slabs = this.#full;
    if (this.#slab !== null && this.#used > 0) slabs.push(this.#slab.subarray(0, this.#used));
    else if (this.#slab !== null) this.release([this.#slab]);
    this.#full = [];
    this.#fullBytes = 0;
    this.#slab = null;
    this.#used = 0;
    return slabs;
  }

  /** Gives slabs back that came from a `take`. Nobody may read them any more. */
  release(slabs: readonly Buffer[]): void {
    for (const slab of slabs) {
      this.#memory.release(slab.buffer.byteLength);
      giveSlab(slab);
    }
  }

  /** Drops everything that is still in the queue. */
  clear(): void {
    this.release(this.takeAll());
  }

  #advance(slab: Buffer, bytes: number): void {
    this.#used += bytes;
    if (this.#used < slab.length) return;
    this.#full.push(slab);
    this.#fullBytes += slab.length;
    this.#slab = null;
    this.#used = 0;
  }

  #grow(): Buffer {
    const bytes = FIRST_SLABS[this.#slabCount++] ?? SLAB_BYTES;
    this.#memory.take(bytes);
    const slab = takeSlab(bytes);
    this.#slab = slab;
    return slab;
  }
}
