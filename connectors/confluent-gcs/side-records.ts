import { ConnectError, EagerDatum, Schema, STRING, Struct } from "../../runtime/api/index.js";
import type { Header, SinkRecord } from "../../runtime/api/index.js";
import type { FormatName } from "./config.js";
import { headerText } from "./header-text.js";

/** Records whose value is another record's key or headers, for the extra objects of `store.kafka.keys` and `.headers`. */

/** Throws ConnectError `data` where there is no key. */
export function keyRecord(record: SinkRecord, format: FormatName): SinkRecord {
  if (record.key.value === null) throw new ConnectError("data", `Key cannot be null for SinkRecord: ${nameOf(record)}`);
  if (format !== "parquet") return record.with({ value: record.key });
  if (record.key.schema === null) throw new ConnectError("data", "Parquet needs keys with a schema");
  const schema = new Schema("STRUCT", { name: "RecordKey", fields: [{ name: "key", schema: record.key.schema }] });
  return record.with({ value: new EagerDatum(schema, new Struct(schema, [record.key.value])) });
}

const HEADER = new Schema("STRUCT", {
  fields: [
    { name: "key", schema: STRING },
    { name: "value", schema: STRING },
  ],
});
const HEADERS = new Schema("ARRAY", { valueSchema: HEADER });
const WRAPPED_HEADERS = new Schema("STRUCT", { name: "RecordHeaders", fields: [{ name: "headers", schema: HEADERS }] });

/** Throws ConnectError `data` where there are no headers. */
export function headersRecord(record: SinkRecord, format: FormatName): SinkRecord {
  const { all } = record.headers;
  if (all.length === 0) throw new ConnectError("data", `Headers cannot be null for SinkRecord: ${nameOf(record)}`);
  const list = all.map((header: Header) => new Struct(HEADER, [header.key, headerText(header)]));
  const value =
    format === "avro"
      ? new EagerDatum(HEADERS, list)
      : new EagerDatum(WRAPPED_HEADERS, new Struct(WRAPPED_HEADERS, [list]));
  return record.with({ value });
}

function nameOf(record: SinkRecord): string {
  return `SinkRecord{kafkaOffset=${record.offset}, topic='${record.origin.topic}', kafkaPartition=${record.origin.partition}} `;
}
