import type { RecordColumns, TimestampType } from "../../runtime/api/index.js";
import type { PartitionBatch } from "../../runtime/kafka/seam.js";

/** A record as a test writes it; strings are UTF-8. */
export interface RowContent {
  readonly offset: number;
  readonly key?: string | Uint8Array | null;
  readonly value?: string | Uint8Array | null;
  readonly headers?: readonly (readonly [string, string | Uint8Array | null])[];
  readonly timestampMs?: number;
}

/** Columns over a buffer laid out as in a version 2 record batch, as far as readers of columns see. */
export function recordColumns(rows: readonly RowContent[], timestampType: TimestampType = "CreateTime"): RecordColumns {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const append = (bytes: Uint8Array): number => {
    chunks.push(bytes);
    length += bytes.length;
    return length - bytes.length;
  };
  append(Buffer.from("in front"));
  const column = (): Int32Array => new Int32Array(rows.length);
  const columns = {
    count: rows.length,
    offsets: Float64Array.from(rows, (row) => row.offset),
    timestampsMs: Float64Array.from(rows, (row) => row.timestampMs ?? 1000 + row.offset),
    timestampType,
    keyStart: column(),
    keyLength: column(),
    valueStart: column(),
    valueLength: column(),
    headersStart: column(),
    headerCount: column(),
  };
  rows.forEach((row, index) => {
    const key = toBytes(row.key ?? null);
    const value = toBytes(row.value ?? null);
    columns.keyStart[index] = key === null ? -1 : append(key);
    columns.keyLength[index] = key?.length ?? -1;
    columns.valueStart[index] = value === null ? -1 : append(value);
    columns.valueLength[index] = value?.length ?? -1;
    columns.headersStart[index] = append(varint(row.headers?.length ?? 0));
    columns.headerCount[index] = row.headers?.length ?? 0;
    for (const [name, content] of row.headers ?? []) {
      const nameBytes = Buffer.from(name);
      append(varint(nameBytes.length));
      append(nameBytes);
      const bytes = toBytes(content);
      append(varint(bytes?.length ?? -1));
      if (bytes !== null) append(bytes);
    }
  });
  return { ...columns, buffer: Buffer.concat(chunks) };
}

/** A batch of partition 0 of `topic`; `nextOffset` is the offset after the last record unless told otherwise. */
export function partitionBatch(topic: string, rows: readonly RowContent[], nextOffset?: number): PartitionBatch {
  const last = rows.at(-1)?.offset ?? -1;
  return { topic, partition: 0, columns: recordColumns(rows), nextOffset: nextOffset ?? last + 1 };
}

function toBytes(content: string | Uint8Array | null): Uint8Array | null {
  return typeof content === "string" ? Buffer.from(content) : content;
}

/** A zigzag varint, as Kafka writes lengths. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Uint8Array.from([...bytes, rest]);
}
