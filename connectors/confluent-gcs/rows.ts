import { DatumVerdict, OPTIONAL_BYTES, OPTIONAL_STRING } from "../../runtime/api/index.js";
import type { LazyColumns, Schema, SinkBatch, SinkRecord } from "../../runtime/api/index.js";
import type { SchemaCache } from "../objects/schema-cache.js";
import type { FormatName } from "./config.js";

/**
 * The rows of a batch: from the columns where they tell what is asked, else from records. A batch itself, of which each record is made
 * once, so that a format does not convert again what a partitioner has read.
 */
export class Rows implements SinkBatch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly nextOffset: number;
  readonly columns: LazyColumns | null;
  private readonly batch: SinkBatch;
  private readonly records: (SinkRecord | undefined)[] = [];

  constructor(
    batch: SinkBatch,
    private readonly schemas: SchemaCache,
  ) {
    this.batch = batch;
    this.topic = batch.topic;
    this.partition = batch.partition;
    this.count = batch.count;
    this.nextOffset = batch.nextOffset;
    this.columns = batch.columns;
  }

  record(row: number): SinkRecord {
    return (this.records[row] ??= this.batch.record(row));
  }

  offset(row: number): number {
    return this.columns?.offsets[row] ?? this.record(row).offset;
  }

  /** The value's schema, of a value that is not null. */
  schemaAt(row: number): Schema | null {
    const column = this.columns?.value ?? null;
    return column === null ? this.record(row).value.schema : this.schemas.of(this, column, row, "value");
  }

  isNull(row: number): boolean {
    const verdicts = this.columns?.value?.verdicts;
    if (verdicts !== undefined && verdicts[row] !== DatumVerdict.convert) return verdicts[row] === DatumVerdict.nothing;
    return this.record(row).value.value === null;
  }

  /** The schema that all values share without looking into them; `undefined` where that cannot be told. */
  get sharedSchema(): Schema | null | undefined {
    switch (this.columns?.value?.kind) {
      case "json":
        return null;
      case "utf8":
        return OPTIONAL_STRING;
      case "bytes":
        return OPTIONAL_BYTES;
      default:
        return undefined;
    }
  }

  /** True where no value of the batch can be one that `format` refuses. */
  fitUnseen(format: FormatName): boolean {
    if (format === "parquet") return false;
    return format !== "bytes" || this.columns?.value?.kind === "bytes";
  }

  /** One row as a batch of its own. */
  single(record: SinkRecord): SinkBatch {
    const { topic, partition, nextOffset } = this;
    return { topic, partition, nextOffset, count: 1, columns: null, record: () => record };
  }

  /** The first row from `row` on, before `limit`, whose value is not simply there to be copied or converted. */
  endOfRun(row: number, limit: number): number {
    const { verdicts } = (this.columns as LazyColumns).value!;
    let end = row;
    while (end < limit && verdicts[end] !== DatumVerdict.nothing) end++;
    return end;
  }
}
