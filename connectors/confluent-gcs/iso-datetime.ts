/**
 * Joda-Time's `ISODateTimeFormat.dateTimeParser`: `[date][T time][offset]`. Text without an offset is UTC here (in Java, the
 * zone of the JVM).
 */
const DATE = String.raw`(?<year>[+-]?\d{1,9})(?:-W(?<week>\d{1,2})(?:-(?<weekday>\d))?|-(?<ordinal>\d{3})|-(?<month>\d{1,2})(?:-(?<day>\d{1,2}))?)?`;
const TIME = String.raw`(?<hour>\d{1,2})(?:(?<hourFraction>[.,]\d+)|:(?<minute>\d{1,2})(?:(?<minuteFraction>[.,]\d+)|:(?<second>\d{1,2})(?<secondFraction>[.,]\d+)?)?)?`;
const OFFSET = String.raw`(?<offset>Z|[+-]\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d{3})?)?)?)`;
const PATTERN = new RegExp(`^(?:${DATE})?(?:T(?:${TIME})?${OFFSET}?)?$`);

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Milliseconds since 1970, or null where the text is none. */
export function parseIsoDateTime(text: string): number | null {
  const match = text === "" ? null : PATTERN.exec(text);
  if (match?.groups === undefined) return null;
  const dayMs = dateOf(match.groups);
  const timeMs = timeOf(match.groups);
  return dayMs === null || timeMs === null ? null : dayMs + timeMs - offsetOf(match.groups["offset"]);
}

type Groups = Readonly<Record<string, string | undefined>>;

function dateOf(groups: Groups): number | null {
  const { year, week, weekday, ordinal, month, day } = groups;
  if (year === undefined) return 0;
  if (week !== undefined) return weekDate(Number(year), Number(week), Number(weekday ?? 1));
  if (ordinal !== undefined) return ordinalDate(Number(year), Number(ordinal));
  const wanted = { month: Number(month ?? 1) - 1, day: Number(day ?? 1) };
  const date = new Date(0);
  date.setUTCFullYear(Number(year), wanted.month, wanted.day);
  return date.getUTCMonth() === wanted.month && date.getUTCDate() === wanted.day ? date.getTime() : null;
}

function ordinalDate(year: number, ordinal: number): number | null {
  const date = new Date(0);
  date.setUTCFullYear(year, 0, ordinal);
  return ordinal >= 1 && date.getUTCFullYear() === year ? date.getTime() : null;
}

function weekDate(year: number, week: number, weekday: number): number | null {
  if (week < 1 || week > 53 || weekday < 1 || weekday > 7) return null;
  // The fourth of January is always in week 1.
  const fourth = new Date(0);
  fourth.setUTCFullYear(year, 0, 4);
  const monday = fourth.getTime() - ((fourth.getUTCDay() || 7) - 1) * DAY_MS;
  return monday + ((week - 1) * 7 + weekday - 1) * DAY_MS;
}

function timeOf({ hour, hourFraction, minute, minuteFraction, second, secondFraction }: Groups): number | null {
  const h = Number(hour ?? 0);
  const m = Number(minute ?? 0);
  const s = Number(second ?? 0);
  if (h > 23 || m > 59 || s > 59) return null;
  const part = (text: string | undefined, unitMs: number): number =>
    text === undefined ? 0 : Math.floor(Number(`0.${text.slice(1)}`) * unitMs + 1e-6);
  return (
    h * HOUR_MS +
    m * 60_000 +
    s * 1000 +
    part(hourFraction, HOUR_MS) +
    part(minuteFraction, 60_000) +
    part(secondFraction, 1000)
  );
}

function offsetOf(text: string | undefined): number {
  if (text === undefined || text === "Z") return 0;
  const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).replaceAll(":", "").match(/\d{2}/g) ?? []).map(Number);
  const size = hours * HOUR_MS + minutes * 60_000 + seconds * 1000;
  return text.startsWith("-") ? -size : size;
}
