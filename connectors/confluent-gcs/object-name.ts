import type { ConfluentConfig, FormatName } from "./config.js";

/** `topics/orders/partition=0/orders+0+0000000000.json` */
export function objectName(
  config: ConfluentConfig,
  topic: string,
  kafkaPartition: number,
  directory: string,
  startOffset: number,
): string {
  const { topicsDir, directoryDelimiter: delimiter, fileDelimiter } = config;
  const top = topicsDir.trim() === "" ? "" : `${topicsDir}${delimiter}`;
  const offset = String(startOffset).padStart(config.offsetWidth, "0");
  const file = [topic, String(kafkaPartition), offset].join(fileDelimiter);
  return `${top}${topic}${delimiter}${directory}${delimiter}${file}${extensionOf(config, config.format)}`;
}

const PARQUET_EXTENSIONS: Readonly<Record<string, string>> = {
  none: "",
  snappy: ".snappy",
  gzip: ".gz",
  lzo: ".lzo",
  brotli: ".br",
  zstd: ".zstd",
  lz4: ".lz4hadoop",
  lz4_raw: ".lz4raw",
};

export function extensionOf(config: ConfluentConfig, format: FormatName): string {
  const gzip = config.gzip ? ".gz" : "";
  switch (format) {
    case "avro":
      return ".avro";
    case "json":
      return `.json${gzip}`;
    case "bytes":
      return config.bytesExtension + gzip;
    case "parquet":
      return `${PARQUET_EXTENSIONS[config.parquetCodec] ?? ""}.parquet`;
  }
}

/** Name of the object that holds the keys or headers of the records of `name`. */
export function sideObjectName(
  config: ConfluentConfig,
  name: string,
  side: "keys" | "headers",
  format: FormatName,
): string {
  const extension = extensionOf(config, config.format);
  const stem = extension !== "" && name.endsWith(extension) ? name.slice(0, -extension.length) : name;
  return `${stem}.${side}${extensionOf(config, format)}`;
}
