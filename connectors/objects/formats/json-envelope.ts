import { ConnectError, DatumVerdict, JsonOutput, writeConnectJson } from "../../../runtime/api/index.js";
import type { Datum, Header, LazyColumn, LazyColumns, SinkBatch, SinkRecord } from "../../../runtime/api/index.js";
import type { ByteQueue } from "../byte-queue.js";
import { instantText } from "../civil-time.js";
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

/** Writes a key or value as JSON text. Throws ConnectError `data`; the output may hold a part of it then. */
export type WriteDatum = (datum: Datum, out: JsonOutput) => void;

/** Records as JSON texts: objects with a member for each field, or the single field's bare value. */
export function jsonEnvelopeFormat(
  options: EnvelopeOptions,
  framing: JsonFraming,
  write: WriteDatum = writeDatum,
): ObjectFormat {
  return { streamCompression: true, open: (output) => new JsonEnvelopeEncoder(options, framing, write, output) };
}

class JsonEnvelopeEncoder implements ObjectEncoder {
  readonly #output: ByteQueue;
  readonly #write: WriteDatum;
  readonly #members: readonly OutputField[];
  /** What precedes each member, the first one in the object's first record. */
  readonly #before: readonly Buffer[];
  /** What precedes the first member of all further records: the end of the record before it, the separator, its start. */
  readonly #between: Buffer;
  readonly #start: Buffer;
  readonly #end: Buffer;
  /** True where a record is its value and nothing else. */
  readonly #copiesOnly: boolean;
  #isEmpty = true;

  constructor(options: EnvelopeOptions, framing: JsonFraming, write: WriteDatum, output: ByteQueue) {
    this.#output = output;
    this.#write = write;
    this.#members = MEMBER_ORDER.filter((field) => options.fields.includes(field));
    this.#copiesOnly = this.#members.length === 1 && this.#members[0] === "value";
    const names = this.#members.map((field, index) => `${index === 0 ? "{" : ","}"${field}":`);
    const prefixes = options.envelope ? names : names.map(() => "");
    const suffix = options.envelope ? "}" : "";
    this.#before = prefixes.map((prefix) => Buffer.from(prefix));
    this.#start = Buffer.from(framing.start + prefixes[0]!);
    this.#between = Buffer.from(suffix + framing.separator + prefixes[0]!);
    this.#end = Buffer.from(suffix + framing.end);
  }

  /** A record that cannot be written leaves no trace. */
  appendBatch(batch: SinkBatch, from: number, to: number): void {
    const { columns } = batch;
    for (let row = from; row < to;) {
      const end = columns === null ? row : this.#endOfCopied(columns, row, to);
      if (end > row) {
        this.#copyRows(columns!, row, end);
        row = end;
      } else {
        OUT.clear();
        if (columns === null) this.#writeRecord(batch.record(row));
        else this.#writeRow(batch, columns, row);
        this.#output.append(OUT.buffer, 0, OUT.length);
        row++;
      }
      this.#isEmpty = false;
    }
  }

  finish(): void {
    this.#output.appendBytes(this.#end);
  }

  /** The way of most JSON: separator and bytes, with nothing in between. */
  #copyRows({ buffer, valueStart, valueLength }: LazyColumns, from: number, to: number): void {
    const second = this.#isEmpty ? from + 1 : from;
    if (second > from) this.#output.appendRows(buffer, valueStart, valueLength, from, second, this.#start, NOTHING);
    this.#output.appendRows(buffer, valueStart, valueLength, second, to, this.#between, NOTHING);
  }

  /** The first row from `row` on that has to be written; `row` where it has to. */
  #endOfCopied({ value }: LazyColumns, row: number, to: number): number {
    if (!this.#copiesOnly || value?.kind !== "json") return row;
    let end = row;
    while (end < to && value.verdicts[end] === DatumVerdict.copy) end++;
    return end;
  }

  #writeRecord(record: SinkRecord): void {
    for (let i = 0; i < this.#members.length; i++) {
      OUT.bytes(this.#prefixOf(i));
      const field = this.#members[i]!;
      switch (field) {
        case "key":
        case "value":
          this.#write(record[field], OUT);
          break;
        case "offset":
          OUT.integer(record.offset);
          break;
        case "timestamp":
          OUT.ascii(timestampText(record.timestampMs ?? NO_TIMESTAMP));
          break;
        case "headers":
          writeHeaders(record.headers.all, OUT);
      }
    }
  }

  #writeRow(batch: SinkBatch, columns: LazyColumns, row: number): void {
    for (let i = 0; i < this.#members.length; i++) {
      OUT.bytes(this.#prefixOf(i));
      const field = this.#members[i]!;
      switch (field) {
        case "value":
          this.#writeDatum(batch, columns, columns.value, row, field);
          break;
        case "key":
          this.#writeDatum(batch, columns, columns.key, row, field);
          break;
        case "offset":
          OUT.integer(columns.offsets[row]!);
          break;
        case "timestamp":
          OUT.ascii(timestampText(columns.timestampsMs[row]!));
          break;
        case "headers":
          if (columns.headerCount[row] === 0) OUT.ascii("[]");
          else writeHeaders(batch.record(row).headers.all, OUT);
      }
    }
  }

  /** A key or value from its bytes where they are good enough, else through the record. */
  #writeDatum(
    batch: SinkBatch,
    columns: LazyColumns,
    lazy: LazyColumn | null,
    row: number,
    field: "key" | "value",
  ): void {
    const start = (field === "key" ? columns.keyStart : columns.valueStart)[row]!;
    const end = start + (field === "key" ? columns.keyLength : columns.valueLength)[row]!;
    const verdict = lazy === null ? DatumVerdict.convert : lazy.verdicts[row];
    if (verdict === DatumVerdict.nothing) OUT.ascii("null");
    else if (verdict === DatumVerdict.respell) OUT.respelled(columns.buffer, start, end);
    else if (verdict !== DatumVerdict.copy || lazy === null || !writeCopied(lazy.kind, columns.buffer, start, end))
      this.#write(batch.record(row)[field], OUT);
  }

  #prefixOf(member: number): Buffer {
    if (member > 0) return this.#before[member]!;
    return this.#isEmpty ? this.#start : this.#between;
  }
}

const NOTHING = Buffer.alloc(0);

/** A record on its way to the object; used and done with in one go. */
const OUT = new JsonOutput();

/** False for bytes that have to be read. */
function writeCopied(kind: LazyColumn["kind"], buffer: Buffer, start: number, end: number): boolean {
  switch (kind) {
    case "json":
      OUT.copy(buffer, start, end);
      return true;
    case "utf8":
      OUT.utf8String(buffer, start, end);
      return true;
    case "bytes":
      OUT.ascii(`"${buffer.toString("base64", start, end)}"`);
      return true;
    case "avro":
      return false;
  }
}

function writeDatum({ schema, value }: Datum, out: JsonOutput): void {
  if (value === null || value === undefined) out.ascii("null");
  else writeConnectJson(schema, value, out);
}

/** What Kafka stores for a record without a timestamp. */
const NO_TIMESTAMP = -1;

function timestampText(timestampMs: number): string {
  return timestampMs === NO_TIMESTAMP ? "null" : `"${instantText(timestampMs)}"`;
}

function writeHeaders(headers: readonly Header[], out: JsonOutput): void {
  out.ascii("[");
  for (const [index, { key, schema, value }] of headers.entries()) {
    // The original hands what JsonConverter gives for it, Java's null, to Jackson.
    if (schema === null && (value === null || value === undefined))
      throw new ConnectError("data", 'argument "content" is null', { javaClass: "java.lang.IllegalArgumentException" });
    out.ascii(index === 0 ? '{"key":' : ',{"key":');
    out.string(key);
    out.ascii(',"value":');
    writeConnectJson(schema, value, out);
    out.ascii("}");
  }
  out.ascii("]");
}
