import { localToUtc, parseJodaZone, type JodaZone } from "./joda-zone.js";

const DAY_MS = 86_400_000;

/** Wall clock times at which open files are committed: every interval from the local midnight on. */
export class Schedule {
  private readonly zone: JodaZone;

  constructor(
    private readonly intervalMs: number,
    timezone: string,
  ) {
    this.zone = parseJodaZone(timezone);
  }

  /** The first time after `nowMs`. The day's last interval ends at midnight, however long the day is. */
  nextAfter(nowMs: number): number {
    const localMidnight = Math.floor((nowMs + this.zone.offsetMs(nowMs)) / DAY_MS) * DAY_MS;
    const start = localToUtc(this.zone, localMidnight);
    const end = localToUtc(this.zone, localMidnight + DAY_MS);
    const next = start + (Math.floor((nowMs - start) / this.intervalMs) + 1) * this.intervalMs;
    return Math.min(next, end);
  }
}
