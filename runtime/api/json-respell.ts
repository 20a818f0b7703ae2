/** Room that {@link respellJson} may need for each byte of its source: a character beyond U+FFFF grows from 4 bytes to 12. */
export const RESPELLED_JSON_GROWTH = 3;

/**
 * Writes JSON of which `scanJson` says `respell` in Connect's own spelling, without reading it: white space is left out, characters
 * of strings are spelled as `printJson` does. Gives the position after what was written to `target` from `at` on. `target` needs
 * room for `RESPELLED_JSON_GROWTH` times the source.
 */
export function respellJson(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  let p = start;
  while (p < end) {
    const c = source[p]!;
    if (c <= 32) p++;
    else {
      target[at++] = c;
      p++;
      if (c === QUOTE) {
        at = respellString(source, p, target, at);
        p = stringEnd;
      }
    }
  }
  return at;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Where {@link respellString} stopped reading. */
let stringEnd = 0;

/** Copies a string whose first byte after the quote is at `p`, with its closing quote. The source is known to be valid. */
function respellString(source: Uint8Array, p: number, target: Uint8Array, at: number): number {
  for (;;) {
    const c = source[p]!;
    if (c === BACKSLASH) {
      if (source[p + 1] === 117) {
        at = writeCharacter(hexAt(source, p + 2), target, at);
        p += 6;
      } else {
        // A slash is the one character whose short escape Connect does not write.
        if (source[p + 1] !== 47) target[at++] = BACKSLASH;
        target[at++] = source[p + 1]!;
        p += 2;
      }
    } else if (c >= 0xf0) {
      const code =
        ((c & 0x07) << 18) | ((source[p + 1]! & 0x3f) << 12) | ((source[p + 2]! & 0x3f) << 6) | (source[p + 3]! & 0x3f);
      at = writeEscape(0xd800 | ((code - 0x10000) >> 10), target, at);
      at = writeEscape(0xdc00 | (code & 0x3ff), target, at);
      p += 4;
    } else {
      target[at++] = c;
      p++;
      if (c === QUOTE) {
        stringEnd = p;
        return at;
      }
    }
  }
}

/** The short escapes, by the character they stand for. */
const SHORT_ESCAPE = new Uint8Array(128);
for (const [code, letter] of [
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [12, "f"],
  [13, "r"],
  [34, '"'],
  [92, "\\"],
] as const)
  SHORT_ESCAPE[code] = letter.charCodeAt(0);

/** Writes a UTF-16 unit of a string as Connect spells it. Gives the position after it; an escape takes six bytes. */
export function writeCharacter(code: number, target: Uint8Array, at: number): number {
  if (code < 0x80) {
    const letter = SHORT_ESCAPE[code]!;
    if (letter !== 0) {
      target[at++] = BACKSLASH;
      target[at++] = letter;
      return at;
    }
    if (code < 32) return writeEscape(code, target, at);
    target[at++] = code;
    return at;
  }
  if ((code & 0xf800) === 0xd800) return writeEscape(code, target, at);
  if (code < 0x800) target[at++] = 0xc0 | (code >> 6);
  else {
    target[at++] = 0xe0 | (code >> 12);
    target[at++] = 0x80 | ((code >> 6) & 0x3f);
  }
  target[at++] = 0x80 | (code & 0x3f);
  return at;
}

function writeEscape(code: number, target: Uint8Array, at: number): number {
  target[at++] = BACKSLASH;
  target[at++] = 117;
  for (let shift = 12; shift >= 0; shift -= 4) {
    const digit = (code >> shift) & 0xf;
    target[at++] = digit < 10 ? 48 + digit : 55 + digit;
  }
  return at;
}

function hexAt(source: Uint8Array, p: number): number {
  let code = 0;
  for (let i = 0; i < 4; i++) {
    const c = source[p + i]!;
    code = (code << 4) | (c <= 57 ? c - 48 : (c | 32) - 87);
  }
  return code;
}
