import { CODECS, compress, type Codec } from "./compress.js";
import { crc32c } from "../api/crc32c.js";
import { WireWriter } from "./wire.js";

/** Writes record batches of message format 2 (`DefaultRecordBatch`), headers in order and with duplicates. */

export interface BatchRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [string, Uint8Array | null])[];
  readonly timestampMs: number;
}

/** Who writes, where the broker is to know: idempotent and transactional producers. */
export interface ProducerState {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the first record. */
  readonly sequence: number;
}

const MAGIC = 2;
const TRANSACTIONAL = 16;
/** Of what the checksum covers: attributes up to the record count. */
const CHECKED_HEADER_BYTES = 40;
/** Leader epoch, magic and checksum. */
const UNCHECKED_HEADER_BYTES = 9;

/** `state` null: a plain producer. */
export function writeRecordBatch(records: readonly BatchRecord[], codec: Codec, state: ProducerState | null): Buffer {
  const baseTimestampMs = records[0]?.timestampMs ?? 0;
  let maxTimestampMs = baseTimestampMs;
  const section = new VarWriter();
  records.forEach((record, offsetDelta) => {
    writeRecord(section, record, offsetDelta, record.timestampMs - baseTimestampMs);
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs);
  });
  const body = compress(codec, section.finish());
  const checked = new WireWriter();
  checked.int16(CODECS[codec] | (state === null ? 0 : TRANSACTIONAL)).int32(records.length - 1);
  checked.int64(baseTimestampMs).int64(maxTimestampMs);
  checked
    .int64(state?.producerId ?? -1)
    .int16(state?.producerEpoch ?? -1)
    .int32(state?.sequence ?? -1);
  checked.int32(records.length).raw(body);
  const bytes = checked.finish();
  const batch = new WireWriter();
  batch.int64(0).int32(UNCHECKED_HEADER_BYTES + bytes.length);
  batch
    .int32(-1)
    .int8(MAGIC)
    .int32(crc32c(bytes) | 0)
    .raw(bytes);
  return batch.finish();
}

/** Length, attributes, timestamp and offset of one record, each as long as it can be. */
const RECORD_OVERHEAD_BYTES = 21;

/** Bytes that a batch of this one record takes at most, before compression: what Java's producer compares with `max.request.size`. */
export function recordSizeBytes(record: BatchRecord): number {
  const fields = new VarWriter();
  writeFields(fields, record);
  return 12 + UNCHECKED_HEADER_BYTES + CHECKED_HEADER_BYTES + RECORD_OVERHEAD_BYTES + fields.finish().length;
}

function writeRecord(out: VarWriter, record: BatchRecord, offsetDelta: number, timestampDeltaMs: number): void {
  const fields = new VarWriter();
  fields.raw(Buffer.of(0)); // attributes: none are defined
  fields.varint(timestampDeltaMs).varint(offsetDelta);
  writeFields(fields, record);
  const bytes = fields.finish();
  out.varint(bytes.length).raw(bytes);
}

function writeFields(out: VarWriter, record: BatchRecord): void {
  out.bytes(record.key).bytes(record.value).varint(record.headers.length);
  for (const [key, value] of record.headers) out.bytes(Buffer.from(key, "utf8")).bytes(value);
}

/** Kafka's zig-zag variable-length integers. */
class VarWriter {
  readonly #out = new WireWriter();

  /** A safe integer; timestamps need more than 32 bits. */
  varint(value: number): this {
    let zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
    while (zigzag > 127) {
      this.#out.int8((((zigzag % 128) | 0x80) << 24) >> 24);
      zigzag = Math.floor(zigzag / 128);
    }
    this.#out.int8(zigzag);
    return this;
  }

  bytes(value: Uint8Array | null): this {
    if (value === null) return this.varint(-1);
    return this.varint(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    this.#out.raw(value);
    return this;
  }

  finish(): Buffer {
    return this.#out.finish();
  }
}
