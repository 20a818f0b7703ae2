import { ConnectError, DatumVerdict, javaClassName } from "../../../runtime/api/index.js";
import type { Datum, SinkBatch } from "../../../runtime/api/index.js";
import type { ByteQueue } from "../byte-queue.js";
import type { ObjectEncoder, ObjectFormat } from "./format.js";

/** The values' bytes as they are, each followed by a separator. */
export function bytesFormat(separator: string): ObjectFormat {
  const separatorBytes = Buffer.from(separator);
  return { streamCompression: true, open: (output) => new BytesEncoder(separatorBytes, output) };
}

class BytesEncoder implements ObjectEncoder {
  constructor(
    private readonly separator: Buffer,
    private readonly output: ByteQueue,
  ) {}

  appendBatch(batch: SinkBatch, from: number, to: number): void {
    const { columns } = batch;
    for (let row = from; row < to;) {
      let end = row;
      if (columns?.value?.kind === "bytes") while (end < to && columns.value.verdicts[end] === DatumVerdict.copy) end++;
      if (end > row) {
        const { buffer, valueStart, valueLength } = columns!;
        this.output.appendRows(buffer, valueStart, valueLength, row, end, NOTHING, this.separator);
        row = end;
      } else {
        this.output.appendBytes(bytesOf(batch.record(row++).value));
        this.output.appendBytes(this.separator);
      }
    }
  }

  finish(): void {
    // The last record has its separator already.
  }
}

const NOTHING = Buffer.alloc(0);

/** Source of the texts: `ByteArrayConverter.fromConnectData`. */
function bytesOf({ schema, value }: Datum): Buffer {
  if (schema !== null && schema.type !== "BYTES") {
    throw new ConnectError("data", `Invalid schema type for ByteArrayConverter: ${schema.type}`);
  }
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new ConnectError(
    "data",
    `ByteArrayConverter is not compatible with objects of type class ${javaClassName(value)}`,
  );
}
