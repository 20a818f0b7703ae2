import type { EnvelopeOptions } from "./fields.js";
import type { ObjectFormat } from "./format.js";
import { jsonEnvelopeFormat } from "./json-envelope.js";

/** JSON lines: a record a line, no line end after the last. */
export function jsonlFormat(options: EnvelopeOptions): ObjectFormat {
  return jsonEnvelopeFormat(options, { start: "", separator: "\n", end: "" });
}
