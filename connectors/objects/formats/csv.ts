import { ConnectError, DatumVerdict, javaClassName } from "../../../runtime/api/index.js";
import type { Header, LazyColumn, LazyColumns, SinkBatch, SinkRecord } from "../../../runtime/api/index.js";
import type { ByteQueue } from "../byte-queue.js";
import type { OutputField } from "./fields.js";
import type { ObjectEncoder, ObjectFormat } from "./format.js";

export interface CsvOptions {
  /** In the order of the columns; a field may come more than once. */
  readonly fields: readonly OutputField[];
  /** Of the value only: keys and headers are always base64. */
  readonly valueEncoding: "base64" | "none";
}

/**
 * The Aiven sinks' CSV: fields joined by commas, records by line feeds, no quoting, no header row, no line end after the last
 * record. Texts of errors are those of its `OutputFieldPlainWriter`s.
 */
export function csvFormat(options: CsvOptions): ObjectFormat {
  return { streamCompression: true, open: (output) => new CsvEncoder(options, output) };
}

const COMMA = 0x2c;
const LINE_FEED = 0x0a;

class CsvEncoder implements ObjectEncoder {
  #isEmpty = true;

  constructor(
    private readonly options: CsvOptions,
    private readonly output: ByteQueue,
  ) {}

  appendBatch(batch: SinkBatch, from: number, to: number): void {
    const columns = batch.columns;
    const lazily = columns !== null && this.#canReadBytes(columns);
    for (let row = from; row < to; row++) {
      if (!this.#isEmpty) this.output.appendByte(LINE_FEED);
      this.#isEmpty = false;
      if (lazily) this.#appendRow(batch, columns, row);
      else this.#appendRecord(batch.record(row));
    }
  }

  finish(): void {
    // Nothing follows the last record.
  }

  /** True where no field needs more than the record's bytes: keys and values must come from converters that keep them. */
  #canReadBytes(columns: LazyColumns): boolean {
    return this.options.fields.every(
      (field) =>
        (field !== "value" || columns.value?.kind === "bytes") &&
        (field !== "key" || columns.key?.kind === "bytes" || columns.key?.kind === "utf8"),
    );
  }

  #appendRow(batch: SinkBatch, columns: LazyColumns, row: number): void {
    const { fields, valueEncoding } = this.options;
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) this.output.appendByte(COMMA);
      const field = fields[i]!;
      switch (field) {
        case "value": {
          const start = columns.valueStart[row]!;
          const end = start + columns.valueLength[row]!;
          if (columns.value!.verdicts[row] !== DatumVerdict.copy) this.#appendField(batch.record(row), field);
          else if (valueEncoding === "none") this.output.append(columns.buffer, start, end);
          else this.output.appendAscii(columns.buffer.toString("base64", start, end));
          break;
        }
        case "key": {
          const start = columns.keyStart[row]!;
          if (isReadable(columns.key!, row))
            this.output.appendAscii(columns.buffer.toString("base64", start, start + columns.keyLength[row]!));
          else this.#appendField(batch.record(row), field);
          break;
        }
        case "offset":
          this.output.appendAscii(String(columns.offsets[row]!));
          break;
        case "timestamp":
          if (columns.timestampsMs[row] !== -1) this.output.appendAscii(String(columns.timestampsMs[row]!));
          break;
        case "headers":
          if (columns.headerCount[row] !== 0) this.#appendField(batch.record(row), field);
      }
    }
  }

  #appendRecord(record: SinkRecord): void {
    const { fields } = this.options;
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) this.output.appendByte(COMMA);
      this.#appendField(record, fields[i]!);
    }
  }

  #appendField(record: SinkRecord, field: OutputField): void {
    switch (field) {
      case "key":
        this.output.appendAscii(keyText(record));
        break;
      case "value": {
        const bytes = valueBytes(record);
        if (bytes === null) break;
        if (this.options.valueEncoding === "none") this.output.appendBytes(bytes);
        else this.output.appendAscii(bytes.toString("base64"));
        break;
      }
      case "offset":
        this.output.appendAscii(String(record.offset));
        break;
      case "timestamp":
        if (record.timestampMs !== null) this.output.appendAscii(String(record.timestampMs));
        break;
      case "headers":
        this.output.appendAscii(record.headers.all.map(headerText).join(""));
    }
  }
}

function isReadable(column: LazyColumn, row: number): boolean {
  return column.verdicts[row] === DatumVerdict.copy;
}

function keyText(record: SinkRecord): string {
  const { schema, value } = record.key;
  if (schema === null) throw nullPointer("key schema cannot be null");
  if (schema.type !== "BYTES" && schema.type !== "STRING")
    throw new ConnectError("data", `Record key schema type must be BYTES or STRING, ${schema.type} given`);
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("base64");
  if (value instanceof Uint8Array) return asBuffer(value).toString("base64");
  throw new ConnectError("data", "Key is not byte[] or String");
}

/** Null for Kafka's null. */
function valueBytes(record: SinkRecord): Buffer | null {
  const { schema, value } = record.value;
  if (schema === null) throw nullPointer("value schema cannot be null");
  if (schema.type !== "BYTES")
    throw new ConnectError("data", `Record value schema type must be BYTES, ${schema.type} given`);
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return asBuffer(value);
  throw new ConnectError("data", "Value is not a byte array");
}

function headerText({ key, schema, value }: Header): string {
  if (schema !== null && schema.type !== "BYTES")
    throw new ConnectError("data", `Invalid schema type for ByteArrayConverter: ${schema.type}`);
  if (value === null || value === undefined) throw nullPointer("header value cannot be null");
  if (!(value instanceof Uint8Array))
    throw new ConnectError(
      "data",
      `ByteArrayConverter is not compatible with objects of type class ${javaClassName(value)}`,
    );
  return `${Buffer.from(key, "utf8").toString("base64")}:${asBuffer(value).toString("base64")};`;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function nullPointer(message: string): ConnectError {
  return new ConnectError("data", message, { javaClass: "java.lang.NullPointerException" });
}
