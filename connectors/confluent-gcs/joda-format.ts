import { ConnectError } from "../../runtime/api/index.js";
import { printOffset, type JodaZone } from "./joda-zone.js";

/** Joda-Time's `DateTimeFormat` patterns. They are not java.time's: `Y` is the year of era, never a week year. */

/** Prints a moment (milliseconds since 1970, UTC). */
export type JodaPrinter = (utcMs: number) => string;

/** What the letters print from. */
interface LocalTime {
  readonly utcMs: number;
  /** The zone's clock, held in a `Date`'s UTC fields. */
  readonly local: Date;
}

type Part = (time: LocalTime) => string;

/** Throws ConnectError `config` for letters that Joda does not know: `Illegal pattern component: r`. */
export function compileJodaFormat(pattern: string, zone: JodaZone, localeText: string): JodaPrinter {
  const parts = new Compiler(pattern, zone, localeOf(localeText)).compile();
  return (utcMs) => {
    const time = { utcMs, local: new Date(utcMs + zone.offsetMs(utcMs)) };
    let text = "";
    for (const part of parts) text += part(time);
    return text;
  };
}

/** Java takes the whole text as a language: what is none falls back to English texts. */
function localeOf(text: string): string {
  try {
    return /^[a-zA-Z]{2,8}$/.test(text) && Intl.DateTimeFormat.supportedLocalesOf(text).length > 0 ? text : "en";
  } catch {
    return "en";
  }
}

class Compiler {
  private readonly parts: Part[] = [];
  private literal = "";

  constructor(
    private readonly pattern: string,
    private readonly zone: JodaZone,
    private readonly locale: string,
  ) {}

  compile(): readonly Part[] {
    const { pattern } = this;
    let at = 0;
    while (at < pattern.length) {
      const char = pattern.charAt(at);
      if (/[A-Za-z]/.test(char)) {
        let end = at + 1;
        while (pattern.charAt(end) === char) end++;
        this.flush();
        this.parts.push(this.letter(char, end - at));
        at = end;
      } else if (char === "'") at = this.quoted(at);
      else {
        this.literal += char;
        at++;
      }
    }
    this.flush();
    return this.parts;
  }

  /** `''` is a quote, anywhere; a lone quote starts or ends literal text. */
  private quoted(start: number): number {
    const { pattern } = this;
    if (pattern.charAt(start + 1) === "'") {
      this.literal += "'";
      return start + 2;
    }
    let at = start + 1;
    while (at < pattern.length) {
      const char = pattern.charAt(at);
      if (char !== "'") this.literal += char;
      else if (pattern.charAt(at + 1) === "'") {
        this.literal += "'";
        at++;
      } else return at + 1;
      at++;
    }
    return at;
  }

  private flush(): void {
    const text = this.literal;
    this.literal = "";
    if (text !== "") this.parts.push(() => text);
  }

  private letter(letter: string, count: number): Part {
    const number = numberOf(letter);
    if (number !== null) {
      if ("yYx".includes(letter) && count === 2) return ({ local }) => pad(Math.abs(number(local)) % 100, 2);
      if (letter === "M" && count >= 3)
        return this.named({ day: "numeric", month: count === 3 ? "short" : "long" }, "month");
      return ({ local }) => pad(number(local), count);
    }
    switch (letter) {
      case "G":
        return this.named({ era: "short" }, "era");
      case "E":
        return this.named({ day: "numeric", month: "short", weekday: count <= 3 ? "short" : "long" }, "weekday");
      case "a":
        return this.named({ hour: "numeric", hourCycle: "h12" }, "dayPeriod");
      case "S":
        return ({ local }) => pad(local.getUTCMilliseconds(), 3).padEnd(count, "0").slice(0, count);
      case "z":
        return ({ utcMs }) => this.zone.name(utcMs, count < 4 ? "short" : "long", this.locale);
      case "Z":
        return count >= 3 ? () => this.zone.id : ({ utcMs }) => printOffset(this.zone.offsetMs(utcMs), count === 2);
      default:
        throw new ConnectError("config", `Illegal pattern component: ${letter.repeat(count)}`, {
          javaClass: "java.lang.IllegalArgumentException",
        });
    }
  }

  /** A text of the locale's calendar, in the form it has inside a date. */
  private named(options: Intl.DateTimeFormatOptions, type: Intl.DateTimeFormatPartTypes): Part {
    const format = new Intl.DateTimeFormat(this.locale, { ...options, timeZone: "UTC", calendar: "gregory" });
    return ({ local }) => format.formatToParts(local).find((part) => part.type === type)?.value ?? "";
  }
}

/** At least `width` digits, the sign in front of the zeros. */
function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width, "0")}` : String(value).padStart(width, "0");
}

function numberOf(letter: string): ((local: Date) => number) | null {
  switch (letter) {
    case "C":
      return (local) => Math.floor(yearOfEra(local) / 100);
    case "Y":
      return yearOfEra;
    case "y":
      return (local) => local.getUTCFullYear();
    case "x":
      return (local) => weekOf(local).year;
    case "w":
      return (local) => weekOf(local).week;
    case "e":
      return (local) => isoDay(local);
    case "D":
      return (local) => Math.floor((local.getTime() - startOfYear(local.getUTCFullYear())) / DAY_MS) + 1;
    case "M":
      return (local) => local.getUTCMonth() + 1;
    case "d":
      return (local) => local.getUTCDate();
    case "K":
      return (local) => local.getUTCHours() % 12;
    case "h":
      return (local) => local.getUTCHours() % 12 || 12;
    case "H":
      return (local) => local.getUTCHours();
    case "k":
      return (local) => local.getUTCHours() || 24;
    case "m":
      return (local) => local.getUTCMinutes();
    case "s":
      return (local) => local.getUTCSeconds();
    default:
      return null;
  }
}

const DAY_MS = 86_400_000;

function yearOfEra(local: Date): number {
  const year = local.getUTCFullYear();
  return year > 0 ? year : 1 - year;
}

function startOfYear(year: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, 1);
  return date.getTime();
}

/** Monday is 1. */
function isoDay(local: Date): number {
  return local.getUTCDay() || 7;
}

/** ISO 8601: a week belongs to the year that holds its Thursday. */
function weekOf(local: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(local.getTime() + (4 - isoDay(local)) * DAY_MS);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - startOfYear(year)) / (7 * DAY_MS)) + 1 };
}
