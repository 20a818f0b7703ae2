import { calendarFields, daysFromFields, MONTHS, WEEKDAYS, type PatternPart } from "./java-date-pattern.js";

/** What has been read of a text. Absent fields keep `GregorianCalendar`'s defaults: 1970-01-01T00:00. */
interface ReadFields {
  era?: "BC";
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  isPm?: boolean;
  /** 0 to 23, or beyond when lenient. */
  hour?: number;
  /** 0 to 11. */
  hour12?: number;
  minute?: number;
  second?: number;
  ms?: number;
  offsetMs?: number;
}

interface Reading {
  readonly text: string;
  readonly nowMs: number;
  at: number;
  readonly fields: ReadFields;
}

/**
 * `SimpleDateFormat.parse` of a lenient format: milliseconds since the epoch, or null. Weekdays, weeks and week years are read
 * over; dates are made of years, months, days and days of the year.
 */
export function readDate(parts: readonly PatternPart[], text: string, nowMs: number): number | null {
  const reading: Reading = { text, nowMs, at: 0, fields: {} };
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.kind === "text") {
      if (!text.startsWith(part.text, reading.at)) return null;
      reading.at += part.text.length;
    } else if (!readField(reading, part.letter, part.count, fixedWidth(parts, i))) return null;
  }
  return toMs(reading.fields);
}

/** A number with another field right after it has exactly its letters' number of digits; any other takes all there are. */
function fixedWidth(parts: readonly PatternPart[], index: number): boolean {
  return parts[index + 1]?.kind === "field";
}

function readField(reading: Reading, letter: string, count: number, fixed: boolean): boolean {
  while (/[ \t]/.test(reading.text.charAt(reading.at))) reading.at++;
  const { fields } = reading;
  switch (letter) {
    case "G": {
      const era = readWord(reading, ["BC", "AD"]);
      if (era === 0) fields.era = "BC";
      return era >= 0;
    }
    case "E":
      return readWord(reading, [...WEEKDAYS, ...WEEKDAYS.map((day) => day.slice(0, 3))]) >= 0;
    case "a": {
      const half = readWord(reading, ["AM", "PM"]);
      fields.isPm = half === 1;
      return half >= 0;
    }
    case "z":
    case "Z":
    case "X":
      return readZone(reading, letter, count);
    case "M":
    case "L":
      if (count >= 3) return readMonthName(reading);
      break;
  }
  const start = reading.at;
  const value = readNumber(reading, fixed ? count : Infinity);
  if (value === null) return false;
  storeNumber(reading, letter, count, value, reading.at - start);
  return true;
}

function readMonthName(reading: Reading): boolean {
  const index = readWord(reading, [...MONTHS, ...MONTHS.map((month) => month.slice(0, 3))]);
  if (index >= 0) reading.fields.month = index % 12;
  return index >= 0;
}

function storeNumber(reading: Reading, letter: string, count: number, value: number, length: number): void {
  const { fields } = reading;
  switch (letter) {
    case "y":
      // Exactly two digits are a year of this century or the last.
      fields.year = count <= 2 && length === 2 && value >= 0 ? fullYear(value, reading.nowMs) : value;
      break;
    case "M":
    case "L":
      fields.month = value - 1;
      break;
    case "d":
      fields.day = value;
      break;
    case "D":
      fields.dayOfYear = value;
      break;
    case "H":
      fields.hour = value;
      break;
    case "k":
      fields.hour = value === 24 ? 0 : value;
      break;
    case "K":
      fields.hour12 = value;
      break;
    case "h":
      fields.hour12 = value === 12 ? 0 : value;
      break;
    case "m":
      fields.minute = value;
      break;
    case "s":
      fields.second = value;
      break;
    case "S":
      fields.ms = value;
      break;
  }
}

/** The year of two digits between 80 years before and 20 years after now. */
function fullYear(value: number, nowMs: number): number {
  const start = calendarFields(nowMs).year - 80;
  const year = start - (start % 100) + value;
  return year < start ? year + 100 : year;
}

/** Digits, with a minus where the field's width is free. */
function readNumber(reading: Reading, width: number): number | null {
  const { text } = reading;
  let at = reading.at;
  if (width !== Infinity && at + width > text.length) return null;
  const limit = Math.min(text.length, at + width);
  const negative = text.charAt(at) === "-";
  if (negative) at++;
  const start = at;
  while (at < limit && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  if (at === start) return null;
  reading.at = at;
  const value = Number(text.slice(start, at));
  // Java keeps 32 bits.
  return (negative ? -value : value) | 0;
}

/** Index of the word that stands here, in any case; -1 for none. */
function readWord(reading: Reading, words: readonly string[]): number {
  const rest = reading.text.slice(reading.at, reading.at + 12).toLowerCase();
  const index = words.findIndex((word) => rest.startsWith(word.toLowerCase()));
  if (index >= 0) reading.at += words[index]!.length;
  return index;
}

/** Hours east of Greenwich of the zone names that texts in English use. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0, GMT: 0, UT: 0, Z: 0, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7, WET: 0, WEST: 1, CET: 1,
  CEST: 2, EET: 2, EEST: 3, MSK: 3, JST: 9,
}; // prettier-ignore

function readZone(reading: Reading, letter: string, count: number): boolean {
  const rest = reading.text.slice(reading.at);
  const iso = count === 1 ? /^([+-])(\d{2})()/ : count === 2 ? /^([+-])(\d{2})(\d{2})/ : /^([+-])(\d{2}):(\d{2})/;
  const match =
    letter === "X"
      ? (/^Z/.exec(rest) ?? iso.exec(rest))
      : /^(?:GMT([+-])(\d{1,2}):?(\d{2})|([+-])(\d{1,2}):?(\d{2}))/.exec(rest);
  if (match !== null) {
    reading.at += match[0].length;
    const [, sign = match[4], hours = match[5], minutes = match[6]] = match;
    const total = Number(hours ?? 0) * 60 + Number(minutes === undefined || minutes === "" ? 0 : minutes);
    reading.fields.offsetMs = (sign === "-" ? -total : total) * 60_000;
    return true;
  }
  const name = letter === "X" ? undefined : /^[A-Za-z]+/.exec(rest)?.[0];
  const hours = name === undefined ? undefined : ZONES[name.toUpperCase()];
  if (name === undefined || hours === undefined) return false;
  reading.at += name.length;
  reading.fields.offsetMs = hours * 3_600_000;
  return true;
}

function toMs(fields: ReadFields): number {
  const year = fields.era === "BC" ? 1 - (fields.year ?? 1) : (fields.year ?? 1970);
  const usesDayOfYear = fields.dayOfYear !== undefined && fields.month === undefined && fields.day === undefined;
  const days = usesDayOfYear
    ? daysFromFields(year, 0, 1) + fields.dayOfYear! - 1
    : daysFromFields(year, fields.month ?? 0, fields.day ?? 1);
  const hour = fields.hour ?? (fields.hour12 ?? 0) + (fields.isPm === true ? 12 : 0);
  const seconds = (hour * 60 + (fields.minute ?? 0)) * 60 + (fields.second ?? 0);
  return days * 86_400_000 + seconds * 1000 + (fields.ms ?? 0) - (fields.offsetMs ?? 0);
}
