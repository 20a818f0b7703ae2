/** Position after the UTF-8 sequence whose lead byte (>= 0x80) is at `p`, or -1 where it is malformed or ends beyond `end`. */
export function utf8SequenceEnd(b: Uint8Array, p: number, end: number): number {
  const lead = b[p]!;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (p + length > end) return -1;
  const second = b[p + 1]!;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return -1;
  for (let i = 2; i < length; i++) if ((b[p + i]! & 0xc0) !== 0x80) return -1;
  return p + length;
}

/** True where the bytes [start, end) are valid UTF-8. Allocates nothing. */
export function isUtf8(b: Uint8Array, start: number, end: number): boolean {
  let p = start;
  while (p < end) {
    if (b[p]! < 0x80) p++;
    else if ((p = utf8SequenceEnd(b, p, end)) < 0) return false;
  }
  return true;
}

/**
 * UTF-8 as the JDK's `new String(bytes, UTF_8)` reads it. Malformed sequences become U+FFFD as in Node, except that an encoded
 * surrogate is one such character and not three.
 */
export function decodeUtf8AsJava(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = view.toString("utf8");
  if (!text.includes("\ufffd")) return text;
  let result = "";
  let from = 0;
  for (let at = 0; at < view.length; at++) {
    if (view[at] !== 0xed || ((view[at + 1] ?? 0) & 0xe0) !== 0xa0) continue;
    result += `${view.toString("utf8", from, at)}\ufffd`;
    at += ((view[at + 2] ?? 0) & 0xc0) === 0x80 ? 2 : 1;
    from = at + 1;
  }
  return result + view.toString("utf8", from);
}
