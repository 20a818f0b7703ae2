import { decodeUtf8AsJava } from "../api/index.js";

/** A Java character set. Malformed bytes become U+FFFD and what it cannot express `?`, as in Java. */
export interface Charset {
  readonly isUtf8: boolean;
  decode(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
}

/** The character set of a name or alias of Java's, in any case; null where it is unknown here. */
export function findCharset(name: string): Charset | null {
  return CHARSETS.get(name.toLowerCase().replaceAll("_", "-")) ?? null;
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const UTF_8: Charset = {
  isUtf8: true,
  decode: decodeUtf8AsJava,
  // A lone surrogate is no character: Java writes `?`, Node U+FFFD.
  encode: (text) => Buffer.from(text.isWellFormed() ? text : replaceLoneSurrogates(text, "?")),
};

/** One byte for each character up to `limit`, which is a power of two. */
function singleByte(limit: number): Charset {
  return {
    isUtf8: false,
    decode: (bytes) => {
      const text = bufferOf(bytes).toString("latin1");
      return limit === 256 ? text : text.replace(/[\x80-\xff]/g, "\ufffd");
    },
    encode: (text) => {
      const bytes: number[] = [];
      // By code point: a character of two UTF-16 units is one `?`.
      for (const character of text) {
        const code = character.codePointAt(0)!;
        bytes.push(code < limit ? code : 63);
      }
      return Uint8Array.from(bytes);
    },
  };
}

const swapped = (bytes: Uint8Array): Buffer => Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();

/** `byteOrder` of `marked` is what a byte order mark says, else big-endian; it is written as big-endian with a mark. */
function utf16(byteOrder: "big" | "little" | "marked"): Charset {
  return {
    isUtf8: false,
    decode: (bytes) => {
      const marked = byteOrder === "marked" && bytes.length >= 2;
      const hasMark = marked && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
      const isLittle = byteOrder === "little" || (hasMark && bytes[0] === 0xff);
      const body = hasMark ? bytes.subarray(2) : bytes;
      const text = (isLittle ? bufferOf(body) : swapped(body)).toString("utf16le");
      const hasOddByte = body.length % 2 === 1;
      // An odd byte at the end is malformed, together with a high surrogate before it.
      return replaceMalformed(text) + (hasOddByte && !/[\ud800-\udbff]$/.test(text) ? "\ufffd" : "");
    },
    encode: (text) => {
      const little = Buffer.from(replaceLoneSurrogates(text, "\ufffd"), "utf16le");
      if (byteOrder === "little") return little;
      if (byteOrder === "big" || text === "") return little.swap16();
      return Buffer.concat([Buffer.of(0xfe, 0xff), little.swap16()]);
    },
  };
}

/** As Java decodes UTF-16: a high surrogate that no low one follows takes the next unit with it. */
function replaceMalformed(text: string): string {
  if (text.isWellFormed()) return text;
  return text.replace(/[\ud800-\udbff][^]?|[\udc00-\udfff]/g, (found) => (found.isWellFormed() ? found : "\ufffd"));
}

function replaceLoneSurrogates(text: string, replacement: string): string {
  return text.isWellFormed() ? text : text.replace(/\p{Surrogate}/gu, replacement);
}

const NAMES: readonly (readonly [Charset, readonly string[]])[] = [
  [UTF_8, ["utf-8", "utf8", "unicode-1-1-utf-8"]],
  [singleByte(128), ["us-ascii", "ascii", "iso646-us", "ascii7", "646", "cp367", "iso-646.irv:1991", "ansi-x3.4-1968"]],
  [
    singleByte(256),
    ["iso-8859-1", "iso8859-1", "latin1", "l1", "8859-1", "iso-8859-1:1987", "iso-ir-100", "cp819", "ibm819"],
  ],
  [utf16("marked"), ["utf-16", "utf16", "unicode", "unicodebig"]],
  [utf16("big"), ["utf-16be", "unicodebigunmarked", "x-utf-16be", "iso-10646-ucs-2"]],
  [utf16("little"), ["utf-16le", "unicodelittleunmarked", "x-utf-16le"]],
];

const CHARSETS = new Map(NAMES.flatMap(([charset, names]) => names.map((name) => [name, charset] as const)));
