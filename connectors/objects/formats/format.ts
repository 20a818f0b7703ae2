import type { SinkBatch } from "../../../runtime/api/index.js";
import type { ByteQueue } from "../byte-queue.js";

/** How records become the bytes of an object. */
export interface ObjectFormat {
  /** False where the format compresses by itself, so that no stream compression is laid around it. */
  readonly streamCompression: boolean;
  /** An encoder for one object, which appends its bytes to `output`. */
  open(output: ByteQueue): ObjectEncoder;
}

/** The encoder of one object. Calls come one after the other. */
export interface ObjectEncoder {
  /**
   * Appends rows [from, to) of `batch`, at least one. Reads them before it returns: nothing of the batch may be kept without a
   * copy. Throws ConnectError `data` for a record that the object cannot hold; the object is then spoilt.
   */
  appendBatch(batch: SinkBatch, from: number, to: number): void;
  /** Bytes that the encoder holds beside its output, such as an unfinished row group. Absent: none worth counting. */
  readonly heldBytes?: number;
  /**
   * Work to be done between batches, away from the event loop, such as compressing a full block. With `all` it lets go of as
   * much of what it holds as it can, because memory is short.
   */
  settle?(all?: boolean): Promise<void>;
  /** Appends what closes the object. Throws as `appendBatch`. */
  finish(): Promise<void> | void;
  /** Lets go of everything; called exactly once, after `finish` or instead of it. */
  close?(): void;
}
