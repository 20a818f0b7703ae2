import {
  ConnectError,
  DatumVerdict,
  jsonString,
  RESPELLED_JSON_GROWTH,
  respellJson,
} from "../../../runtime/api/index.js";
import type { Datum, Header, LazyColumn, LazyColumns, SinkBatch, SinkRecord } from "../../../runtime/api/index.js";
import type { ByteQueue } from "../byte-queue.js";
import { instantText } from "../civil-time.js";
import { printConnectJson } from "./connect-json.js";
import type { EnvelopeOptions, OutputField } from "./fields.js";
import type { ObjectEncoder, ObjectFormat } from "./format.js";

/** What stands around and between the records of an object. */
export interface JsonFraming {
  readonly start: string;
  readonly separator: string;
  readonly end: string;
}

/** Members come in this order whatever the configured one: that of the Java HashMap they pass through. */
const MEMBER_ORDER: readonly OutputField[] = ["headers", "offset", "value", "key", "timestamp"];

/** A key or value as JSON text. Throws ConnectError `data`. */
export type PrintDatum = (datum: Datum) => string;

/** Records as JSON texts: objects with a member for each field, or the single field's bare value. */
export function jsonEnvelopeFormat(
  options: EnvelopeOptions,
  framing: JsonFraming,
  print: PrintDatum = printDatum,
): ObjectFormat {
  return { streamCompression: true, open: (output) => new JsonEnvelopeEncoder(options, framing, print, output) };
}

class JsonEnvelopeEncoder implements ObjectEncoder {
  readonly #output: ByteQueue;
  readonly #print: PrintDatum;
  readonly #members: readonly OutputField[];
  /** What precedes each member, the first one in the object's first record. */
  readonly #before: readonly Buffer[];
  /** What precedes the first member of all further records: the end of the record before it, the separator, its start. */
  readonly #between: Buffer;
  readonly #start: Buffer;
  readonly #end: Buffer;
  #isEmpty = true;

  constructor(options: EnvelopeOptions, framing: JsonFraming, print: PrintDatum, output: ByteQueue) {
    this.#output = output;
    this.#print = print;
    this.#members = MEMBER_ORDER.filter((field) => options.fields.includes(field));
    const names = this.#members.map((field, index) => `${index === 0 ? "{" : ","}"${field}":`);
    const prefixes = options.envelope ? names : names.map(() => "");
    const suffix = options.envelope ? "}" : "";
    this.#before = prefixes.map((prefix) => Buffer.from(prefix));
    this.#start = Buffer.from(framing.start + prefixes[0]!);
    this.#between = Buffer.from(suffix + framing.separator + prefixes[0]!);
    this.#end = Buffer.from(suffix + framing.end);
  }

  appendBatch(batch: SinkBatch, from: number, to: number): void {
    const columns = batch.columns;
    if (columns === null) {
      for (let row = from; row < to; row++) this.#appendRecord(batch.record(row));
    } else {
      for (let row = from; row < to; row++) this.#appendRow(batch, columns, row);
    }
  }

  finish(): void {
    this.#output.appendBytes(this.#end);
  }

  #appendRecord(record: SinkRecord): void {
    for (let i = 0; i < this.#members.length; i++) {
      const text = this.#textOf(record, this.#members[i]!);
      this.#appendPrefix(i);
      this.#output.appendText(text);
    }
  }

  #appendRow(batch: SinkBatch, columns: LazyColumns, row: number): void {
    for (let i = 0; i < this.#members.length; i++) {
      this.#appendPrefix(i);
      const field = this.#members[i]!;
      switch (field) {
        case "value":
          this.#appendDatum(batch, columns, columns.value, row, field);
          break;
        case "key":
          this.#appendDatum(batch, columns, columns.key, row, field);
          break;
        case "offset":
          this.#output.appendAscii(String(columns.offsets[row]!));
          break;
        case "timestamp":
          this.#output.appendAscii(timestampText(columns.timestampsMs[row]!));
          break;
        case "headers":
          if (columns.headerCount[row] === 0) this.#output.appendAscii("[]");
          else this.#output.appendText(headersText(batch.record(row).headers.all));
      }
    }
  }

  /** A key or value from its bytes where they are good enough, else through the record. */
  #appendDatum(
    batch: SinkBatch,
    columns: LazyColumns,
    lazy: LazyColumn | null,
    row: number,
    field: "key" | "value",
  ): void {
    const verdict = lazy === null ? DatumVerdict.convert : lazy.verdicts[row];
    if (verdict === DatumVerdict.nothing) {
      this.#output.appendAscii("null");
      return;
    }
    if (lazy !== null && verdict === DatumVerdict.copy) {
      const start = (field === "key" ? columns.keyStart : columns.valueStart)[row]!;
      const end = start + (field === "key" ? columns.keyLength : columns.valueLength)[row]!;
      switch (lazy.kind) {
        case "json":
          this.#output.append(columns.buffer, start, end);
          return;
        case "utf8":
          this.#appendString(columns.buffer, start, end);
          return;
        case "bytes":
          this.#output.appendAscii(`"${columns.buffer.toString("base64", start, end)}"`);
          return;
        case "avro":
          break;
      }
    }
    if (lazy !== null && verdict === DatumVerdict.respell) {
      const start = (field === "key" ? columns.keyStart : columns.valueStart)[row]!;
      const end = start + (field === "key" ? columns.keyLength : columns.valueLength)[row]!;
      const respelled = roomFor((end - start) * RESPELLED_JSON_GROWTH);
      this.#output.append(respelled, 0, respellJson(columns.buffer, start, end, respelled, 0));
      return;
    }
    this.#output.appendText(this.#textOf(batch.record(row), field));
  }

  #textOf(record: SinkRecord, field: OutputField): string {
    switch (field) {
      case "key":
        return this.#print(record.key);
      case "value":
        return this.#print(record.value);
      case "offset":
        return String(record.offset);
      case "timestamp":
        return timestampText(record.timestampMs ?? NO_TIMESTAMP);
      case "headers":
        return headersText(record.headers.all);
    }
  }

  #appendString(buffer: Buffer, start: number, end: number): void {
    if (isPlainText(buffer, start, end)) {
      this.#output.appendByte(QUOTE);
      this.#output.append(buffer, start, end);
      this.#output.appendByte(QUOTE);
    } else this.#output.appendText(jsonString(buffer.toString("utf8", start, end)));
  }

  #appendPrefix(member: number): void {
    if (member > 0) this.#output.appendBytes(this.#before[member]!);
    else if (!this.#isEmpty) this.#output.appendBytes(this.#between);
    else {
      this.#isEmpty = false;
      this.#output.appendBytes(this.#start);
    }
  }
}

const QUOTE = 0x22;

/** Where a text is respelled on its way out; used and done with in one go. */
let scratch = Buffer.alloc(0);
const KEPT_SCRATCH_BYTES = 1 << 20;

function roomFor(bytes: number): Buffer {
  if (bytes <= scratch.length) return scratch;
  const room = Buffer.allocUnsafeSlow(Math.max(bytes, 4096));
  if (bytes <= KEPT_SCRATCH_BYTES) scratch = room;
  return room;
}

/** True where UTF-8 text needs no escape in a JSON string: no control, quote or backslash, nothing beyond U+FFFF. */
function isPlainText(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!;
    if (byte < 0x20 || byte === QUOTE || byte === 0x5c || byte >= 0xf0) return false;
  }
  return true;
}

function printDatum(datum: Datum): string {
  const { schema, value } = datum;
  return value === null || value === undefined ? "null" : printConnectJson(schema, value);
}

/** What Kafka stores for a record without a timestamp. */
const NO_TIMESTAMP = -1;

function timestampText(timestampMs: number): string {
  return timestampMs === NO_TIMESTAMP ? "null" : `"${instantText(timestampMs)}"`;
}

function headersText(headers: readonly Header[]): string {
  let text = "[";
  for (const { key, schema, value } of headers) {
    // The original hands what JsonConverter gives for it, Java's null, to Jackson.
    if (schema === null && (value === null || value === undefined))
      throw new ConnectError("data", 'argument "content" is null', { javaClass: "java.lang.IllegalArgumentException" });
    text += `${text === "[" ? "" : ","}{"key":${jsonString(key)},"value":${printConnectJson(schema, value)}}`;
  }
  return `${text}]`;
}
