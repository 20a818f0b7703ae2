import type { Datum, Header, SchemaAndValue } from "./sink-record.js";
import type { LazyColumn, RecordColumns } from "./record-columns.js";
import type { Schema } from "./schema.js";

/** Connect's `Converter`. Synchronous; what needs I/O is done in `prepare`. */
export interface Converter {
  /** `config` holds the converter's own keys without prefix, and `converter.type`. Throws ConnectError `config`. */
  configure(config: Readonly<Record<string, string>>, isKey: boolean): void;

  /**
   * Does the I/O that the batch's keys (or values) need, such as reading schemas by id. Called before `toConnect` and `lazy`
   * for every batch when present. Throws ConnectError `retriable` while the other side is down; an unknown schema id is not
   * thrown here but by `toConnect` (kind `data`), so that only the record that names it fails.
   */
  prepare?(topic: string, columns: RecordColumns, of: "key" | "value"): Promise<void>;

  /** Bytes to data. `bytes` is null for Kafka's null. Throws ConnectError `data`. */
  toConnect(topic: string, bytes: Uint8Array | null): SchemaAndValue;

  /** Data to bytes. Throws ConnectError `data`. */
  fromConnect(topic: string, schema: Schema | null, value: unknown): Uint8Array | null;

  /** The byte path, where the converter has one with its present configuration; else null or absent. */
  readonly lazy?: LazyConverter | null;

  close?(): void;
}

/** Checks bytes exactly as strictly as `toConnect` would, without building values. */
export interface LazyConverter {
  readonly kind: LazyColumn["kind"];
  /**
   * The verdict (any `DatumVerdict` but `undecided`) for the bytes [start, end) of `buffer`. Throws the ConnectError
   * `data` that `toConnect` would throw. Never called for Kafka's null. Allocates nothing.
   */
  check(buffer: Buffer, start: number, end: number): number;
  /**
   * Where many at once are cheaper: writes a verdict for each of the rows [from, to), `nothing` where the length is -1, and
   * `undecided` for rows that are to be given to `check`, such as those that it would throw for. Gives the number of these. Never
   * throws.
   */
  checkRows?(
    buffer: Buffer,
    starts: Int32Array,
    lengths: Int32Array,
    from: number,
    to: number,
    verdicts: Uint8Array,
  ): number;
  /**
   * A datum over bytes with the verdict `copy`, for converters that know its schema without converting it. Absent: a datum is
   * made that converts everything when first read.
   */
  datum?(topic: string, bytes: Buffer): Datum;
}

/** Connect's `HeaderConverter`. */
export interface HeaderConverter {
  configure(config: Readonly<Record<string, string>>): void;
  toConnectHeader(topic: string, headerKey: string, bytes: Uint8Array | null): SchemaAndValue;
  /**
   * True when `toConnectHeader` surely does not throw for the bytes [start, end) of `buffer`. Headers of which that is known are
   * converted only if somebody reads them; without this method all are converted.
   */
  isSafe?(buffer: Buffer, start: number, end: number): boolean;
  fromConnectHeader(topic: string, header: Header): Uint8Array | null;
  close?(): void;
}
