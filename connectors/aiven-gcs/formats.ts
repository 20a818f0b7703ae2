import { ConnectError } from "../../runtime/api/index.js";
import { csvFormat } from "../objects/formats/csv.js";
import type { ObjectFormat } from "../objects/formats/format.js";
import { jsonFormat } from "../objects/formats/json.js";
import { jsonlFormat } from "../objects/formats/jsonl.js";
import type { AivenConfig } from "./config.js";

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
    case "parquet":
      throw new ConnectError("config", `format.output.type ${config.format} is not supported`);
  }
}
