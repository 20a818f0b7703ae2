import type { SinkBatch } from "../../../../runtime/api/index.js";
import { AvroOutput } from "../../../../runtime/api/avro/avro-output.js";
import type { ByteQueue } from "../../byte-queue.js";
import type { AvroRows, AvroRowsOf } from "../avro-rows.js";
import { CopiedRows } from "../copied-rows.js";
import type { ObjectEncoder, ObjectFormat } from "../format.js";
import type { AvroCodec } from "./block-codec.js";
import { AvroContainer } from "./container.js";

/** Records as Avro object container files. */
export function avroFormat(codec: AvroCodec, rowsOf: AvroRowsOf): ObjectFormat {
  return { streamCompression: true, open: (output) => new AvroEncoder(codec, rowsOf, output) };
}

class AvroEncoder implements ObjectEncoder {
  private rows: AvroRows | null = null;
  private copied: CopiedRows | null = null;
  private container: AvroContainer | null = null;
  private readonly scratch = new AvroOutput();

  constructor(
    private readonly codec: AvroCodec,
    private readonly rowsOf: AvroRowsOf,
    private readonly output: ByteQueue,
  ) {}

  get heldBytes(): number {
    return this.scratch.buffer.length + (this.container?.heldBytes ?? 0);
  }

  appendBatch(batch: SinkBatch, from: number, to: number): void {
    const { columns } = batch;
    for (let index = from; index < to; index++) {
      const start = this.copied?.startOf(batch, columns, index) ?? -1;
      if (start < 0) this.write(batch, index);
      else this.container!.append(columns!.buffer, start, this.copied!.endOf(columns!, index));
    }
  }

  private write(batch: SinkBatch, index: number): void {
    const record = batch.record(index);
    const rows = (this.rows ??= this.rowsOf(record));
    this.scratch.clear();
    rows.write(record, this.scratch);
    this.container ??= this.open(rows);
    this.container.append(this.scratch.buffer, 0, this.scratch.length);
    this.copied ??= new CopiedRows(rows);
    this.copied.lookAt(batch, batch.columns, index, record);
  }

  async settle(): Promise<void> {
    await this.container?.settle();
  }

  async finish(): Promise<void> {
    await this.container?.finish();
  }

  private open(rows: AvroRows): AvroContainer {
    return new AvroContainer(JSON.stringify(rows.json), this.codec, (bytes) => {
      this.output.appendBytes(bytes);
    });
  }
}
