import { DatumVerdict, OPTIONAL_BYTES, OPTIONAL_STRING } from "../../runtime/api/index.js";
import type { LazyColumns, Schema, SinkBatch, SinkRecord } from "../../runtime/api/index.js";
import type { FormatName } from "./config.js";

/** The rows of a batch: from the columns where they tell what is asked, else from records that are made once. */
export class Rows {
  readonly count: number;
  private readonly records: (SinkRecord | undefined)[] = [];

  constructor(readonly batch: SinkBatch) {
    this.count = batch.count;
  }

  record(row: number): SinkRecord {
    return (this.records[row] ??= this.batch.record(row));
  }

  offset(row: number): number {
    return this.batch.columns?.offsets[row] ?? this.record(row).offset;
  }

  isNull(row: number): boolean {
    const verdicts = this.batch.columns?.value?.verdicts;
    if (verdicts !== undefined && verdicts[row] !== DatumVerdict.convert) return verdicts[row] === DatumVerdict.nothing;
    return this.record(row).value.value === null;
  }

  /** The schema that all values share without looking into them; `undefined` where that cannot be told. */
  get sharedSchema(): Schema | null | undefined {
    switch (this.batch.columns?.value?.kind) {
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
    return format !== "bytes" || this.batch.columns?.value?.kind === "bytes";
  }

  /** One row as a batch of its own. */
  single(record: SinkRecord): SinkBatch {
    const { topic, partition, nextOffset } = this.batch;
    return { topic, partition, nextOffset, count: 1, columns: null, record: () => record };
  }

  /** The first row from `row` on, before `limit`, whose value is not simply there to be copied or converted. */
  endOfRun(row: number, limit: number): number {
    const { verdicts } = (this.batch.columns as LazyColumns).value!;
    let end = row;
    while (end < limit && verdicts[end] !== DatumVerdict.nothing) end++;
    return end;
  }
}
