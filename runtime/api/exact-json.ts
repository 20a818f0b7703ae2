import { ConnectError } from "./errors.js";
import { ExactNumber } from "./exact-number.js";
import { formatDouble } from "./java-number.js";
import { decodeJsonBytes } from "./json-encoding.js";
import { jacksonError } from "./json-tree.js";

/** Limits of Jackson's `StreamReadConstraints`. */
export const MAX_JSON_DEPTH = 1000;
export const MAX_JSON_NAME_LENGTH = 50_000;
export const MAX_JSON_STRING_LENGTH = 20_000_000;
export const MAX_JSON_NUMBER_LENGTH = 1000;

/**
 * Reads the JSON value at the start of `text` as schemaless Connect data (see the table in `schema.ts`) without losing a digit:
 * integers of any size are `number` or `bigint`, other numbers `number` where Java would print the same text, else
 * {@link ExactNumber}. Objects are `Map`s in the text's order; of duplicate names the last value counts, at the first's place.
 *
 * As lenient as Jackson in Connect's JsonConverter: leading zeros are dropped, what follows the first value is not read, and
 * text without any value is null. Throws ConnectError `data` otherwise; its message names a position and no content.
 */
export function parseJson(text: string): unknown {
  return new Parser(text).document();
}

/** A value read from the middle of a text, and the position after it. */
export interface JsonAt {
  readonly value: unknown;
  readonly end: number;
}

/** Reads one value that starts at `at`, where white space may come first. Throws ConnectError `data`. */
export function parseJsonAt(text: string, at: number): JsonAt {
  return new Parser(text).member(at);
}

/** {@link parseJson} over bytes in UTF-8 (a byte order mark is skipped) or, as Jackson detects it, UTF-16. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  return parseJson(decodeJsonBytes(bytes));
}

/** Names that were met, by a hash of their characters. */
const KNOWN_NAMES_MASK = 1023;
const KNOWN_NAMES = new Array<string>(KNOWN_NAMES_MASK + 1).fill("");
const MAX_KNOWN_LENGTH = 64;

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const COLON = 58;

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    if (Number.isNaN(this.#skipSpace())) return null;
    const startsNumber = isNumberStart(this.#text.charCodeAt(this.#at));
    const value = this.#value();
    // Jackson does not look beyond the first value, except that a number must end at white space.
    if (startsNumber && this.#at < this.#text.length && !isSpace(this.#text.charCodeAt(this.#at))) throw this.#error();
    return value;
  }

  member(at: number): JsonAt {
    this.#at = at;
    this.#skipSpace();
    const value = this.#value();
    return { value, end: this.#at };
  }

  /** Moves to the next character that is no white space and gives it; NaN at the end. */
  #skipSpace(): number {
    const text = this.#text;
    let at = this.#at;
    let c = text.charCodeAt(at);
    while (isSpace(c)) c = text.charCodeAt(++at);
    this.#at = at;
    return c;
  }

  /** The value that starts at the present character. */
  #value(): unknown {
    switch (this.#text.charCodeAt(this.#at)) {
      case QUOTE:
        return this.#string(MAX_JSON_STRING_LENGTH);
      case 123:
        return this.#object();
      case 91:
        return this.#array();
      case 116:
        return this.#word("true", true);
      case 102:
        return this.#word("false", false);
      case 110:
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(): Map<string, unknown> {
    if (++this.#depth > MAX_JSON_DEPTH) throw this.#error("nesting too deep");
    const map = new Map<string, unknown>();
    this.#at++;
    if (this.#skipSpace() === 125) this.#at++;
    else
      for (;;) {
        if (this.#text.charCodeAt(this.#at) !== QUOTE) throw this.#error();
        const name = this.#name();
        if (this.#skipSpace() !== COLON) throw this.#error();
        this.#at++;
        this.#skipSpace();
        map.set(name, this.#value());
        if (!this.#continues(125)) break;
      }
    this.#depth--;
    return map;
  }

  #array(): unknown[] {
    if (++this.#depth > MAX_JSON_DEPTH) throw this.#error("nesting too deep");
    const items: unknown[] = [];
    this.#at++;
    if (this.#skipSpace() === 93) this.#at++;
    else
      for (;;) {
        items.push(this.#value());
        if (!this.#continues(93)) break;
      }
    this.#depth--;
    return items;
  }

  /** After a member: true and at the next one after a comma, false after `close`. */
  #continues(close: number): boolean {
    const c = this.#skipSpace();
    if (c !== COMMA && c !== close) throw this.#error();
    this.#at++;
    if (c === close) return false;
    this.#skipSpace();
    return true;
  }

  #word<T>(word: string, value: T): T {
    const end = this.#at + word.length;
    const next = this.#text.charCodeAt(end);
    // A zero at the end stands for malformed bytes, which Jackson decodes here.
    const isMalformed = next === 0 && end === this.#text.length - 1;
    if (!this.#text.startsWith(word, this.#at) || isMalformed || isWordPart(next)) throw this.#error();
    this.#at = end;
    return value;
  }

  #string(limit: number): string {
    const text = this.#text;
    const start = ++this.#at;
    for (let at = start; ; at++) {
      const c = text.charCodeAt(at);
      if (c === QUOTE) {
        this.#at = at + 1;
        if (at - start > limit) throw this.#error("name or string too long");
        return text.slice(start, at);
      }
      if (c === BACKSLASH) return this.#escapedString(start, at, limit);
      // Also true for NaN, the end of the text.
      if (!(c >= 32)) {
        this.#at = at;
        throw this.#error();
      }
    }
  }

  /** A member's name: the same string for the same text, mostly, so that a Map need not hash it again. */
  #name(): string {
    const text = this.#text;
    const start = this.#at + 1;
    let hash = 0;
    for (let at = start; ; at++) {
      const c = text.charCodeAt(at);
      if (c === QUOTE) {
        const known = KNOWN_NAMES[hash & KNOWN_NAMES_MASK]!;
        if (known.length !== at - start || !text.startsWith(known, start)) break;
        this.#at = at + 1;
        return known;
      }
      if (!(c >= 32) || c === BACKSLASH || at - start > MAX_KNOWN_LENGTH) break;
      hash = (Math.imul(hash, 31) + c) | 0;
    }
    const name = this.#string(MAX_JSON_NAME_LENGTH);
    if (this.#at - start === name.length + 1 && name.length <= MAX_KNOWN_LENGTH)
      // Not a part of the text, which would stay in memory with it.
      KNOWN_NAMES[hash & KNOWN_NAMES_MASK] = Buffer.from(name, "utf16le").toString("utf16le");
    return name;
  }

  /** A string whose first backslash is at `at`. */
  #escapedString(start: number, at: number, limit: number): string {
    const text = this.#text;
    let result = "";
    for (let from = start; ;) {
      const c = text.charCodeAt(at);
      if (c === BACKSLASH) {
        result += text.slice(from, at);
        this.#at = at + 1;
        result += this.#escape();
        at = from = this.#at;
      } else if (c === QUOTE) {
        this.#at = at + 1;
        result += text.slice(from, at);
        if (result.length > limit) throw this.#error("name or string too long");
        return result;
      } else if (c >= 32) at++;
      else {
        this.#at = at;
        throw this.#error();
      }
    }
  }

  /** The character that the escape after a backslash stands for. */
  #escape(): string {
    const c = this.#text.charAt(this.#at);
    const simple = ESCAPES[c];
    if (simple !== undefined) {
      this.#at++;
      return simple;
    }
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (c !== "u" || !/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error();
    this.#at += 5;
    return String.fromCharCode(parseInt(digits, 16));
  }

  #number(): number | bigint | ExactNumber {
    const text = this.#text;
    const start = this.#at;
    const negative = text.charCodeAt(start) === 45;
    const first = negative ? start + 1 : start;
    let at = first;
    let whole = 0;
    let c = text.charCodeAt(at);
    while (c >= 48 && c <= 57) {
      whole = whole * 10 + c - 48;
      c = text.charCodeAt(++at);
    }
    this.#at = at;
    if (at === first) throw this.#error();
    if (c === 46) {
      const value = this.#shortFraction(first, whole);
      if (value !== null) return negative ? -value : value;
    }
    if (c === 46 || c === 101 || c === 69) return this.#float(start, first);
    if (at - start > MAX_JSON_NUMBER_LENGTH) throw this.#error("number too long");
    if (at - first <= 15) return negative ? 0 - whole : whole;
    const exact = BigInt(text.slice(first, at));
    const value = negative ? -exact : exact;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  /**
   * A number of at most 15 digits that Java prints as it stands: such digits name one float64, and it is their shortest text. Null, and
   * nothing read, for any other.
   */
  #shortFraction(first: number, whole: number): number | null {
    const text = this.#text;
    const point = this.#at;
    let at = point + 1;
    let digits = whole;
    let c = text.charCodeAt(at);
    while (c >= 48 && c <= 57) {
      digits = digits * 10 + c - 48;
      c = text.charCodeAt(++at);
    }
    const isShort = at - first <= 16 && whole < 1e7 && (point === first + 1 || text.charCodeAt(first) !== 48);
    // Java prints no zero at the end, and smaller numbers with an exponent.
    if (!isShort || c === 101 || c === 69 || at === point + 1 || text.charCodeAt(at - 1) === 48) return null;
    const value = digits / POWERS_OF_TEN[at - point - 1]!;
    if (value < 1e-3) return null;
    this.#at = at;
    return value;
  }

  /** A number with a fraction or an exponent, from its whole part's end on. `first` is its first digit. */
  #float(start: number, first: number): number | ExactNumber {
    const wholeEnd = this.#at;
    if (this.#text.charCodeAt(this.#at) === 46) this.#digits();
    const fractionEnd = this.#at;
    const c = this.#text.charCodeAt(this.#at);
    if (c === 101 || c === 69) {
      const sign = this.#text.charCodeAt(this.#at + 1);
      if (sign === 43 || sign === 45) this.#at++;
      this.#digits();
    }
    const end = this.#at;
    if (end - start > MAX_JSON_NUMBER_LENGTH) throw this.#error("number too long");
    // Java's BigDecimal keeps the exponent less the fraction digits as a 32-bit scale.
    if (end - fractionEnd > 9) this.#checkExponent(fractionEnd, end, fractionEnd - wholeEnd);
    let from = first;
    while (from < wholeEnd - 1 && this.#text.charCodeAt(from) === 48) from++;
    const digits = this.#text.slice(from, end);
    const source = first === start ? digits : `-${digits}`;
    const value = Number(source);
    return formatDouble(value) === source && !Number.isInteger(value) ? value : new ExactNumber(source);
  }

  #checkExponent(start: number, end: number, fractionLength: number): void {
    const scale = Math.max(fractionLength - 1, 0) - Number(this.#text.slice(start + 1, end));
    if (!(scale < 2 ** 31 && scale > -(2 ** 31))) throw this.#error("exponent out of range");
  }

  /** Skips the present character and the digits after it, at least one. */
  #digits(): void {
    const start = ++this.#at;
    let c = this.#text.charCodeAt(this.#at);
    while (c >= 48 && c <= 57) c = this.#text.charCodeAt(++this.#at);
    if (this.#at === start) throw this.#error();
  }

  #error(what?: string): ConnectError {
    const known = what === undefined ? jacksonError(this.#text) : null;
    if (known !== null) return known;
    const end = this.#at >= this.#text.length ? "unexpected end" : "unexpected character";
    return new ConnectError("data", `Invalid JSON: ${what ?? end} at character ${this.#at}`, {
      javaClass: "com.fasterxml.jackson.core.JsonParseException",
    });
  }
}

const POWERS_OF_TEN = Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

const ESCAPES: Readonly<Record<string, string>> = Object.assign(Object.create(null) as Record<string, string>, {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
});

function isSpace(c: number): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

function isNumberStart(c: number): boolean {
  return c === 45 || (c >= 48 && c <= 57);
}

/** A character that would make `true`, `false` or `null` another word. */
function isWordPart(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c > 127;
}
