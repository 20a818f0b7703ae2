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
    for (let row = from; row < to; row++) {
      if (columns?.value?.kind === "bytes" && columns.value.verdicts[row] === DatumVerdict.copy) {
        const start = columns.valueStart[row]!;
        this.output.append(columns.buffer, start, start + columns.valueLength[row]!);
      } else this.output.appendBytes(bytesOf(batch.record(row).value));
      this.output.appendBytes(this.separator);
    }
  }

  finish(): void {
    // The last record has its separator already.
  }
}

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
