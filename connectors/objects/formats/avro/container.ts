import { randomBytes } from "node:crypto";
import { AvroOutput } from "../../../../runtime/api/avro/avro-output.js";
import { compressBlock, type AvroCodec } from "./block-codec.js";

/** Java's `DataFileConstants.DEFAULT_SYNC_INTERVAL`: a block is closed once it holds this many bytes. */
const BLOCK_BYTES = 64_000;
const MAGIC = Buffer.from("Obj\x01", "latin1");

/** Takes the file's bytes in order and copies them. */
export type ByteSink = (bytes: Buffer) => void;

interface FullBlock {
  readonly bytes: Buffer;
  readonly count: number;
}

/** An Avro object container file. Source: Avro 1.11 specification, "Object Container Files". */
export class AvroContainer {
  private readonly sync = randomBytes(16);
  private readonly block = new AvroOutput(4096);
  private count = 0;
  /** Closed blocks that wait for their compression. */
  private full: FullBlock[] = [];

  constructor(
    schemaText: string,
    private readonly codec: AvroCodec,
    private readonly sink: ByteSink,
  ) {
    const header = new AvroOutput();
    header.raw(MAGIC);
    header.integer(2);
    header.string("avro.schema");
    header.string(schemaText);
    header.string("avro.codec");
    header.string(codec);
    header.integer(0);
    header.raw(this.sync);
    sink(header.buffer.subarray(0, header.length));
  }

  get heldBytes(): number {
    return this.full.reduce((total, { bytes }) => total + bytes.length, this.block.buffer.length);
  }

  /** Appends one encoded datum: bytes [start, end) of `source`, which are copied. */
  append(source: Buffer, start: number, end: number): void {
    const { block } = this;
    block.reserve(end - start);
    source.copy(block.buffer, block.length, start, end);
    block.length += end - start;
    this.count++;
    if (block.length >= BLOCK_BYTES) this.closeBlock();
  }

  /** Compresses the closed blocks, all at once, and gives them to the sink in order. */
  async settle(): Promise<void> {
    const blocks = this.full;
    this.full = [];
    const compressed = await Promise.all(blocks.map(({ bytes }) => compressBlock(this.codec, bytes)));
    for (const [index, bytes] of compressed.entries()) this.emit(blocks[index]!.count, bytes);
  }

  async finish(): Promise<void> {
    if (this.count > 0) this.closeBlock();
    await this.settle();
  }

  private closeBlock(): void {
    const bytes = this.block.buffer.subarray(0, this.block.length);
    // Uncompressed blocks keep their order only while none waits.
    if (this.codec === "null") this.emit(this.count, bytes);
    else this.full.push({ bytes: Buffer.from(bytes), count: this.count });
    this.block.clear();
    this.count = 0;
  }

  private emit(count: number, bytes: Buffer): void {
    const head = new AvroOutput(20);
    head.integer(count);
    head.integer(bytes.length);
    this.sink(head.buffer.subarray(0, head.length));
    this.sink(bytes);
    this.sink(this.sync);
  }
}
