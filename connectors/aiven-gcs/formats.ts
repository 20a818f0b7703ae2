import type { AvroDataOptions } from "../../runtime/api/avro/connect-to-avro.js";
import { avroFormat } from "../objects/formats/avro/avro-format.js";
import { avroCodec } from "../objects/formats/avro/block-codec.js";
import { csvFormat } from "../objects/formats/csv.js";
import type { ObjectFormat } from "../objects/formats/format.js";
import { jsonFormat } from "../objects/formats/json.js";
import { jsonlFormat } from "../objects/formats/jsonl.js";
import { parquetFormat } from "../objects/formats/parquet/parquet-format.js";
import type { ParquetFormatOptions } from "../objects/formats/parquet/parquet-format.js";
import { aivenAvroRows } from "./avro-rows.js";
import type { AvroRowOptions } from "./avro-rows.js";
import type { AivenConfig } from "./config.js";
import { VERSION } from "./config-def.js";

/** Smaller than parquet-java's 128 MiB: a row group is held in memory until it is full. */
const ROW_GROUP_BYTES = 16 * 1024 * 1024;

/** The configured format. Throws ConnectError `config`. */
export function formatOf(config: AivenConfig): ObjectFormat {
  switch (config.format) {
    case "csv":
      return csvFormat(config);
    case "json":
      return jsonFormat(config);
    case "jsonl":
      return jsonlFormat(config);
    case "avro":
      return avroFormat(avroCodec(config.properties["avro.codec"] ?? "null"), aivenAvroRows(rowOptions(config)));
    case "parquet":
      return parquetFormat(parquetOptions(config), aivenAvroRows(rowOptions(config)));
  }
}

function rowOptions(config: AivenConfig): AvroRowOptions {
  return {
    fields: config.fields,
    envelope: config.envelope,
    namespace: `io.aiven.${config.format}.output.schema`,
    avroData: avroDataOptions(config.properties),
    strict: config.format === "avro",
  };
}

/** Keys of Confluent's `AvroDataConfig`, which the original takes from the connector's properties without a prefix. */
function avroDataOptions(properties: Readonly<Record<string, string>>): AvroDataOptions {
  const isTrue = (key: string): boolean => properties[key]?.trim().toLowerCase() === "true";
  return {
    enhanced: isTrue("enhanced.avro.schema.support"),
    connectMetaData: properties["connect.meta.data"]?.trim().toLowerCase() !== "false",
    allowOptionalMapKeys: isTrue("allow.optional.map.keys"),
  };
}

function parquetOptions(config: AivenConfig): ParquetFormatOptions {
  return {
    codec: config.compression,
    rowGroupBytes: ROW_GROUP_BYTES,
    createdBy: `sluice version ${VERSION}`,
    oldListStructure: () => config.properties["connect.parquet.avro.write-old-list-structure"]?.trim() !== "false",
  };
}
