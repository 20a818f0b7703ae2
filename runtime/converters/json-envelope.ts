import { ConnectError, parseJson, parseJsonAt, type Schema } from "../api/index.js";
import { readJsonSchema } from "./json-schema.js";
import type { JsonNode } from "./json-data.js";

/** An envelope taken apart: its schema, and its payload as parsed JSON. */
export interface Envelope {
  readonly schema: Schema | null;
  readonly payload: JsonNode;
}

const OPENING = '{"schema":';
const BETWEEN = ',"payload":';

/** Beginnings of envelopes that are tried before a text is read in full. */
const MAX_BEGINNINGS = 8;

/**
 * Reads `{"schema": ..., "payload": ...}`. Records of a topic mostly begin with the very same schema text, so the beginning up to the
 * payload is remembered with the schema it holds, and neither parsed nor built again.
 */
export class EnvelopeReader {
  readonly #replaceNullWithDefault: boolean;
  readonly #maxSchemas: number;
  readonly #beginnings: { readonly text: string; readonly schema: Schema | null }[] = [];
  /** By the schema's own text. */
  readonly #schemas = new Map<string, Schema | null>();

  constructor(replaceNullWithDefault: boolean, maxSchemas: number) {
    this.#replaceNullWithDefault = replaceNullWithDefault;
    this.#maxSchemas = maxSchemas;
  }

  /**
   * Throws ConnectError `data` with Connect's text for what is no envelope or has a wrong schema, and the parser's own error for
   * what is no JSON.
   */
  read(text: string): Envelope {
    for (const beginning of this.#beginnings) {
      if (!text.startsWith(beginning.text)) continue;
      const payload = payloadAt(text, beginning.text.length);
      if (payload !== undefined) return { schema: beginning.schema, payload };
      break;
    }
    return this.#readCanonical(text) ?? this.#readAny(text);
  }

  /** Reads an envelope in the spelling that JsonConverter writes; null for any other. */
  #readCanonical(text: string): Envelope | null {
    if (!text.startsWith(OPENING)) return null;
    const { value, end } = parseJsonAt(text, OPENING.length);
    if (!text.startsWith(BETWEEN, end)) return null;
    const payload = payloadAt(text, end + BETWEEN.length);
    if (payload === undefined) return null;
    const schema = this.#schemaOf(text.slice(OPENING.length, end), value);
    if (this.#beginnings.length === MAX_BEGINNINGS) this.#beginnings.pop();
    this.#beginnings.unshift({ text: detached(text.slice(0, end + BETWEEN.length)), schema });
    return { schema, payload };
  }

  #readAny(text: string): Envelope {
    const node = parseJson(text);
    if (!(node instanceof Map) || node.size !== 2 || !node.has("schema") || !node.has("payload"))
      throw new ConnectError(
        "data",
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields.' +
          " If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.",
      );
    const json: JsonNode = node.get("schema");
    return { schema: this.#schemaOf(null, json), payload: node.get("payload") };
  }

  #schemaOf(text: string | null, json: JsonNode): Schema | null {
    const known = text === null ? undefined : this.#schemas.get(text);
    if (known !== undefined) return known;
    const schema = readJsonSchema(json, this.#replaceNullWithDefault);
    if (text !== null && this.#schemas.size < this.#maxSchemas) this.#schemas.set(detached(text), schema);
    return schema;
  }
}

/** A copy that does not keep the text alive from which it was cut. */
function detached(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}

/** The payload at `at`, or undefined where the envelope does not end after it. */
function payloadAt(text: string, at: number): JsonNode {
  const { value, end } = parseJsonAt(text, at);
  return /\s*\}/y.test(text.slice(end, end + 16)) ? value : undefined;
}
