import {
  DatumVerdict,
  type Converter,
  type Datum,
  type DatumSource,
  type Header,
  type HeaderConverter,
  type HeaderList,
  type LazyColumn,
  type Schema,
  type SchemaAndValue,
} from "../api/index.js";
import { decodeHeaders } from "./raw-record.js";

/** A key or value whose bytes were checked, converted when somebody first reads it. */
export class LazyDatum implements Datum {
  private converted: SchemaAndValue | null = null;

  constructor(
    private readonly converter: Converter,
    private readonly topic: string,
    private readonly bytes: Buffer | null,
    private readonly kind: LazyColumn["kind"],
    private readonly verdict: number,
  ) {}

  get schema(): Schema | null {
    return this.convert().schema;
  }

  get value(): unknown {
    return this.convert().value;
  }

  get source(): DatumSource | null {
    const { bytes, kind } = this;
    if (bytes === null || this.verdict !== DatumVerdict.copy) return null;
    return kind === "avro" ? null : { kind, bytes };
  }

  fresh(): SchemaAndValue | null {
    return this.converted === null ? this.converter.toConnect(this.topic, this.bytes) : null;
  }

  private convert(): SchemaAndValue {
    return (this.converted ??= this.converter.toConnect(this.topic, this.bytes));
  }
}

/** A converted datum that kept no bytes. */
export class ConvertedDatum implements Datum {
  readonly source = null;

  constructor(private readonly converted: SchemaAndValue) {}

  get schema(): Schema | null {
    return this.converted.schema;
  }

  get value(): unknown {
    return this.converted.value;
  }
}

export const NO_HEADERS: HeaderList = { all: [] };

/** Headers in the batch buffer, decoded and converted when first read. For those that surely can be. */
export class LazyHeaders implements HeaderList {
  private converted: readonly Header[] | null = null;

  constructor(
    private readonly converter: HeaderConverter,
    private readonly topic: string,
    private readonly buffer: Buffer,
    private readonly start: number,
    private readonly count: number,
  ) {}

  get all(): readonly Header[] {
    return (this.converted ??= convertHeaders(this.converter, this.topic, this.buffer, this.start, this.count));
  }
}

/** Decodes and converts the `count` headers of a record. Throws what the converter throws. */
export function convertHeaders(
  converter: HeaderConverter,
  topic: string,
  buffer: Buffer,
  start: number,
  count: number,
): readonly Header[] {
  return decodeHeaders(buffer, start, count).map(([key, bytes]) => {
    const { schema, value } = converter.toConnectHeader(topic, key, bytes);
    return { key, schema, value };
  });
}
