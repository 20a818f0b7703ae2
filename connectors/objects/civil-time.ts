/** A moment in the calendar of ISO 8601 (proleptic Gregorian), as `java.time` counts. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const MS_PER_DAY = 86_400_000;
/** Days of a 400-year cycle of the calendar. */
const CYCLE_DAYS = 146_097;

/** The calendar's view of milliseconds since 1970 in some local time. Unlike `Date`, it knows no first and no last year. */
export function civilOf(localMs: number): CivilTime {
  const days = Math.floor(localMs / MS_PER_DAY);
  const ms = localMs - days * MS_PER_DAY;
  // Counts from 0000-03-01, so that the leap day is a year's last. Source: H. Hinnant, "chrono-compatible low-level date algorithms".
  const shifted = days + 719_468;
  const cycle = Math.floor(shifted / CYCLE_DAYS);
  const dayOfCycle = shifted - cycle * CYCLE_DAYS;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / (CYCLE_DAYS - 1))) /
      365,
  );
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
    hour: Math.floor(ms / 3_600_000),
    minute: Math.floor(ms / 60_000) % 60,
    second: Math.floor(ms / 1000) % 60,
    millisecond: ms % 1000,
  };
}

const MS_PER_MINUTE = 60_000;
/** The minute that was printed last, up to its colon: records of a topic are close in time. */
let lastMinute = Number.NaN;
let minuteText = "";

/** `java.time.Instant.toString`: no fraction where the milliseconds are 0, else three digits; a sign from year 10000 on. */
export function instantText(epochMs: number): string {
  const minute = Math.floor(epochMs / MS_PER_MINUTE);
  if (minute !== lastMinute) {
    const { year, month, day, hour, minute: ofHour } = civilOf(epochMs);
    minuteText = `${yearText(year)}-${pad(month, 2)}-${pad(day, 2)}T${pad(hour, 2)}:${pad(ofHour, 2)}:`;
    lastMinute = minute;
  }
  const ms = epochMs - minute * MS_PER_MINUTE;
  const fraction = ms % 1000 === 0 ? "" : `.${pad(ms % 1000, 3)}`;
  return `${minuteText}${pad(Math.floor(ms / 1000), 2)}${fraction}Z`;
}

/** At least four digits, with `+` beyond 9999 and `-` before year 0, as `java.time` prints an ISO year. */
export function yearText(year: number): string {
  if (year < 0) return `-${pad(-year, 4)}`;
  return year > 9999 ? `+${year}` : pad(year, 4);
}

/** `value`, not negative, with zeros in front to `width`. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
