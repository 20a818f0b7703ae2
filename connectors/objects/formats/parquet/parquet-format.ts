import { ConnectError } from "../../../../runtime/api/index.js";
import type { SinkBatch } from "../../../../runtime/api/index.js";
import { AvroInput } from "../../../../runtime/api/avro/avro-input.js";
import { AvroOutput } from "../../../../runtime/api/avro/avro-output.js";
import type { AvroRecord } from "../../../../runtime/api/avro/avro-schema.js";
import type { ByteQueue } from "../../byte-queue.js";
import type { AvroRows, AvroRowsOf } from "../avro-rows.js";
import { CopiedRows } from "../copied-rows.js";
import type { ObjectEncoder, ObjectFormat } from "../format.js";
import { ParquetFileWriter } from "./file-writer.js";
import type { ParquetCodec } from "./page-compression.js";
import { planParquet } from "./plan.js";
import { compileShredder, type Shred } from "./shredder.js";

export interface ParquetFormatOptions {
  /** Whether a file with these rows has two-level lists, which hold no null elements. */
  readonly oldListStructure: (row: AvroRecord) => boolean;
  readonly codec: ParquetCodec;
  /** A row group is written when its encoded pages take this much; smaller when memory is short. */
  readonly rowGroupBytes: number;
  /** The footer's `created_by`. */
  readonly createdBy: string;
}

/** Records as Parquet files in parquet-avro's layout. The file's schema is that of its first record. */
export function parquetFormat(options: ParquetFormatOptions, rowsOf: AvroRowsOf): ObjectFormat {
  return { streamCompression: false, open: (output) => new ParquetEncoder(options, rowsOf, output) };
}

interface OpenFile {
  readonly rows: AvroRows;
  readonly copied: CopiedRows;
  readonly writer: ParquetFileWriter;
  readonly shred: Shred;
}

class ParquetEncoder implements ObjectEncoder {
  private file: OpenFile | null = null;
  private readonly scratch = new AvroOutput();
  private readonly input = new AvroInput();

  constructor(
    private readonly options: ParquetFormatOptions,
    private readonly rowsOf: AvroRowsOf,
    private readonly output: ByteQueue,
  ) {}

  get heldBytes(): number {
    return this.scratch.buffer.length + (this.file?.writer.bufferedBytes ?? 0);
  }

  appendBatch(batch: SinkBatch, from: number, to: number): void {
    const { columns } = batch;
    for (let index = from; index < to; index++) {
      const start = this.file?.copied.startOf(batch, columns, index) ?? -1;
      if (start < 0) this.write(batch, index);
      else {
        const { copied, writer, shred } = this.file!;
        this.input.reset(columns!.buffer, start, copied.endOf(columns!, index));
        writer.appendRow(shred, this.input);
      }
    }
  }

  private write(batch: SinkBatch, index: number): void {
    const record = batch.record(index);
    const file = (this.file ??= this.open(this.rowsOf(record)));
    this.scratch.clear();
    file.rows.write(record, this.scratch);
    this.input.reset(this.scratch.buffer, 0, this.scratch.length);
    file.writer.appendRow(file.shred, this.input);
    file.copied.lookAt(batch, batch.columns, index, record);
  }

  /** `all` gives up what is held as far as possible, for when memory is short. */
  async settle(all = false): Promise<void> {
    if (this.file === null) return;
    if (all) await this.file.writer.closeRowGroup();
    else if (this.file.writer.pagesDue) await this.file.writer.flushPages();
  }

  async finish(): Promise<void> {
    await this.file?.writer.finish();
  }

  private open(rows: AvroRows): OpenFile {
    if (rows.type.kind !== "record") throw new ConnectError("data", "Avro schema must be a record.");
    const plan = planParquet(rows.type, { oldListStructure: this.options.oldListStructure(rows.type) });
    const writer = new ParquetFileWriter(
      plan,
      {
        codec: this.options.codec,
        rowGroupBytes: this.options.rowGroupBytes,
        createdBy: this.options.createdBy,
        keyValues: [
          ["parquet.avro.schema", JSON.stringify(rows.json)],
          ["writer.model.name", "avro"],
        ],
      },
      (bytes) => {
        this.output.appendBytes(bytes);
      },
    );
    return { rows, copied: new CopiedRows(rows), writer, shred: compileShredder(plan, writer.vectors) };
  }
}
