import { ConnectError, type RecordColumns } from "../../api/index.js";

/** Confluent's wire format: a zero byte, the schema id (int32, big-endian), the datum. */
export const PREFIX_BYTES = 5;

/** Id of the schema that [start, end) of `buffer` names. Throws ConnectError `data` where there is none. */
export function schemaIdOf(buffer: Buffer, start: number, end: number): number {
  if (end - start < PREFIX_BYTES || buffer[start] !== 0) {
    throw new ConnectError("data", "Unknown magic byte!", {
      javaClass: "org.apache.kafka.common.errors.SerializationException",
    });
  }
  return buffer.readInt32BE(start + 1);
}

/** Calls `onId` for every run of rows with one schema id. Rows that are null or in another format are passed over. */
export function forEachSchemaId(columns: RecordColumns, of: "key" | "value", onId: (id: number) => void): void {
  const starts = of === "key" ? columns.keyStart : columns.valueStart;
  const lengths = of === "key" ? columns.keyLength : columns.valueLength;
  const { buffer, count } = columns;
  let last = Number.NaN;
  for (let row = 0; row < count; row++) {
    const start = starts[row]!;
    if (lengths[row]! < PREFIX_BYTES || buffer[start] !== 0) continue;
    const id = buffer.readInt32BE(start + 1);
    if (id !== last) onId(id);
    last = id;
  }
}
