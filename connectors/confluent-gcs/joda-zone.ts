import { ConnectError } from "../../runtime/api/index.js";
import { ZONE_ABBREVIATIONS } from "./zone-abbreviations.js";

/** A time zone as Joda-Time's `DateTimeZone.forID` knows it. */
export interface JodaZone {
  readonly id: string;
  /** Milliseconds that local time is ahead of UTC at a moment (milliseconds since 1970, UTC). */
  offsetMs(utcMs: number): number;
  /** Name of the zone at a moment, such as `PDT` or `Pacific Daylight Time`. */
  name(utcMs: number, style: "short" | "long", locale: string): string;
}

/** Zones whose rules change do so on a quarter of an hour. */
const QUARTER_MS = 900_000;
const FIXED = /^([+-])(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,]?(\d{3}))?)?)?$/;

/** Throws ConnectError `config` with Joda's text for an id it does not know. Ids are case-sensitive. */
export function parseJodaZone(id: string): JodaZone {
  const fixed = FIXED.exec(id);
  if (fixed !== null) return fixedZone(fixedOffset(fixed));
  if (id === "UTC" || id === "Z") return fixedZone(0);
  if (!isRegion(id)) throw new ConnectError("config", `The datetime zone id '${id}' is not recognised`);
  return new RegionZone(id);
}

function fixedOffset([, sign, hours = "0", minutes = "0", seconds = "0", ms = "0"]: RegExpExecArray): number {
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(ms);
  return sign === "-" ? -size : size;
}

function fixedZone(offsetMs: number): JodaZone {
  const id = offsetMs === 0 ? "UTC" : printOffset(offsetMs, true);
  const names = { short: id, long: offsetMs === 0 ? "Coordinated Universal Time" : id };
  return { id, offsetMs: () => offsetMs, name: (_utcMs, style) => names[style] };
}

/** `+05:30` or `+0530`. */
export function printOffset(offsetMs: number, colon: boolean): string {
  const minutes = Math.floor(Math.abs(offsetMs) / 60_000);
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${offsetMs < 0 ? "-" : "+"}${pad(Math.floor(minutes / 60))}${colon ? ":" : ""}${pad(minutes % 60)}`;
}

/** Short names by id: standard and daylight. The ids are those of the tz database outside `Etc/`. */
const SHORT_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(ZONE_ABBREVIATIONS).flatMap(([names, ids]) =>
    ids.split(" ").map((id) => [id, names.split("/")] as const),
  ),
);

const ETC = /^Etc\/(GMT0?|GMT[+-]\d{1,2}|UTC|UCT|Universal|Zulu|Greenwich)$/;

/** `Intl` takes any letter case, Joda only the right one. */
function isRegion(id: string): boolean {
  if (!SHORT_NAMES.has(id) && !ETC.test(id)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: id });
    return true;
  } catch {
    return false;
  }
}

class RegionZone implements JodaZone {
  private readonly format: Intl.DateTimeFormat;
  private readonly offsets = new Map<number, number>();
  private readonly names = new Map<string, Intl.DateTimeFormat>();

  constructor(readonly id: string) {
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: id,
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  offsetMs(utcMs: number): number {
    const quarter = Math.floor(utcMs / QUARTER_MS);
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    if (this.offsets.size > 10_000) this.offsets.clear();
    const offset = this.compute(quarter * QUARTER_MS);
    this.offsets.set(quarter, offset);
    return offset;
  }

  name(utcMs: number, style: "short" | "long", locale: string): string {
    const text = this.zoneText(utcMs, style, locale);
    if (!/^(GMT|UTC)([+-]|$)/.test(text)) return text;
    const names = style === "short" ? SHORT_NAMES.get(this.id) : undefined;
    return names?.[this.isDaylight(utcMs) ? 1 : 0] ?? printOffset(this.offsetMs(utcMs), true);
  }

  private isDaylight(utcMs: number): boolean {
    const year = new Date(utcMs).getUTCFullYear();
    const standard = Math.min(this.offsetMs(Date.UTC(year, 0, 1)), this.offsetMs(Date.UTC(year, 6, 1)));
    return this.offsetMs(utcMs) > standard;
  }

  private zoneText(utcMs: number, style: "short" | "long", locale: string): string {
    const key = `${style} ${locale}`;
    let format = this.names.get(key);
    if (format === undefined) {
      format = new Intl.DateTimeFormat(locale, { timeZone: this.id, timeZoneName: style });
      this.names.set(key, format);
    }
    return format.formatToParts(utcMs).find((part) => part.type === "timeZoneName")?.value ?? this.id;
  }

  private compute(utcMs: number): number {
    const parts = Object.fromEntries(this.format.formatToParts(utcMs).map(({ type, value }) => [type, value]));
    const year = Number(parts["year"]) * (parts["era"] === "BC" ? -1 : 1) + (parts["era"] === "BC" ? 1 : 0);
    const local = new Date(0);
    local.setUTCFullYear(year, Number(parts["month"]) - 1, Number(parts["day"]));
    local.setUTCHours(Number(parts["hour"]), Number(parts["minute"]), Number(parts["second"]));
    return local.getTime() - utcMs;
  }
}

/**
 * The moment of a local time, lenient: a local time in a gap moves past it, one in an overlap is taken after the
 * transition in eastern zones. Source: Joda-Time's `DateTimeZone.convertLocalToUTC`.
 */
export function localToUtc(zone: JodaZone, localMs: number): number {
  const first = zone.offsetMs(localMs);
  const second = zone.offsetMs(localMs - first);
  if (first === second) return localMs - first;
  if (first < 0 && isGap(zone, localMs, first, second)) return localMs - first;
  return localMs - second;
}

/** In western zones: the two guesses lie on different sides of a transition into summer time. */
function isGap(zone: JodaZone, localMs: number, first: number, second: number): boolean {
  return nextTransition(zone, localMs - first) !== nextTransition(zone, localMs - second);
}

const DAY_MS = 86_400_000;

/** The next moment at which the offset changes, to the quarter of an hour, looked for within two days. */
function nextTransition(zone: JodaZone, utcMs: number): number | null {
  return findTransition(zone, Math.floor(utcMs / QUARTER_MS), Math.floor((utcMs + 2 * DAY_MS) / QUARTER_MS));
}

/** By halving: at most one change lies in the range. Gives the first moment of the later offset. */
function findTransition(zone: JodaZone, fromQuarter: number, toQuarter: number): number | null {
  const before = zone.offsetMs(fromQuarter * QUARTER_MS);
  if (zone.offsetMs(toQuarter * QUARTER_MS) === before) return null;
  let low = fromQuarter;
  let high = toQuarter;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (zone.offsetMs(middle * QUARTER_MS) === before) low = middle;
    else high = middle;
  }
  return high * QUARTER_MS;
}
