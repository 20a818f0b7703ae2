import { Decimal } from "./decimal.js";
import { ConnectError } from "./errors.js";
import { JavaDateFormat } from "./java-date-format.js";
import { javaTrim } from "./config-def.js";
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from "./logical-types.js";
import {
  arraySchema,
  BOOLEAN,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  INT8,
  mapSchema,
  Schema,
  STRING,
} from "./schema.js";
import type { SchemaAndValue } from "./sink-record.js";
import { alignWith, mergeSchemas } from "./values-merge.js";
import { ValueTokens } from "./values-tokens.js";

/** Deeper texts are taken as strings: Java would end in a stack overflow, which makes a header bytes. */
const MAX_DEPTH = 500;

/**
 * Connect's `Values.parseString`: the value that a header's text most likely stands for. `null`, `true`, `false`, numbers (the
 * narrowest type), ISO dates, times and timestamps by their length, `[...]` and `{...}`; everything else is the text itself.
 */
export function parseValue(text: string): SchemaAndValue {
  if (text === "") return { schema: STRING, value: text };
  return new ValueParser(text).parse(false, 0) ?? { schema: null, value: null };
}

/** `new BigDecimal(text)`, or null where Java would throw. */
export function parseDecimalOrNull(text: string): Decimal | null {
  try {
    return Decimal.parse(text);
  } catch (error) {
    if (error instanceof ConnectError) return null;
    throw error;
  }
}

class ValueParser {
  readonly #tokens: ValueTokens;

  constructor(private readonly text: string) {
    this.#tokens = new ValueTokens(text);
  }

  /** Null is the value null. Throws ConnectError `data` for an embedded value that is none. */
  parse(embedded: boolean, depth: number): SchemaAndValue | null {
    const tokens = this.#tokens;
    if (depth > MAX_DEPTH) throw new ConnectError("data", "Nested too deep");
    if (!tokens.hasNext()) return null;
    if (embedded && tokens.consume('"')) return this.#quoted();
    if (this.#isLiteral(embedded, "null")) return null;
    if (this.#isLiteral(embedded, "true")) return { schema: BOOLEAN, value: true };
    if (this.#isLiteral(embedded, "false")) return { schema: BOOLEAN, value: false };
    const start = tokens.mark();
    try {
      if (tokens.consume("[")) return this.#array(depth);
      if (tokens.consume("{")) return this.#map(depth);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      tokens.rewindTo(start);
    }
    const token = tokens.next();
    const trimmed = javaTrim(token);
    return trimmed === "" ? { schema: STRING, value: token } : this.#scalar(embedded, trimmed);
  }

  /** A literal of the top level must be all there is. */
  #isLiteral(embedded: boolean, literal: string): boolean {
    const start = this.#tokens.mark();
    if (this.#tokens.consume(literal) && (embedded || !this.#tokens.hasNext())) return true;
    this.#tokens.rewindTo(start);
    return false;
  }

  #scalar(embedded: boolean, token: string): SchemaAndValue {
    const startsWithDigit = /^\d/.test(token);
    const temporal = startsWithDigit ? this.#temporal(token) : null;
    if (temporal !== null) return temporal;
    if (startsWithDigit || token.startsWith("+") || token.startsWith("-")) {
      const decimal = parseDecimalOrNull(token);
      if (decimal !== null) return numberOf(decimal);
    }
    if (embedded) throw new ConnectError("data", "Failed to parse embedded value");
    return { schema: STRING, value: this.text };
  }

  /** Times and timestamps are five tokens, since an unescaped colon is one. */
  #temporal(token: string): SchemaAndValue | null {
    const position = this.#tokens.mark();
    const rest = this.#tokens.nextText(4);
    const temporal = rest === null ? null : temporalOf(token + rest);
    if (temporal !== null) return temporal;
    this.#tokens.rewindTo(position);
    return temporalOf(token);
  }

  #quoted(): SchemaAndValue {
    let content = "";
    while (this.#tokens.hasNext() && !this.#tokens.consume('"')) content += this.#tokens.next();
    return temporalOf(content) ?? { schema: STRING, value: content };
  }

  #array(depth: number): SchemaAndValue {
    const tokens = this.#tokens;
    const items: unknown[] = [];
    let common: Schema | null | undefined;
    while (tokens.hasNext()) {
      if (tokens.consume("]")) {
        if (common === null || common === undefined) return { schema: new Schema("ARRAY"), value: items };
        const itemSchema = common;
        const value = items.map((item) => alignWith(itemSchema, item));
        return { schema: arraySchema(itemSchema), value };
      }
      if (tokens.consume(",")) throw new ConnectError("data", "Unable to parse an empty array element");
      const item = this.parse(true, depth + 1);
      common = merge(common, item);
      items.push(item === null ? null : item.value);
      const position = tokens.mark();
      if (tokens.consume("]")) tokens.rewindTo(position);
      else if (!tokens.consume(",")) throw new ConnectError("data", "Array elements missing ',' delimiter");
    }
    throw new ConnectError("data", "Array is missing its end");
  }

  #map(depth: number): SchemaAndValue {
    const tokens = this.#tokens;
    const entries = new Map<unknown, unknown>();
    let keys: Schema | null | undefined;
    let values: Schema | null | undefined;
    while (tokens.hasNext()) {
      if (tokens.consume("}")) return alignedMap(entries, keys ?? null, values ?? null);
      if (tokens.consume(",")) throw new ConnectError("data", "Unable to parse a map entry with no key or value");
      const key = this.parse(true, depth + 1);
      if (key === null) throw new ConnectError("data", "Map entry may not have a null key");
      if (!tokens.consume(":")) throw new ConnectError("data", "Map entry is missing ':'");
      const value = this.parse(true, depth + 1);
      entries.set(key.value, value === null ? null : value.value);
      tokens.consume(",");
      keys = merge(keys, key);
      values = merge(values, value);
    }
    throw new ConnectError("data", "Map is missing its end");
  }
}

function alignedMap(entries: Map<unknown, unknown>, keys: Schema | null, values: Schema | null): SchemaAndValue {
  if (keys === null) return { schema: new Schema("MAP"), value: entries };
  const aligned = new Map<unknown, unknown>();
  for (const [key, value] of entries)
    aligned.set(alignWith(keys, key), values === null ? value : alignWith(values, value));
  return { schema: values === null ? new Schema("MAP", { keySchema: keys }) : mapSchema(keys, values), value: aligned };
}

/** Undefined: nothing seen so far; null: no schema is common, for good. */
function merge(common: Schema | null | undefined, latest: SchemaAndValue | null): Schema | null | undefined {
  if (latest === null || latest.schema === null || common === null) return common;
  return common === undefined ? latest.schema : mergeSchemas(common, latest.schema);
}

/** The narrowest type that holds the number: integers by size, then float32 (even where it is not exact), float64, Decimal. */
function numberOf(decimal: Decimal): SchemaAndValue {
  const integer = exactInteger(decimal);
  if (integer !== null) {
    if (BigInt.asIntN(8, integer) === integer) return { schema: INT8, value: Number(integer) };
    if (BigInt.asIntN(16, integer) === integer) return { schema: INT16, value: Number(integer) };
    if (BigInt.asIntN(32, integer) === integer) return { schema: INT32, value: Number(integer) };
    return { schema: INT64, value: Number.isSafeInteger(Number(integer)) ? Number(integer) : integer };
  }
  const double = decimal.toNumber();
  const float = Math.fround(double);
  if (Number.isFinite(float) && decimal.scale !== 0) return { schema: FLOAT32, value: float };
  if (Number.isFinite(double) && decimal.scale !== 0) return { schema: FLOAT64, value: double };
  return { schema: decimalSchema(decimal.scale), value: decimal };
}

/** The number where it is whole and fits 64 bits. */
function exactInteger(decimal: Decimal): bigint | null {
  if (decimal.unscaled === 0n) return 0n;
  if (Math.abs(decimal.toNumber()) > 1e19) return null;
  const whole = decimal.rescale(0)?.unscaled;
  return whole !== undefined && BigInt.asIntN(64, whole) === whole ? whole : null;
}

const FORMATS = [
  { length: 13, schema: timeSchema(), format: new JavaDateFormat("HH:mm:ss.SSS'Z'") },
  { length: 24, schema: timestampSchema(), format: new JavaDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'") },
  { length: 10, schema: dateSchema(), format: new JavaDateFormat("yyyy-MM-dd") },
];

/** A date, time or timestamp: its length says which. Colons may be escaped. */
function temporalOf(token: string): SchemaAndValue | null {
  const text = token.replaceAll("\\:", ":");
  const kind = FORMATS.find(({ length }) => length === text.length);
  // None of the formats has a two-digit year.
  const ms = kind?.format.parse(text, 0) ?? null;
  return kind === undefined || ms === null ? null : { schema: kind.schema, value: new Date(ms) };
}
