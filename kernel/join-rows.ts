/**
 * AssemblyScript, not TypeScript: puts rows that lie scattered in a window of bytes one behind the other, with text around each.
 * Compiled by `npm run kernel`.
 *
 * The caller copies the bytes of some rows to the window, their positions and lengths to the two tables, the texts to theirs, and calls
 * `join`.
 */

const MAX_ROWS: i32 = 1024;
const WINDOW_BYTES: i32 = 262144;
const MAX_TEXT_BYTES: i32 = 64;
/** Bytes are copied in blocks, the last of which may reach beyond their end. */
const BLOCK_BYTES: i32 = 16;

const starts: usize = memory.data(MAX_ROWS * 4, 16);
const lengths: usize = memory.data(MAX_ROWS * 4, 16);
const before: usize = memory.data(MAX_TEXT_BYTES, 16);
const after: usize = memory.data(MAX_TEXT_BYTES, 16);
const bytes: usize = memory.data(WINDOW_BYTES + BLOCK_BYTES, 16);
/** Rows may be longer with their texts than they were in the window; the caller sees to it that they fit. */
const output: usize = memory.data(WINDOW_BYTES + BLOCK_BYTES, 16);

export function startsAt(): usize {
  return starts;
}
export function lengthsAt(): usize {
  return lengths;
}
export function beforeAt(): usize {
  return before;
}
export function afterAt(): usize {
  return after;
}
export function windowAt(): usize {
  return bytes;
}
export function outputAt(): usize {
  return output;
}
export function windowBytes(): i32 {
  return WINDOW_BYTES;
}
export function maxTextBytes(): i32 {
  return MAX_TEXT_BYTES;
}
export function maxRows(): i32 {
  return MAX_ROWS;
}

/** Writes the first `count` rows of the tables to the output; `base` is the position whose byte is the window's first. */
export function join(count: i32, base: i32, beforeBytes: i32, afterBytes: i32): void {
  let to = output;
  for (let row = 0; row < count; row++) {
    to = copy(to, before, beforeBytes);
    to = copy(to, bytes + (load<i32>(starts + (row << 2)) - base), load<i32>(lengths + (row << 2)));
    to = copy(to, after, afterBytes);
  }
}

/** Gives the position behind the copy. What comes after it is overwritten by the next one. */
@inline
function copy(to: usize, from: usize, length: i32): usize {
  for (let at: i32 = 0; at < length; at += BLOCK_BYTES) v128.store(to + at, v128.load(from + at));
  return to + length;
}
