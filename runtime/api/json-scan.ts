import { MAX_JSON_DEPTH, MAX_JSON_NAME_LENGTH, MAX_JSON_NUMBER_LENGTH, MAX_JSON_STRING_LENGTH } from "./exact-json.js";
import { DatumVerdict } from "./record-columns.js";
import { utf8SequenceEnd } from "./utf8.js";

/**
 * Looks over JSON bytes without building anything and says whether they can be copied: `copy` where they are exactly what
 * `printJson` would print for what `parseJson` would read, `respell` where they differ from it in white space and the spelling of
 * characters only, `convert` where they are valid but differ otherwise (names that occur twice, numbers that change), `nothing`
 * where they are the text `null` or no text at all, and `undecided` where only the parser can tell (invalid, or one of Jackson's
 * leniencies). `kernel/json-scan.ts` is the same for WebAssembly.
 *
 * The state below is shared by all calls: a scan never awaits, so no two overlap on a thread.
 */
export function scanJson(bytes: Uint8Array, start: number, end: number): number {
  respellings = 0;
  isIrregular = false;
  nameCount = 0;
  const from = skipSpace(bytes, start, end);
  if (from === end) return DatumVerdict.nothing;
  const stop = scanDocument(bytes, from, end);
  if (stop < 0 || skipSpace(bytes, stop, end) !== end) return DatumVerdict.undecided;
  if (bytes[from] === 110) return DatumVerdict.nothing;
  return validVerdict();
}

function validVerdict(): number {
  if (isIrregular) return DatumVerdict.convert;
  return respellings > 0 ? DatumVerdict.respell : DatumVerdict.copy;
}

/** White space and characters that were valid but not in Connect's own spelling. */
let respellings = 0;
/** Something that cannot be put right byte by byte. */
let isIrregular = false;

/** Kinds of bytes inside a string. */
const PLAIN = 0;
const STOP = 1;
const BYTE_KIND = new Uint8Array(256).fill(STOP, 0, 32).fill(STOP, 128);
BYTE_KIND[34] = STOP;
BYTE_KIND[92] = STOP;

/** Names seen in the objects that are open: duplicates cannot be copied, since the last value wins at the first's place. */
const MAX_OPEN_NAMES = 2048;
/** Beyond this many names, comparing each with each is dearer than reading the object. */
const MAX_NAMES_PER_OBJECT = 128;
const nameStart = new Int32Array(MAX_OPEN_NAMES);
const nameEnd = new Int32Array(MAX_OPEN_NAMES);
const nameMark = new Int32Array(MAX_OPEN_NAMES);
let nameCount = 0;

/** For each open container: the number of names before it, or -1 for an array. */
const openFrom = new Int32Array(MAX_JSON_DEPTH);

function skipSpace(b: Uint8Array, p: number, end: number): number {
  // Mostly there is none.
  if (p < end && b[p]! > 32) return p;
  while (p < end) {
    const c = b[p]!;
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) break;
    respellings++;
    p++;
  }
  return p;
}

/** Position after the value at `p`, or -1. */
function scanDocument(b: Uint8Array, p: number, end: number): number {
  let depth = 0;
  for (;;) {
    const c = b[p]!;
    if (c === 123 || c === 91) {
      p = skipSpace(b, p + 1, end);
      if (p >= end || depth === MAX_JSON_DEPTH) return -1;
      if (b[p] === c + 2) p++;
      else {
        openFrom[depth++] = c === 123 ? nameCount : -1;
        if (c === 123 && (p = scanName(b, p, end, nameCount)) < 0) return -1;
        if (p >= end) return -1;
        continue;
      }
    } else if ((p = scanScalar(b, p, end, c)) < 0) return -1;
    // After a value: close what ends here, or go on to the next member.
    for (;;) {
      if (depth === 0) return p;
      p = skipSpace(b, p, end);
      if (p >= end) return -1;
      const from = openFrom[depth - 1]!;
      const next = b[p++]!;
      if (next === 44) {
        p = skipSpace(b, p, end);
        if (from >= 0 && (p = scanName(b, p, end, from)) < 0) return -1;
        if (p >= end) return -1;
        break;
      }
      if (next !== (from >= 0 ? 125 : 93)) return -1;
      if (from >= 0) nameCount = from;
      depth--;
    }
  }
}

function scanScalar(b: Uint8Array, p: number, end: number, c: number): number {
  switch (c) {
    case 34: {
      const stop = scanString(b, p + 1, end);
      return stop - p > MAX_JSON_STRING_LENGTH ? -1 : stop;
    }
    case 116:
      return p + 4 <= end && b[p + 1] === 114 && b[p + 2] === 117 && b[p + 3] === 101 ? p + 4 : -1;
    case 102:
      return p + 5 <= end && b[p + 1] === 97 && b[p + 2] === 108 && b[p + 3] === 115 && b[p + 4] === 101 ? p + 5 : -1;
    case 110:
      return p + 4 <= end && b[p + 1] === 117 && b[p + 2] === 108 && b[p + 3] === 108 ? p + 4 : -1;
    default:
      return scanNumber(b, p, end);
  }
}

/** Position of the value after the member name at `p`, or -1. `from` is the number of names before this object. */
function scanName(b: Uint8Array, p: number, end: number, from: number): number {
  if (p >= end || b[p] !== 34) return -1;
  const start = p + 1;
  const respelledBefore = respellings;
  p = scanString(b, start, end);
  if (p < 0 || p - start > MAX_JSON_NAME_LENGTH) return -1;
  if (respellings !== respelledBefore) isIrregular = true;
  if (!isIrregular) noteName(b, start, p - 1, from);
  p = skipSpace(b, p, end);
  if (p >= end || b[p] !== 58) return -1;
  return skipSpace(b, p + 1, end);
}

/** Equal names are equal bytes, since both are in the one canonical spelling. */
function noteName(b: Uint8Array, start: number, end: number, from: number): void {
  const length = end - start;
  const mark = length === 0 ? 0 : (length << 24) ^ (b[start]! << 16) ^ (b[start + (length >> 1)]! << 8) ^ b[end - 1]!;
  for (let i = from; i < nameCount; i++) {
    if (nameMark[i] === mark && sameBytes(b, start, end, nameStart[i]!, nameEnd[i]!)) {
      isIrregular = true;
      return;
    }
  }
  if (nameCount === MAX_OPEN_NAMES || nameCount - from === MAX_NAMES_PER_OBJECT) {
    isIrregular = true;
    return;
  }
  nameStart[nameCount] = start;
  nameEnd[nameCount] = end;
  nameMark[nameCount++] = mark;
}

function sameBytes(b: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  while (start < end) if (b[start++] !== b[otherStart++]) return false;
  return true;
}

/** Position after the string whose first byte (after the quote) is at `p`, or -1. */
function scanString(b: Uint8Array, p: number, end: number): number {
  for (;;) {
    while (p < end && BYTE_KIND[b[p]!] === PLAIN) p++;
    if (p >= end) return -1;
    const c = b[p]!;
    if (c === 34) return p + 1;
    if (c < 32) return -1;
    // Connect writes characters beyond U+FFFF as two escapes.
    if (c >= 0xf0) respellings++;
    p = c === 92 ? scanEscape(b, p + 1, end) : utf8SequenceEnd(b, p, end);
    if (p < 0) return -1;
  }
}

/** Position after the escape whose backslash is before `p`, or -1. */
function scanEscape(b: Uint8Array, p: number, end: number): number {
  if (p >= end) return -1;
  switch (b[p]) {
    case 34: // "
    case 92: // \
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return p + 1;
    case 47: // /
      respellings++;
      return p + 1;
    case 117: // u
      break;
    default:
      return -1;
  }
  if (p + 5 > end) return -1;
  let code = 0;
  for (let i = 1; i <= 4; i++) {
    const c = b[p + i]!;
    if (c >= 48 && c <= 57) code = (code << 4) | (c - 48);
    else if (c >= 65 && c <= 70) code = (code << 4) | (c - 55);
    else if (c >= 97 && c <= 102) {
      code = (code << 4) | (c - 87);
      respellings++;
    } else return -1;
  }
  // Only surrogates and the control characters without a short escape are spelled this way.
  const isControl = code < 32 && code !== 8 && code !== 9 && code !== 10 && code !== 12 && code !== 13;
  if (!isControl && (code & 0xf800) !== 0xd800) respellings++;
  return p + 5;
}

/** Position after the number at `p`, or -1. */
function scanNumber(b: Uint8Array, p: number, end: number): number {
  const start = p;
  if (b[p] === 45) p++;
  const first = p;
  p = skipDigits(b, p, end);
  if (p === first) return -1;
  const isFloat = p < end && (b[p] === 46 || b[p] === 101 || b[p] === 69);
  // Leading zeros are dropped, and the integer -0 is 0.
  if (b[first] === 48 && (p > first + 1 || (first > start && !isFloat))) isIrregular = true;
  if (isFloat && (p = scanFraction(b, p, end)) < 0) return -1;
  return p - start > MAX_JSON_NUMBER_LENGTH ? -1 : p;
}

function scanFraction(b: Uint8Array, p: number, end: number): number {
  if (b[p] === 46) {
    const digits = p + 1;
    p = skipDigits(b, digits, end);
    if (p === digits) return -1;
  }
  if (p < end && (b[p] === 101 || b[p] === 69)) {
    p++;
    if (p < end && (b[p] === 43 || b[p] === 45)) p++;
    const digits = p;
    p = skipDigits(b, digits, end);
    // An exponent this long may be out of Java's range.
    if (p === digits || p - digits > 8) return -1;
  }
  return p;
}

function skipDigits(b: Uint8Array, p: number, end: number): number {
  while (p < end && b[p]! >= 48 && b[p]! <= 57) p++;
  return p;
}
