import { ConnectError } from "../../runtime/api/index.js";
import { civilOf } from "../objects/civil-time.js";
import type { CivilTime } from "../objects/civil-time.js";
import { ZONE_IDS } from "./zone-ids.js";

/** A time zone as Java's `ZoneId` knows it. */
export interface TimeZone {
  readonly id: string;
  /** Since 1973 the zone is ahead of UTC by multiples of this, and changes at multiples of it: 1 second, 1 minute or a quarter of an hour. */
  readonly stepMs: number;
  /** Calendar and clock of the zone at a moment. */
  at(epochMs: number): CivilTime;
}

/** `ZoneId.of`. Throws ConnectError `config` with the JDK's texts. */
export function parseTimeZone(id: string): TimeZone {
  if (id.length <= 1 || /^[+-]/.test(id)) return fixedZone(id, parseOffset(id));
  const prefix = /^(UTC|GMT|UT)(?:$|(?=[+-]))/.exec(id);
  if (prefix !== null) {
    const rest = id.slice(prefix[0].length);
    if (rest === "") return fixedZone(id, 0);
    try {
      return fixedZone(id, parseOffset(rest));
    } catch (error) {
      // `GMT+0` and the like fail as offsets only where they are no region either.
      throw new ConnectError("config", `Invalid ID for offset-based ZoneId: ${id}`, { cause: error });
    }
  }
  if (!/^[A-Za-z][A-Za-z0-9/~._+-]+$/.test(id))
    throw new ConnectError("config", `Invalid ID for region-based ZoneId, invalid format: ${id}`);
  if (!ZONE_IDS.has(id)) throw new ConnectError("config", `Unknown time-zone ID: ${id}`);
  return regionZone(id);
}

function fixedZone(id: string, offsetSeconds: number): TimeZone {
  const stepMs = [900_000, 60_000].find((ms) => (offsetSeconds * 1000) % ms === 0) ?? 1000;
  return { id, stepMs, at: (epochMs) => civilOf(epochMs + offsetSeconds * 1000) };
}

/** Positions of hours, minutes and seconds by the length of the text, and whether colons stand before the later two. */
const OFFSET_LAYOUTS: Readonly<Record<number, { readonly digits: readonly number[]; readonly colons: boolean }>> = {
  3: { digits: [1], colons: false },
  5: { digits: [1, 3], colons: false },
  6: { digits: [1, 4], colons: true },
  7: { digits: [1, 3, 5], colons: false },
  9: { digits: [1, 4, 7], colons: true },
};

/** `ZoneOffset.of`, in seconds. */
function parseOffset(text: string): number {
  if (text === "Z") return 0;
  const id = text.length === 2 ? `${text.charAt(0)}0${text.charAt(1)}` : text;
  const layout = OFFSET_LAYOUTS[id.length];
  if (layout === undefined) throw invalidOffset("invalid format", id);
  const [hours = 0, minutes = 0, seconds = 0] = layout.digits.map((at, index) => {
    if (index > 0 && layout.colons && id.charAt(at - 1) !== ":")
      throw invalidOffset("colon not found when expected", id);
    const digits = id.slice(at, at + 2);
    if (!/^[0-9]{2}$/.test(digits)) throw invalidOffset("non numeric characters found", id);
    return Number(digits);
  });
  const sign = id.charAt(0);
  if (sign !== "+" && sign !== "-") throw invalidOffset("plus/minus not found when expected", id);
  checkRange("hours", sign === "-" ? -hours : hours, 18);
  checkRange("minutes", sign === "-" ? -minutes : minutes, 59);
  checkRange("seconds", sign === "-" ? -seconds : seconds, 59);
  if (hours === 18 && minutes + seconds > 0)
    throw new ConnectError("config", "Zone offset not in valid range: -18:00 to +18:00");
  return (sign === "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
}

function invalidOffset(reason: string, id: string): ConnectError {
  return new ConnectError("config", `Invalid ID for ZoneOffset, ${reason}: ${id}`);
}

function checkRange(what: string, value: number, limit: number): void {
  if (Math.abs(value) <= limit) return;
  throw new ConnectError(
    "config",
    `Zone offset ${what} not in valid range: value ${value} is not in the range -${limit} to ${limit}`,
  );
}

/** What `Date` can hold; `Intl` knows no more. Beyond, a zone keeps the offset that it has there. */
const DATE_LIMIT_MS = 8_640_000_000_000_000;

function regionZone(id: string): TimeZone {
  const format = new Intl.DateTimeFormat("en-US-u-ca-iso8601", {
    timeZone: id,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  return { id, stepMs: 900_000, at: (epochMs) => civilOf(epochMs + offsetMsAt(format, epochMs)) };
}

function offsetMsAt(format: Intl.DateTimeFormat, epochMs: number): number {
  const known = Math.max(-DATE_LIMIT_MS + 1e9, Math.min(DATE_LIMIT_MS - 1e9, epochMs));
  const wholeSeconds = Math.floor(known / 1000) * 1000;
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(wholeSeconds)) parts[type] = value;
  const yearOfEra = Number(parts.year);
  const year = parts.era?.startsWith("B") === true ? 1 - yearOfEra : yearOfEra;
  const local = new Date(0);
  local.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return local.getTime() - wholeSeconds;
}
