import {
  calendarFields,
  daysFromFields,
  MONTHS,
  parseDatePattern,
  WEEKDAYS,
  type CalendarFields,
  type PatternPart,
} from "./java-date-pattern.js";
import { readDate } from "./java-date-read.js";

/** Java's `SimpleDateFormat` of an English locale and the zone UTC, for writing and lenient reading. */
export class JavaDateFormat {
  readonly #parts: readonly PatternPart[];

  /** Throws ConnectError `config` for what is no pattern. */
  constructor(pattern: string) {
    this.#parts = parseDatePattern(pattern);
  }

  /** `ms`: milliseconds since the epoch. */
  format(ms: number): string {
    const fields = calendarFields(ms);
    let text = "";
    for (const part of this.#parts)
      text += part.kind === "text" ? part.text : formatField(fields, part.letter, part.count);
    return text;
  }

  /**
   * Milliseconds since the epoch of the date at the start of `text`; what follows is ignored. Fields out of range roll over.
   * Null where the text does not match. The century of a two-digit year is chosen by `nowMs`: 80 years back to 20 ahead.
   */
  parse(text: string, nowMs: number): number | null {
    return readDate(this.#parts, text, nowMs);
  }
}

function formatField(fields: CalendarFields, letter: string, count: number): string {
  const { year, month, day, dayOfYear, weekday, msOfDay } = fields;
  const pad = (value: number): string => String(value).padStart(count, "0");
  const hour = Math.floor(msOfDay / 3_600_000);
  switch (letter) {
    case "G":
      return year > 0 ? "AD" : "BC";
    case "y":
      return yearText(year > 0 ? year : 1 - year, count);
    case "Y":
      return yearText(weekYear(fields), count);
    case "M":
    case "L":
      return monthText(month, count);
    case "d":
      return pad(day);
    case "D":
      return pad(dayOfYear);
    case "F":
      return pad(Math.floor((day - 1) / 7) + 1);
    case "E":
      return count >= 4 ? WEEKDAYS[weekday]! : WEEKDAYS[weekday]!.slice(0, 3);
    case "u":
      return pad(weekday === 0 ? 7 : weekday);
    case "w":
      return pad(weekOfYear(fields));
    case "W":
      return pad(Math.floor((day + 6 - weekday) / 7) + (firstWeekdayIsSunday(day, weekday) ? 0 : 1));
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "H":
      return pad(hour);
    case "k":
      return pad(hour === 0 ? 24 : hour);
    case "K":
      return pad(hour % 12);
    case "h":
      return pad(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return pad(Math.floor(msOfDay / 60_000) % 60);
    case "s":
      return pad(Math.floor(msOfDay / 1000) % 60);
    case "S":
      return pad(msOfDay % 1000);
    case "z":
      return count >= 4 ? "Coordinated Universal Time" : "UTC";
    case "Z":
      return "+0000";
    default:
      return "Z";
  }
}

/** Two letters give two digits; any other number the whole year. */
function yearText(year: number, count: number): string {
  return count === 2 ? String(year % 100).padStart(2, "0") : String(year).padStart(count, "0");
}

function monthText(month: number, count: number): string {
  if (count >= 4) return MONTHS[month]!;
  return count === 3 ? MONTHS[month]!.slice(0, 3) : String(month + 1).padStart(count, "0");
}

/** Whether the first of the month is a Sunday. */
function firstWeekdayIsSunday(day: number, weekday: number): boolean {
  return (((weekday - day + 1) % 7) + 7) % 7 === 0;
}

/** Weeks begin on Sunday and the one with 1 January is the first (the US locale). */
function weekOfYear({ dayOfYear, weekday, year }: CalendarFields): number {
  const daysOfYear = daysFromFields(year + 1, 0, 1) - daysFromFields(year, 0, 1);
  // The week that has the next 1 January belongs to the next year.
  if (dayOfYear + (6 - weekday) > daysOfYear) return 1;
  const firstWeekday = (((weekday - dayOfYear + 1) % 7) + 7) % 7;
  return Math.floor((dayOfYear - 1 + firstWeekday) / 7) + 1;
}

function weekYear(fields: CalendarFields): number {
  return fields.month === 11 && weekOfYear(fields) === 1 ? fields.year + 1 : fields.year;
}
