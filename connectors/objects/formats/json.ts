import type { EnvelopeOptions } from "./fields.js";
import type { ObjectFormat } from "./format.js";
import { jsonEnvelopeFormat } from "./json-envelope.js";

/** One JSON array, a record a line. */
export function jsonFormat(options: EnvelopeOptions): ObjectFormat {
  return jsonEnvelopeFormat(options, { start: "[\n", separator: ",\n", end: "\n]" });
}
