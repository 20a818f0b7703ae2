import { ConnectError } from "./errors.js";

/**
 * Java's regular expressions (`java.util.regex.Pattern`) as JavaScript ones. Not the same: possessive quantifiers and atomic groups
 * backtrack here, and the flags u, U and d have no effect.
 */

/** The pattern, for searching. Throws ConnectError `config` with the reason for what is no pattern. */
export function javaRegex(pattern: string): RegExp {
  const { source, flags } = new Translator(pattern).run();
  return compile(source, flags, pattern);
}

/** The pattern, for `Matcher.matches`: the whole text has to match. */
export function javaRegexWhole(pattern: string): RegExp {
  const { source, flags } = new Translator(pattern).run();
  return compile(`^(?:${source})$(?![^])`, flags, pattern);
}

function compile(source: string, flags: string, pattern: string): RegExp {
  try {
    return new RegExp(source, `${flags}v`);
  } catch (error) {
    // V8 says `Invalid regular expression: /source/flags: reason`.
    const reason = (error as Error).message.split(": ").at(-1) ?? "";
    throw new ConnectError("config", `${reason}\n${pattern}`, {
      cause: error,
      javaClass: "java.util.regex.PatternSyntaxException",
    });
  }
}

/** Java's `.` and `$` know no other line ends than these. */
const END = "(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?$(?![^]))";

const CLASSES: Readonly<Record<string, string>> = {
  d: "0-9",
  s: " \\t\\n\\x0b\\f\\r",
  h: " \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
  v: "\\n\\x0b\\f\\r\\x85\\u2028\\u2029",
  w: "a-zA-Z_0-9",
};

const POSIX: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\x00-\\x7f",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "!-\\/:-@\\[-`\\{-~",
  Graph: "!-~",
  Print: " -~",
  Blank: " \\t",
  Cntrl: "\\x00-\\x1f\\x7f",
  XDigit: "0-9a-fA-F",
  Space: " \\t\\n\\x0b\\f\\r",
};

const SINGLE: Readonly<Record<string, string>> = { a: "\\x07", e: "\\x1b", t: "\\t", n: "\\n", r: "\\r", f: "\\f" };

class Translator {
  #at = 0;
  #out = "";
  #flags = "";
  #comments = false;
  /** How many `(?flags:` groups each open group holds, opened by a `(?flags)` in its middle. */
  readonly #opened: number[] = [0];

  constructor(private readonly pattern: string) {}

  run(): { source: string; flags: string } {
    while (this.#at < this.pattern.length) this.#out += this.#next();
    return { source: this.#out + ")".repeat(this.#opened[0]!), flags: this.#flags };
  }

  #take(regex: RegExp): RegExpExecArray | null {
    regex.lastIndex = this.#at;
    const match = regex.exec(this.pattern);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #next(): string {
    if (this.#comments && this.#take(/\s+|#.*/y) !== null) return "";
    const quoted = this.#take(/\\Q([^]*?)(?:\\E|$)/y);
    if (quoted !== null) return quoted[1]!.replace(/[^]/gu, literal);
    const char = String.fromCodePoint(this.pattern.codePointAt(this.#at)!);
    if (char === "\\") return this.#escape(false);
    if (char === "[") return this.#class();
    const flags = this.#take(/\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y);
    if (flags !== null) return this.#setFlags(flags[1]!, flags[2] ?? "", flags[3] === ":");
    if (this.#take(/\(\?>/y) !== null) return this.#open("(?:");
    const group = this.#take(/\((?:\?(?:<?[=!]|<[a-zA-Z][a-zA-Z0-9]*>))?/y);
    if (group !== null) return this.#open(group[0]);
    if (this.#take(/\)/y) !== null) return ")".repeat(1 + (this.#opened.length > 1 ? this.#opened.pop()! : 0));
    const quantifier = this.#take(/([*+?]|\{[0-9]+(?:,[0-9]*)?\})([?+]?)/y);
    if (quantifier !== null) return quantifier[1]! + (quantifier[2] === "?" ? "?" : "");
    this.#at += char.length;
    if (char === "$" && !this.#flags.includes("m")) return END;
    return char === "]" || char === "}" || char === "/" ? `\\${char}` : char;
  }

  #open(text: string): string {
    this.#opened.push(0);
    return text;
  }

  #setFlags(on: string, off: string, group: boolean): string {
    const known = (letters: string): string => letters.replace(/[^ims]/g, "");
    if (on.includes("x")) this.#comments = true;
    if (off.includes("x")) this.#comments = false;
    const modifier = known(on) + (known(off) === "" ? "" : `-${known(off)}`);
    if (group) return this.#open(modifier === "" ? "(?:" : `(?${modifier}:`);
    if (modifier === "") return "";
    if (this.#out === "" && off === "") {
      this.#flags += known(on).replace(new RegExp(`[${this.#flags}]`), "");
      return "";
    }
    this.#opened[this.#opened.length - 1]! += 1;
    return `(?${modifier}:`;
  }

  /** One escape, inside or outside a class. */
  #escape(inClass: boolean): string {
    const hex = this.#take(/\\x\{([0-9a-fA-F]+)\}|\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})/y);
    if (hex !== null) return `\\u{${hex[1] ?? hex[2] ?? hex[3]!}}`;
    const octal = this.#take(/\\0([0-3]?[0-7]{1,2})/y);
    if (octal !== null) return `\\u{${parseInt(octal[1]!, 8).toString(16)}}`;
    const property = this.#take(/\\([pP])(?:\{([^}]*)\}|([A-Z]))/y);
    if (property !== null) return propertyClass(property[1] === "P", property[2] ?? property[3]!);
    const [, char = ""] = this.#take(/\\([^])/y) ?? [];
    const lower = char.toLowerCase();
    if (char === "")
      throw new ConnectError("config", `Unexpected internal error near index ${this.pattern.length - 1}`);
    if (lower in CLASSES) return `[${char === lower ? "" : "^"}${CLASSES[lower]!}]`;
    if (char in SINGLE) return SINGLE[char]!;
    if (!inClass) {
      if (char === "A") return "(?<![^])";
      if (char === "z") return "(?![^])";
      if (char === "Z") return END;
      if (char === "R") return "(?:\\r\\n|[\\n\\x0b\\f\\r\\x85\\u2028\\u2029])";
      if (/[bB1-9k]/.test(char)) return `\\${char}`;
    }
    if (/[a-zA-Z]/.test(char))
      throw new ConnectError(
        "config",
        `Illegal/unsupported escape sequence near index ${this.#at - 1}\n${this.pattern}`,
      );
    return literal(char);
  }

  /** A character class. In Java what stands around `&&` is whole classes. */
  #class(): string {
    this.#at += 1;
    const negated = this.#take(/\^/y) === null ? "" : "^";
    const sides = [""];
    let first = true;
    for (;;) {
      if (this.#at >= this.pattern.length)
        throw new ConnectError(
          "config",
          `Unclosed character class near index ${this.pattern.length - 1}\n${this.pattern}`,
        );
      if (!first && this.#take(/\]/y) !== null) break;
      if (this.#take(/&&/y) !== null) sides.push("");
      else sides[sides.length - 1]! += this.#classItem();
      first = false;
    }
    if (sides.length === 1) return `[${negated}${sides[0]!}]`;
    return `[${negated}${sides
      .filter((side) => side !== "")
      .map((side) => `[${side}]`)
      .join("&&")}]`;
  }

  #classItem(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.#at)!);
    if (char === "[") return this.#class();
    if (char === "\\") {
      const quoted = this.#take(/\\Q([^]*?)\\E/y);
      return quoted === null ? this.#escape(true) : quoted[1]!.replace(/[^]/gu, literal);
    }
    this.#at += char.length;
    // A hyphen between two characters makes a range; at the edges, or beside a class, it is itself.
    if (char === "-") return this.#isRange() ? "-" : "\\-";
    return literal(char);
  }

  #isRange(): boolean {
    const before = this.pattern.slice(0, this.#at - 1);
    const after = this.pattern.slice(this.#at, this.#at + 2);
    return !/(^|[^\\])(\[\^?|\])$|\\[dDsSwWhHvV]$/.test(before) && !/^(\]|\[|\\[dDsSwWhHvV]|&&)/.test(after);
  }
}

/** A character that stands for itself, inside and outside of classes. */
function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/\-&!#%,:;<=>@`~]/.test(char)
    ? /[&!#%,:;<=>@`~-]/.test(char)
      ? hexOf(char)
      : `\\${char}`
    : char;
}

function hexOf(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function propertyClass(negated: boolean, given: string): string {
  const posix = POSIX[given];
  if (posix !== undefined) return `[${negated ? "^" : ""}${posix}]`;
  const name = given.replace(/^Is|^In|^(general_category|gc|script|sc|block|blk)=/i, "");
  const java = /^java(Lower|Upper)Case$/.exec(name);
  const property =
    java !== null ? `${java[1]!}case` : /^(alphabetic|lowercase|uppercase)$/i.test(name) ? capital(name) : name;
  const script = /^[A-Z][a-z]{2,}/.test(property) && !/^(Alphabetic|Lowercase|Uppercase)$/.test(property);
  return `\\${negated ? "P" : "p"}{${script ? "Script=" : ""}${property}}`;
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase();
}
