/**
 * JSON bytes as text, by Jackson's rules: a byte order mark decides, else zero bytes at the start mean UTF-16, else UTF-8.
 * Where the bytes are malformed the text ends with a character that no parser accepts.
 */
export function decodeJsonBytes(bytes: Uint8Array): string {
  const view = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view[0] ?? 0;
  if (first > 0 && first < 0x80 && view[1] !== 0) return decodeUtf8(view);
  if (first === 0xef && view[1] === 0xbb && view[2] === 0xbf) return decodeUtf8(view.subarray(3));
  if (view.length >= 2) {
    if (first === 0xff && view[1] === 0xfe) return view.toString("utf16le", 2);
    if (first === 0xfe && view[1] === 0xff) return decodeUtf16BigEndian(view.subarray(2));
    if (first !== 0 && view[1] === 0) return view.toString("utf16le");
    if (first === 0 && view[1] !== 0) return decodeUtf16BigEndian(view);
  }
  return decodeUtf8(view);
}

function decodeUtf16BigEndian(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString("utf16le");
}

function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  // Malformed bytes become U+FFFD; only then is it worth to look closer.
  return !text.includes("\ufffd") || Buffer.from(text).equals(bytes) ? text : decodeLeniently(bytes);
}

/** Ends a text at malformed bytes: no value may contain it, and what comes after the value is not read. */
const MALFORMED = "\u0000";

/**
 * UTF-8 as Jackson reads it: two to four byte sequences whose leading and following bytes have the right bits are accepted
 * even where they encode a surrogate or are longer than needed. What stands for an ASCII character that way is written as an
 * escape, so that it can only be part of a string.
 */
function decodeLeniently(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      at++;
      continue;
    }
    const length = (lead & 0xe0) === 0xc0 ? 2 : (lead & 0xf0) === 0xe0 ? 3 : (lead & 0xf8) === 0xf0 ? 4 : 0;
    if (length === 0) return text + MALFORMED;
    let code = lead & (0xff >> (length + 1));
    for (let i = 1; i < length; i++) {
      const next = bytes[at + i];
      if (next === undefined || (next & 0xc0) !== 0x80) return text + MALFORMED;
      code = (code << 6) | (next & 0x3f);
    }
    text += code < 0x80 ? `\\u${code.toString(16).padStart(4, "0")}` : charactersOf(code);
    at += length;
  }
  return text;
}

function charactersOf(code: number): string {
  if (code < 0x10000) return String.fromCharCode(code);
  return String.fromCharCode(0xd800 | (((code - 0x10000) >> 10) & 0x7ff), 0xdc00 | (code & 0x3ff));
}
