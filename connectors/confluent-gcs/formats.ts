import { AvroDatumWriter } from "../../runtime/api/avro/avro-datum-writer.js";
import { printableAvro } from "../../runtime/api/avro/avro-print.js";
import { nullableOf, parseAvroSchema } from "../../runtime/api/avro/avro-schema.js";
import type { AvroType } from "../../runtime/api/avro/avro-schema.js";
import { avroSchemaOf } from "../../runtime/api/avro/connect-to-avro.js";
import type { AvroDataOptions } from "../../runtime/api/avro/connect-to-avro.js";
import { ConnectError } from "../../runtime/api/index.js";
import { avroFormat } from "../objects/formats/avro/avro-format.js";
import { avroCodec } from "../objects/formats/avro/block-codec.js";
import type { AvroRowsOf } from "../objects/formats/avro-rows.js";
import { bytesFormat } from "../objects/formats/bytes.js";
import type { ObjectFormat } from "../objects/formats/format.js";
import { jsonEnvelopeFormat } from "../objects/formats/json-envelope.js";
import type { ParquetCodec } from "../objects/formats/parquet/page-compression.js";
import { parquetFormat } from "../objects/formats/parquet/parquet-format.js";
import type { ConfluentConfig, FormatName } from "./config.js";
import { VERSION } from "./config-def.js";
import { writeValue } from "./value-json.js";

/** Smaller than parquet-java's 128 MiB: a row group is held in memory until it is full. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;

/** The records' values in a format. Throws ConnectError `config` for codecs that cannot be written here. */
export function valueFormat(config: ConfluentConfig, format: FormatName): ObjectFormat {
  switch (format) {
    case "json":
      return jsonEnvelopeFormat(
        { fields: ["value"], envelope: false },
        { start: "", separator: "\n", end: "\n" },
        writeValue(config.numericDecimals),
      );
    case "bytes":
      return bytesFormat(config.bytesSeparator);
    case "avro":
      return avroFormat(avroCodec(config.avroCodec), valueRows(config.avroData));
    case "parquet":
      return parquetFormat(
        {
          codec: parquetCodec(config.parquetCodec),
          rowGroupBytes: ROW_GROUP_BYTES,
          createdBy: `sluice version ${VERSION}`,
          oldListStructure: (row) => !hasOptionalItems(row),
        },
        valueRows(config.avroData),
      );
  }
}

/** Every value is a row. */
function valueRows(options: AvroDataOptions): AvroRowsOf {
  return ({ value: { schema } }) => {
    const json = printableAvro(avroSchemaOf(schema, options));
    const type = parseAvroSchema(json);
    const writer = new AvroDatumWriter(schema, type);
    return {
      json,
      type,
      write: ({ value }, out) => {
        writer.write(value, out);
      },
      part: { field: "value", isAlike: (avroType) => writer.isAlike(avroType) },
    };
  };
}

const PARQUET_CODECS: readonly ParquetCodec[] = ["none", "gzip", "snappy", "zstd"];

function parquetCodec(name: string): ParquetCodec {
  const codec = PARQUET_CODECS.find((known) => known === name);
  if (codec === undefined)
    throw new ConnectError("config", `parquet.codec ${name} cannot be written: use none, gzip, snappy or zstd`);
  return codec;
}

/** True where some list may hold nulls: then all lists of the file have three levels. */
function hasOptionalItems(type: AvroType, seen: Set<AvroType> = new Set()): boolean {
  if (seen.has(type)) return false;
  seen.add(type);
  switch (type.kind) {
    case "record":
      return type.fields.some((field) => hasOptionalItems(field.type, seen));
    case "array":
      return nullableOf(type.items) !== null || hasOptionalItems(type.items, seen);
    case "map":
      return hasOptionalItems(type.values, seen);
    case "union":
      return type.branches.some((branch) => hasOptionalItems(branch, seen));
    default:
      return false;
  }
}
