import { fetchBuffers } from "./buffer-pool.js";

const SMALL_FRAME_BYTES = 8_192;
/** Where less of a frame is missing, what follows it may come in the same read. */
const DIRECT_BYTES = 65_536;

/**
 * Cuts a byte stream into Kafka's frames (int32 size, then that many bytes). Each frame is in a buffer of its own: chunks are copied
 * there, and may be reused by the caller, or read there directly.
 */
export class FrameAssembler {
  private readonly header = Buffer.alloc(4);
  private headerBytes = 0;
  private frame: Buffer | null = null;
  private filled = 0;

  /** `limitBytes`: a larger size is taken for a sign that this is not Kafka's protocol. */
  constructor(public limitBytes: number) {}

  /** What is missing of the frame under way, for the caller to read into and then to tell {@link received}; null where it is little. */
  room(): Buffer | null {
    return this.frame !== null && this.frame.length - this.filled >= DIRECT_BYTES
      ? this.frame.subarray(this.filled)
      : null;
  }

  /** The first `count` bytes of {@link room} have been written. */
  received(count: number, onFrame: (frame: Buffer) => void): void {
    this.filled += count;
    const { frame } = this;
    if (frame === null || this.filled < frame.length) return;
    this.frame = null;
    onFrame(frame);
  }

  /** Frames are given without their size. Throws RangeError for a size that cannot be. */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let position = 0;
    while (position < chunk.length) {
      if (this.frame === null) {
        position = this.readSize(chunk, position);
        continue;
      }
      const count = Math.min(chunk.length - position, this.frame.length - this.filled);
      chunk.copy(this.frame, this.filled, position, position + count);
      position += count;
      this.received(count, onFrame);
    }
  }

  private readSize(chunk: Buffer, from: number): number {
    let position = from;
    while (this.headerBytes < 4 && position < chunk.length) this.header[this.headerBytes++] = chunk[position++]!;
    if (this.headerBytes < 4) return position;
    this.headerBytes = 0;
    const size = this.header.readInt32BE(0);
    if (size < 4 || size > this.limitBytes) throw new RangeError(`a response of ${size} bytes was announced`);
    this.frame = size < SMALL_FRAME_BYTES ? Buffer.allocUnsafe(size) : Buffer.from(fetchBuffers.take(size), 0, size);
    this.filled = 0;
    return position;
  }
}
