import { instantiateKernel } from "../../../runtime/api/index.js";
import { ROW_JOINER_BINARY } from "./row-joiner-binary.js";

/** What `kernel/join-rows.ts` exports. */
interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  startsAt(): number;
  lengthsAt(): number;
  beforeAt(): number;
  afterAt(): number;
  windowAt(): number;
  outputAt(): number;
  windowBytes(): number;
  maxTextBytes(): number;
  maxRows(): number;
  readonly join: (count: number, base: number, beforeBytes: number, afterBytes: number) => void;
}

/** Longer rows are better copied one by one. */
const LONG_ROW_BYTES = 2048;

/** Text before or after a row, as it lies in the kernel. */
class KernelText {
  readonly #room: Uint8Array;
  #text: Buffer | null = null;

  constructor(buffer: ArrayBuffer, at: number, maxBytes: number) {
    this.#room = new Uint8Array(buffer, at, maxBytes);
  }

  /** False where it is too long. */
  hold(text: Buffer): boolean {
    if (text === this.#text) return true;
    if (text.length > this.#room.length) return false;
    this.#room.set(text);
    this.#text = text;
    return true;
  }
}

/**
 * Puts short rows that lie scattered in a buffer one behind the other, in WebAssembly: a call of native code to copy each of them takes
 * several times as long as the copying. One for a thread.
 */
export class RowJoiner {
  /** The rows of the last `join` with their texts, {@link length} bytes. */
  readonly joined: Buffer;
  length = 0;

  readonly #join: KernelExports["join"];
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #before: KernelText;
  readonly #after: KernelText;
  readonly #window: Uint8Array;

  private constructor(kernel: KernelExports) {
    const { buffer } = kernel.memory;
    this.#join = kernel.join;
    this.#starts = new Int32Array(buffer, kernel.startsAt(), kernel.maxRows());
    this.#lengths = new Int32Array(buffer, kernel.lengthsAt(), kernel.maxRows());
    this.#before = new KernelText(buffer, kernel.beforeAt(), kernel.maxTextBytes());
    this.#after = new KernelText(buffer, kernel.afterAt(), kernel.maxTextBytes());
    this.#window = new Uint8Array(buffer, kernel.windowAt(), kernel.windowBytes());
    this.joined = Buffer.from(buffer, kernel.outputAt(), kernel.windowBytes());
  }

  /** Null where WebAssembly, or its vector instructions, are not to be had. */
  static create(): RowJoiner | null {
    const kernel = instantiateKernel(ROW_JOINER_BINARY) as KernelExports | null;
    return kernel === null ? null : new RowJoiner(kernel);
  }

  /**
   * Joins rows from `from` on, each with `before` and `after` it, and gives the first row that it has not taken: `to`, or one that is too
   * long or too far away. No row may have a negative length.
   */
  join(
    source: Buffer,
    starts: Int32Array,
    lengths: Int32Array,
    from: number,
    to: number,
    before: Buffer,
    after: Buffer,
  ): number {
    if (!this.#before.hold(before) || !this.#after.hold(after)) return from;
    const limit = Math.min(to, from + this.#starts.length);
    const room = this.#window.length;
    const textBytes = before.length + after.length;
    const base = starts[from]!;
    let stop = base;
    let bytes = 0;
    let row = from;
    for (; row < limit; row++) {
      const start = starts[row]!;
      const length = lengths[row]!;
      if (length > LONG_ROW_BYTES || start < base || start + length - base > room) break;
      if (bytes + length + textBytes > room) break;
      bytes += length + textBytes;
      if (start + length > stop) stop = start + length;
    }
    this.length = bytes;
    if (row === from) return from;
    this.#window.set(source.subarray(base, stop));
    this.#starts.set(starts.subarray(from, row));
    this.#lengths.set(lengths.subarray(from, row));
    this.#join(row - from, base, before.length, after.length);
    return row;
  }
}
