import { ConnectError } from "./errors.js";

/**
 * JSON as Jackson's byte parser reads it for REST: scalars keep their source text, of equal names the last counts, a byte order
 * mark is passed over, anything after the value is an error. Messages begin as Jackson's do, and name no more than one token.
 */
export type JsonNode = JsonScalar | JsonArray | JsonObject;

export interface JsonScalar {
  readonly kind: "string" | "number" | "boolean" | "null";
  /** The string's value, else the source text. */
  readonly text: string;
  readonly at: number;
}

export interface JsonArray {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
  readonly at: number;
}

export interface JsonObject {
  readonly kind: "object";
  /** In the order of the text. */
  readonly members: ReadonlyMap<string, JsonNode>;
  readonly at: number;
}

/** Limits of Jackson's `StreamReadConstraints`. */
const MAX_DEPTH = 1000;
const MAX_NUMBER_LENGTH = 1000;

const LITERALS: Readonly<Record<string, JsonScalar["kind"]>> = { true: "boolean", false: "boolean", null: "null" };
const PARSE_ERROR = "com.fasterxml.jackson.core.JsonParseException";
const EXPECTED = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** What Jackson says of a text that is no JSON; null where it reads at least one value. */
export function jacksonError(text: string): ConnectError | null {
  try {
    new Parser(text).first();
    return null;
  } catch (error) {
    if (error instanceof ConnectError) return error;
    throw error;
  }
}

/** Null for bytes without any value. Throws ConnectError `data`. */
export function parseJsonTree(bytes: Uint8Array): JsonNode | null {
  return new Parser(decode(bytes)).document();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConnectError("data", "Invalid UTF-8 in the request body");
  }
}

/** Where Jackson says that something went wrong. */
export function jsonLocation(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  return (
    "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " +
    `line: ${line}, column: ${column}]`
  );
}

class Parser {
  #at = 0;
  #depth = 0;
  /** What the value that is read stands in. */
  #around: "Object" | "Array" = "Object";

  constructor(readonly text: string) {}

  document(): JsonNode | null {
    this.#space();
    if (this.#at === this.text.length) return null;
    const node = this.#value();
    this.#space();
    // Jackson looks for a next token, so that a bad one is reported as what it is.
    if (this.#at < this.text.length) {
      this.#value();
      throw this.#fail("Trailing token found after value");
    }
    return node;
  }

  /** The first value; what follows it is not looked at. */
  first(): JsonNode {
    this.#space();
    return this.#value();
  }

  #space(): void {
    while (" \t\r\n".includes(this.text[this.#at] ?? "x")) this.#at++;
  }

  #fail(message: string, at = this.#at): ConnectError {
    return new ConnectError("data", message + jsonLocation(this.text, at), { javaClass: PARSE_ERROR });
  }

  #unexpected(expected: string): ConnectError {
    const code = this.text.codePointAt(this.#at)!;
    return this.#fail(`Unexpected character ('${String.fromCodePoint(code)}' (code ${code})): ${expected}`);
  }

  #value(): JsonNode {
    const at = this.#at;
    const char = this.text[at];
    if (char === "{") return this.#object();
    if (char === "[") return this.#array();
    if (char === '"') return { kind: "string", text: this.#string(), at };
    const number = this.#take(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z_$.+-])/y);
    if (number !== null) {
      if (number.length > MAX_NUMBER_LENGTH)
        throw this.#fail(
          `Number value length (${number.length}) exceeds the maximum allowed (${MAX_NUMBER_LENGTH}, ` +
            "from `StreamReadConstraints.getMaxNumberLength()`)",
        );
      return { kind: "number", text: number, at };
    }
    const word = this.#take(/[A-Za-z_$][A-Za-z0-9_$]*/y);
    if (word === null)
      throw char === undefined
        ? this.#ended(this.#depth > 0 ? ` within/between ${this.#around} entries` : "")
        : this.#unexpected(`expected a valid value ${EXPECTED.slice(14)}`);
    const kind = Object.hasOwn(LITERALS, word) ? LITERALS[word] : undefined;
    if (kind === undefined) throw this.#fail(`Unrecognized token '${word.slice(0, 256)}': ${EXPECTED}`);
    return { kind, text: word, at };
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.#at += match[0].length;
    return match[0];
  }

  /** The text ended in an object or array that began at `start`. */
  #unclosed(what: string, start: number): ConnectError {
    const marker = jsonLocation(this.text, start).slice("\n at ".length);
    return this.#ended(`: expected close marker for ${what} (start marker at ${marker})`);
  }

  #ended(where: string): ConnectError {
    const message = `Unexpected end-of-input${where}${jsonLocation(this.text, this.#at)}`;
    return new ConnectError("data", message, { javaClass: "com.fasterxml.jackson.core.io.JsonEOFException" });
  }

  #enter(): void {
    if (++this.#depth > MAX_DEPTH)
      throw this.#fail(
        `Document nesting depth (${this.#depth}) exceeds the maximum allowed (${MAX_DEPTH}, ` +
          "from `StreamReadConstraints.getMaxNestingDepth()`)",
      );
    this.#at++;
    this.#space();
  }

  #object(): JsonObject {
    const at = this.#at;
    const members = new Map<string, JsonNode>();
    this.#enter();
    while (this.text[this.#at] !== "}") {
      if (this.#at >= this.text.length) throw this.#unclosed("Object", at);
      if (this.text[this.#at] !== '"') throw this.#unexpected("was expecting double-quote to start field name");
      const name = this.#string();
      this.#space();
      if (this.#at >= this.text.length) throw this.#ended(" within/between Object entries");
      if (this.text[this.#at] !== ":") throw this.#unexpected("was expecting a colon to separate field name and value");
      this.#at++;
      this.#space();
      this.#around = "Object";
      members.set(name, this.#value());
      this.#separator("}", "Object", at);
    }
    this.#at++;
    this.#depth--;
    return { kind: "object", members, at };
  }

  #array(): JsonArray {
    const at = this.#at;
    const items: JsonNode[] = [];
    this.#enter();
    while (this.text[this.#at] !== "]") {
      if (this.#at >= this.text.length) throw this.#unclosed("Array", at);
      this.#around = "Array";
      items.push(this.#value());
      this.#separator("]", "Array", at);
    }
    this.#at++;
    this.#depth--;
    return { kind: "array", items, at };
  }

  /** To the next member after a comma, or to the closing mark. */
  #separator(close: string, what: string, start: number): void {
    this.#space();
    if (this.#at >= this.text.length) throw this.#unclosed(what, start);
    if (this.text[this.#at] === close) return;
    if (this.text[this.#at] !== ",") throw this.#unexpected(`was expecting comma to separate ${what} entries`);
    this.#at++;
    this.#space();
    if (this.#at >= this.text.length) throw this.#ended(` within/between ${what} entries`);
    if (this.text[this.#at] === close)
      throw this.#unexpected(what === "Object" ? "was expecting double-quote to start field name" : EXPECTED);
  }

  #string(): string {
    let value = "";
    this.#at++;
    for (;;) {
      // eslint-disable-next-line no-control-regex -- JSON forbids exactly these
      value += this.#take(/[^"\\\u0000-\u001f]*/y)!;
      const char = this.text[this.#at];
      if (char === undefined) throw this.#ended(": was expecting closing quote for a string value");
      this.#at++;
      if (char === '"') return value;
      if (char !== "\\") {
        const code = char.charCodeAt(0);
        throw this.#fail(
          `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in string value`,
        );
      }
      const hex = this.#take(/u[0-9a-fA-F]{4}/y);
      const escaped = this.text[this.#at] ?? "";
      if (hex !== null) value += String.fromCharCode(parseInt(hex.slice(1), 16));
      else if (Object.hasOwn(ESCAPES, escaped)) {
        value += ESCAPES[escaped]!;
        this.#at++;
      } else throw this.#fail(`Unrecognized character escape '${escaped}' (code ${escaped.codePointAt(0) ?? -1})`);
    }
  }
}
