import { RESPELLED_JSON_GROWTH, respellJson, writeCharacter } from "./json-respell.js";

/** Up to here a loop over the characters is faster than native code. */
const BY_HAND_LENGTH = 40;

// eslint-disable-next-line no-control-regex -- these are the characters that need an escape
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

const QUOTE = 34;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const BACKSLASH = 92;

/**
 * JSON text on its way out, as bytes: built as a string it would be put together from many parts, then flattened, then encoded.
 * Strings are spelled as Jackson does: the shortest escapes, upper-case hexadecimal, characters beyond U+FFFF as two escapes.
 */
export class JsonOutput {
  buffer = Buffer.allocUnsafeSlow(4096);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  text(): string {
    return this.buffer.toString("utf8", 0, this.length);
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.buffer[this.length++] = byte;
  }

  /** Text of ASCII characters only. */
  ascii(text: string): void {
    this.#reserve(text.length);
    if (text.length > BY_HAND_LENGTH) this.length += this.buffer.write(text, this.length, "latin1");
    else {
      const { buffer } = this;
      let at = this.length;
      for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
      this.length = at;
    }
  }

  /** Bytes [start, end) of `source`, which are JSON already. */
  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    if (end - start > BY_HAND_LENGTH) this.length += source.copy(this.buffer, this.length, start, end);
    else {
      const { buffer } = this;
      let at = this.length;
      for (let i = start; i < end; i++) buffer[at++] = source[i]!;
      this.length = at;
    }
  }

  bytes(bytes: Buffer): void {
    this.copy(bytes, 0, bytes.length);
  }

  /** JSON of which `scanJson` says `respell`. */
  respelled(source: Buffer, start: number, end: number): void {
    this.#reserve((end - start) * RESPELLED_JSON_GROWTH);
    this.length = respellJson(source, start, end, this.buffer, this.length);
  }

  /** UTF-8 [start, end) of `source`, which is valid, as a string. */
  utf8String(source: Buffer, start: number, end: number): void {
    if (!isPlainText(source, start, end)) this.string(source.toString("utf8", start, end));
    else {
      this.byte(QUOTE);
      this.copy(source, start, end);
      this.byte(QUOTE);
    }
  }

  /** A safe integer. */
  integer(value: number): void {
    if (value < 0 || value > 0x7fff_ffff) {
      this.ascii(String(value));
      return;
    }
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    this.#reserve(digits);
    let rest = value | 0;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      this.buffer[at] = 48 + rest - tenth * 10;
      rest = tenth;
    }
    this.length += digits;
  }

  /**
   * A number with up to four digits behind the point and at most 15 in all, as Java prints it; false, and nothing written, for any other.
   * Such digits name one float64 and are its shortest text.
   */
  shortFraction(value: number): boolean {
    const magnitude = Math.abs(value);
    if (!(magnitude >= 1e-3 && magnitude < 1e7)) return false;
    for (let digits = 1, power = 10; digits <= 4; digits++, power *= 10) {
      const scaled = Math.round(magnitude * power);
      if (scaled / power !== magnitude) continue;
      const whole = Math.floor(scaled / power);
      if (value < 0) this.byte(MINUS);
      this.integer(whole);
      this.byte(POINT);
      const fraction = scaled - whole * power;
      for (let unit = power / 10; unit > fraction && unit > 1; unit /= 10) this.byte(ZERO);
      this.integer(fraction);
      return true;
    }
    return false;
  }

  /** `text` with its quotes. A lone surrogate is escaped as it is. */
  string(text: string): void {
    // An escape takes six bytes.
    this.#reserve(text.length * 6 + 2);
    const { buffer } = this;
    let at = this.length;
    buffer[at++] = QUOTE;
    if (text.length > BY_HAND_LENGTH && !NEEDS_ESCAPE.test(text)) at += buffer.write(text, at, "utf8");
    else
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code < 128 && code >= 32 && code !== QUOTE && code !== BACKSLASH) buffer[at++] = code;
        else at = writeCharacter(code, buffer, at);
      }
    buffer[at++] = QUOTE;
    this.length = at;
  }

  /** {@link string} as text. */
  quoted(text: string): string {
    this.clear();
    this.string(text);
    return this.text();
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/** True where UTF-8 text needs no escape in a JSON string: no control, quote or backslash, nothing beyond U+FFFF. */
function isPlainText(buffer: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!;
    if (byte < 32 || byte === QUOTE || byte === BACKSLASH || byte >= 0xf0) return false;
  }
  return true;
}
