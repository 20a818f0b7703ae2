import { ConnectError } from "./errors.js";

/** A part of a `SimpleDateFormat` pattern: text, or a letter and how often it stands there. */
export type PatternPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "field"; readonly letter: string; readonly count: number };

const LETTERS = "GyMdkHmsSEDFwWahKzZYuXL";

/** Takes a `SimpleDateFormat` pattern apart. Throws ConnectError `config` with Java's text for what is none. */
export function parseDatePattern(pattern: string): readonly PatternPart[] {
  const parts: PatternPart[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") parts.push({ kind: "text", text });
    text = "";
  };
  for (let at = 0; at < pattern.length;) {
    const c = pattern.charAt(at);
    if (c === "'") {
      const quoted = quotedText(pattern, at);
      text += quoted.text;
      at = quoted.end;
    } else if (!/[a-zA-Z]/.test(c)) {
      text += c;
      at++;
    } else {
      if (!LETTERS.includes(c)) throw invalid(`Illegal pattern character '${c}'`);
      flush();
      const start = at;
      while (pattern.charAt(at) === c) at++;
      parts.push({ kind: "field", letter: c, count: at - start });
    }
  }
  flush();
  return parts;
}

/** Text from the quote at `at` to the next one, two quotes standing for one. */
function quotedText(pattern: string, at: number): { text: string; end: number } {
  if (pattern.charAt(at + 1) === "'") return { text: "'", end: at + 2 };
  let text = "";
  for (let i = at + 1; i < pattern.length; i++) {
    if (pattern.charAt(i) !== "'") text += pattern.charAt(i);
    else if (pattern.charAt(i + 1) === "'") {
      text += "'";
      i++;
    } else return { text, end: i + 1 };
  }
  throw invalid("Unterminated quote");
}

function invalid(message: string): ConnectError {
  return new ConnectError("config", message, { javaClass: "java.lang.IllegalArgumentException" });
}

export const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
] as const; // prettier-ignore
export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const MS_PER_DAY = 86_400_000;

/** The Julian calendar was in use before 1582-10-15 (`GregorianCalendar`). */
const GREGORIAN_START_MS = Date.UTC(1582, 9, 15);

/** A moment's fields in UTC, as `GregorianCalendar` of a US locale gives them. */
export interface CalendarFields {
  /** 1 is AD 1, 0 is 1 BC. */
  readonly year: number;
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly msOfDay: number;
}

/** Fields of an instant. `ms` is milliseconds since the epoch and may be any safe integer. */
export function calendarFields(ms: number): CalendarFields {
  const days = Math.floor(ms / MS_PER_DAY);
  const msOfDay = ms - days * MS_PER_DAY;
  const { year, month, day } = ms >= GREGORIAN_START_MS ? civilFromDays(days) : julianFromDays(days);
  const first = daysFromFields(year, 0, 1);
  return { year, month, day, dayOfYear: days - first + 1, weekday: (((days + 4) % 7) + 7) % 7, msOfDay };
}

/** Days since the epoch of a date whose month and day may be out of range, as a lenient `GregorianCalendar` takes them. */
export function daysFromFields(year: number, month: number, day: number): number {
  const y = year + Math.floor(month / 12);
  const m = ((month % 12) + 12) % 12;
  const gregorian = daysFromCivil(y, m) + day - 1;
  if (gregorian * MS_PER_DAY >= GREGORIAN_START_MS) return gregorian;
  const julian = daysFromJulian(y, m) + day - 1;
  // The days that were left out count on from the old calendar.
  return julian;
}

/** Months counted from March, so that the leap day is the last of the year. */
function marchBased(year: number, month: number): { y: number; dayOfYear: number } {
  const y = month < 2 ? year - 1 : year;
  return { y, dayOfYear: Math.floor((153 * ((month + 10) % 12) + 2) / 5) };
}

function daysFromCivil(year: number, month: number): number {
  const { y, dayOfYear } = marchBased(year, month);
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719468;
}

function daysFromJulian(year: number, month: number): number {
  const { y, dayOfYear } = marchBased(year, month);
  return y * 365 + Math.floor(y / 4) + dayOfYear - 719470;
}

interface YearMonthDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function civilFromDays(days: number): YearMonthDay {
  const shifted = days + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const rest = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  return fromMarchYear(yearOfEra + era * 400, rest);
}

function julianFromDays(days: number): YearMonthDay {
  const shifted = days + 719470;
  const era = Math.floor(shifted / 1461);
  const dayOfEra = shifted - era * 1461;
  const yearOfEra = Math.min(3, Math.floor(dayOfEra / 365));
  return fromMarchYear(yearOfEra + era * 4, dayOfEra - yearOfEra * 365);
}

function fromMarchYear(marchYear: number, dayOfYear: number): YearMonthDay {
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = (marchMonth + 2) % 12;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: month < 2 ? marchYear + 1 : marchYear, month, day };
}
