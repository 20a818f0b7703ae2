/**
 * AssemblyScript, not TypeScript: `scanJson` of runtime/api/json-scan.ts once more, for all rows of a column at a time and with
 * strings read 16 bytes at once. Both give the same verdicts; a change belongs in both. Compiled by `npm run kernel`.
 *
 * The caller copies the bytes of some rows to the window, their positions and lengths to the two tables, and calls `scan`.
 */

/** As in runtime/api/exact-json.ts: limits of Jackson. */
const MAX_DEPTH: i32 = 1000;
const MAX_NAME_LENGTH: usize = 50000;
const MAX_NUMBER_LENGTH: usize = 1000;
/** As in runtime/api/json-scan.ts. */
const MAX_OPEN_NAMES: i32 = 2048;
const MAX_NAMES_PER_OBJECT: i32 = 128;

/** `DatumVerdict`. */
const COPY: u8 = 0;
const CONVERT: u8 = 1;
const NOTHING: u8 = 2;
const RESPELL: u8 = 3;
/** Only the parser can tell. */
const UNDECIDED: u8 = 255;

const MAX_ROWS: i32 = 1024;
const WINDOW_BYTES: i32 = 262144;
/** Strings, digits and names are read in blocks, the last of which may begin at the end of the window. */
const BLOCK_BYTES: i32 = 16;
/** Names are expected up to this length, with quotes and colon. */
const MAX_EXPECTED_BYTES: i32 = 2 * BLOCK_BYTES;
const MAX_EXPECTED_NAMES: i32 = 64;

const starts: usize = memory.data(MAX_ROWS * 4, 16);
const lengths: usize = memory.data(MAX_ROWS * 4, 16);
const verdicts: usize = memory.data(MAX_ROWS, 16);
const openFrom: usize = memory.data(MAX_DEPTH * 4, 16);
/** For each name: start, end, mark. */
const names: usize = memory.data(MAX_OPEN_NAMES * 12, 16);
/**
 * The names of an earlier row in the order in which they stand there, each with the number of names before its object, of names
 * before it, its length with quotes and colon, its mark, and its text in two blocks.
 */
const expected: usize = memory.data(MAX_EXPECTED_NAMES * 48, 16);
const EXPECTED_ENTRY: i32 = 48;
const EXPECTED_TEXT: usize = 16;
const bytes: usize = memory.data(WINDOW_BYTES + MAX_EXPECTED_BYTES, 16);

export function startsAt(): usize {
  return starts;
}
export function lengthsAt(): usize {
  return lengths;
}
export function verdictsAt(): usize {
  return verdicts;
}
export function windowAt(): usize {
  return bytes;
}
export function windowBytes(): i32 {
  return WINDOW_BYTES;
}
export function maxRows(): i32 {
  return MAX_ROWS;
}

let respellings: i32 = 0;
let isIrregular: bool = false;
let nameCount: i32 = 0;
/** Entries of {@link expected}. */
let expectedCount: i32 = 0;
/** Names of this row so far. */
let seenNames: i32 = 0;
/** True as long as the names of this row are those that are expected. */
let isExpected: bool = false;
/** True while the next row will be expected to have the names of this one. */
let isTeaching: bool = false;

/**
 * Writes the verdicts of the first `count` rows of the tables and gives how many are undecided; `base` is the position whose byte is
 * the window's first.
 */
export function scan(count: i32, base: i32): i32 {
  let undecided: i32 = 0;
  for (let row = 0; row < count; row++) {
    const length = load<i32>(lengths + (row << 2));
    let verdict = NOTHING;
    if (length >= 0) {
      const start = bytes + (load<i32>(starts + (row << 2)) - base);
      verdict = scanRow(start, start + length);
      if (verdict === UNDECIDED) undecided++;
    }
    store<u8>(verdicts + row, verdict);
  }
  return undecided;
}

function scanRow(start: usize, end: usize): u8 {
  respellings = 0;
  isIrregular = false;
  nameCount = 0;
  seenNames = 0;
  isExpected = true;
  const from = skipSpace(start, end);
  if (from === end) return NOTHING;
  const stop = scanDocument(from, end);
  if (stop === 0 || skipSpace(stop, end) !== end) return UNDECIDED;
  if (load<u8>(from) === 110) return NOTHING;
  if (isIrregular) return CONVERT;
  return respellings > 0 ? RESPELL : COPY;
}

@inline
function skipSpace(p: usize, end: usize): usize {
  // Mostly there is none.
  return p < end && load<u8>(p) > 32 ? p : skipSpaces(p, end);
}

function skipSpaces(p: usize, end: usize): usize {
  while (p < end) {
    const c = load<u8>(p);
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) break;
    respellings++;
    p++;
  }
  return p;
}

/** Position after the value at `p`, or 0, which is never a position. */
function scanDocument(p: usize, end: usize): usize {
  let depth: i32 = 0;
  while (true) {
    const c: u32 = load<u8>(p);
    if (c === 123 || c === 91) {
      p = skipSpace(p + 1, end);
      if (p >= end || depth === MAX_DEPTH) return 0;
      if (load<u8>(p) === c + 2) p++;
      else {
        store<i32>(openFrom + (depth++ << 2), c === 123 ? nameCount : -1);
        if (c === 123) {
          p = scanName(p, end, nameCount);
          if (p === 0) return 0;
        }
        if (p >= end) return 0;
        continue;
      }
    } else {
      p = scanScalar(p, end, c);
      if (p === 0) return 0;
    }
    // After a value: close what ends here, or go on to the next member.
    while (true) {
      if (depth === 0) return p;
      p = skipSpace(p, end);
      if (p >= end) return 0;
      const from = load<i32>(openFrom + ((depth - 1) << 2));
      const next: u32 = load<u8>(p++);
      if (next === 44) {
        p = skipSpace(p, end);
        if (from >= 0) {
          p = scanName(p, end, from);
          if (p === 0) return 0;
        }
        if (p >= end) return 0;
        break;
      }
      if (next !== (from >= 0 ? 125 : 93)) return 0;
      if (from >= 0) nameCount = from;
      depth--;
    }
  }
}

/** Strings of the window are shorter than Jackson's limit. */
@inline
function scanScalar(p: usize, end: usize, c: u32): usize {
  if (c === 34) return scanString(p + 1, end);
  if (c === 116) return p + 4 <= end && load<u32>(p) === 0x65757274 ? p + 4 : 0;
  if (c === 102) return p + 5 <= end && load<u32>(p, 1) === 0x65736c61 ? p + 5 : 0;
  if (c === 110) return p + 4 <= end && load<u32>(p) === 0x6c6c756e ? p + 4 : 0;
  return scanNumber(p, end);
}

/**
 * Position of the value after the member name at `p`, or 0. `from` is the number of names before this object.
 *
 * The rows of a topic mostly have the same names in the same order. While a row's names are those of the row before, in objects that
 * begin at the same ones, none of them can be there twice, so that comparing their bytes is all there is to do.
 */
@inline
function scanName(p: usize, end: usize, from: i32): usize {
  if (isExpected) {
    const length = expectedLength(p, from);
    if (length !== 0 && p + length <= end) {
      noteName(p + 1, p + length - 2, load<u32>(expected + seenNames * EXPECTED_ENTRY, 12));
      seenNames++;
      return skipSpace(p + length, end);
    }
    isExpected = false;
    isTeaching = true;
  }
  return scanNewName(p, end, from);
}

/** Length of the name at `p`, with quotes and colon, where it is the one that is expected here, or 0. */
@inline
function expectedLength(p: usize, from: i32): usize {
  if (seenNames >= expectedCount) return 0;
  const entry = expected + seenNames * EXPECTED_ENTRY;
  if (load<i32>(entry) !== from || load<i32>(entry, 4) !== nameCount) return 0;
  const length = load<u32>(entry, 8);
  const low = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(entry, EXPECTED_TEXT)));
  const high = i8x16.bitmask(i8x16.eq(v128.load(p, 16), v128.load(entry, EXPECTED_TEXT + 16)));
  const differs = ~((<u64>(<u32>low)) | ((<u64>(<u32>high)) << 16));
  return (differs & ((<u64>1 << <u64>length) - 1)) === 0 ? <usize>length : 0;
}

function scanNewName(p: usize, end: usize, from: i32): usize {
  if (p >= end || load<u8>(p) !== 34) return 0;
  const start = p + 1;
  const respelledBefore = respellings;
  p = scanString(start, end);
  if (p === 0 || p - start > MAX_NAME_LENGTH) return 0;
  if (respellings !== respelledBefore) isIrregular = true;
  const stop = p - 1;
  p = skipSpace(p, end);
  if (p >= end || load<u8>(p) !== 58) return 0;
  if (!isIrregular) checkName(start, stop, from, p === stop + 1);
  return skipSpace(p + 1, end);
}

/** Equal names are equal bytes, since both are in the one canonical spelling. */
function checkName(start: usize, end: usize, from: i32, isPlain: bool): void {
  const length = <u32>(end - start);
  let mark: u32 = 0;
  if (length > 0) {
    const middle = load<u8>(start + (length >> 1));
    mark = (length << 24) ^ ((<u32>load<u8>(start)) << 16) ^ ((<u32>middle) << 8) ^ (<u32>load<u8>(end - 1));
  }
  const last = names + nameCount * 12;
  for (let at = names + from * 12; at < last; at += 12) {
    if (
      load<u32>(at, 8) === mark &&
      load<u32>(at, 4) - load<u32>(at) === length &&
      isSame(load<u32>(at), start, length)
    ) {
      isIrregular = true;
      return;
    }
  }
  if (nameCount === MAX_OPEN_NAMES || nameCount - from === MAX_NAMES_PER_OBJECT) {
    isIrregular = true;
    return;
  }
  if (isTeaching) expectName(start - 1, length + 3, mark, from, isPlain);
  noteName(start, end, mark);
}

/** Has the next row expect the name at `p`, of `length` bytes with quotes and colon, where this row has it. */
function expectName(p: usize, length: u32, mark: u32, from: i32, isPlain: bool): void {
  if (!isPlain || length > <u32>MAX_EXPECTED_BYTES || seenNames === MAX_EXPECTED_NAMES) {
    isTeaching = false;
    return;
  }
  const entry = expected + seenNames * EXPECTED_ENTRY;
  store<i32>(entry, from);
  store<i32>(entry, nameCount, 4);
  store<u32>(entry, length, 8);
  store<u32>(entry, mark, 12);
  v128.store(entry, v128.load(p), EXPECTED_TEXT);
  v128.store(entry, v128.load(p, 16), EXPECTED_TEXT + 16);
  expectedCount = ++seenNames;
}

@inline
function noteName(start: usize, end: usize, mark: u32): void {
  const at = names + nameCount * 12;
  store<u32>(at, <u32>start);
  store<u32>(at, <u32>end, 4);
  store<u32>(at, mark, 8);
  nameCount++;
}

function isSame(a: usize, b: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (load<u8>(a + i) !== load<u8>(b + i)) return false;
  return true;
}

/** Position after the string whose first byte (after the quote) is at `p`, or 0. */
function scanString(p: usize, end: usize): usize {
  while (true) {
    while (true) {
      const block = v128.load(p);
      // Control characters, and as signed bytes are negative, all that is no ASCII.
      const special = i8x16.lt_s(block, i8x16.splat(32));
      const marks = v128.or(i8x16.eq(block, i8x16.splat(34)), i8x16.eq(block, i8x16.splat(92)));
      const mask = i8x16.bitmask(v128.or(special, marks));
      if (mask !== 0) {
        p += ctz(mask);
        break;
      }
      p += BLOCK_BYTES;
      if (p >= end) return 0;
    }
    if (p >= end) return 0;
    const c: u32 = load<u8>(p);
    if (c === 34) return p + 1;
    if (c < 32) return 0;
    if (c === 92) {
      p = scanEscape(p + 1, end);
      if (p === 0) return 0;
    }
    while (p < end && load<u8>(p) > 127) {
      // Connect writes characters beyond U+FFFF as two escapes.
      if (load<u8>(p) >= 0xf0) respellings++;
      p = utf8SequenceEnd(p, end);
      if (p === 0) return 0;
    }
  }
}

/** Position after the escape whose backslash is before `p`, or 0. */
function scanEscape(p: usize, end: usize): usize {
  if (p >= end) return 0;
  const c: u32 = load<u8>(p);
  switch (c) {
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
      return scanUnicodeEscape(p, end);
    default:
      return 0;
  }
}

function scanUnicodeEscape(p: usize, end: usize): usize {
  if (p + 5 > end) return 0;
  let code: u32 = 0;
  for (let i: usize = 1; i <= 4; i++) {
    const c: u32 = load<u8>(p + i);
    if (c >= 48 && c <= 57) code = (code << 4) | (c - 48);
    else if (c >= 65 && c <= 70) code = (code << 4) | (c - 55);
    else if (c >= 97 && c <= 102) {
      code = (code << 4) | (c - 87);
      respellings++;
    } else return 0;
  }
  // Only surrogates and the control characters without a short escape are spelled this way.
  const isControl = code < 32 && code !== 8 && code !== 9 && code !== 10 && code !== 12 && code !== 13;
  if (!isControl && (code & 0xf800) !== 0xd800) respellings++;
  return p + 5;
}

/** As in runtime/api/utf8.ts; 0 where the sequence is malformed. */
function utf8SequenceEnd(p: usize, end: usize): usize {
  const lead: u32 = load<u8>(p);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length: usize = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (p + length > end) return 0;
  const second: u32 = load<u8>(p + 1);
  const low: u32 = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high: u32 = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i: usize = 2; i < length; i++) if ((load<u8>(p + i) & 0xc0) !== 0x80) return 0;
  return p + length;
}

/** Position after the number at `p`, or 0. */
function scanNumber(p: usize, end: usize): usize {
  const start = p;
  if (load<u8>(p) === 45) p++;
  const first = p;
  p = skipDigits(p, end);
  if (p === first) return 0;
  const c: u32 = p < end ? load<u8>(p) : 0;
  const isFloat = c === 46 || c === 101 || c === 69;
  // Leading zeros are dropped, and the integer -0 is 0.
  if (load<u8>(first) === 48 && (p > first + 1 || (first > start && !isFloat))) isIrregular = true;
  if (isFloat) {
    p = scanFraction(p, end);
    if (p === 0) return 0;
  }
  return p - start > MAX_NUMBER_LENGTH ? 0 : p;
}

function scanFraction(p: usize, end: usize): usize {
  if (load<u8>(p) === 46) {
    const digits = p + 1;
    p = skipDigits(digits, end);
    if (p === digits) return 0;
  }
  if (p < end && (load<u8>(p) | 32) === 101) {
    p++;
    if (p < end && (load<u8>(p) === 43 || load<u8>(p) === 45)) p++;
    const digits = p;
    p = skipDigits(digits, end);
    // An exponent this long may be out of Java's range.
    if (p === digits || p - digits > 8) return 0;
  }
  return p;
}

function skipDigits(p: usize, end: usize): usize {
  while (p < end) {
    const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(p), i8x16.splat(48)), i8x16.splat(9)));
    if (others !== 0) return min(p + ctz(others), end);
    p += BLOCK_BYTES;
  }
  return end;
}
