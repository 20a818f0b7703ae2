import type { SinkBatch } from "../../../../runtime/api/index.js";
import { AvroOutput } from "../../../../runtime/api/avro/avro-output.js";
import type { ByteQueue } from "../../byte-queue.js";
import type { AvroRows, AvroRowsOf } from "../avro-rows.js";
import type { ObjectEncoder, ObjectFormat } from "../format.js";
import type { AvroCodec } from "./block-codec.js";
import { AvroContainer } from "./container.js";

/** Records as Avro object container files. */
export function avroFormat(codec: AvroCodec, rowsOf: AvroRowsOf): ObjectFormat {
  return { streamCompression: true, open: (output) => new AvroEncoder(codec, rowsOf, output) };
}

class AvroEncoder implements ObjectEncoder {
  private rows: AvroRows | null = null;
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
    for (let index = from; index < to; index++) {
      const record = batch.record(index);
      this.rows ??= this.rowsOf(record);
      const { scratch, rows } = this;
      scratch.clear();
      rows.write(record, scratch);
      this.container ??= this.open(rows);
      this.container.append(scratch.buffer, 0, scratch.length);
    }
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
