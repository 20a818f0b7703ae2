import assert from "node:assert/strict";
import { Schedule } from "../../../../connectors/confluent-gcs/schedule.js";

const HOUR_MS = 3_600_000;

describe("Schedule", () => {
  const next = (intervalMs: number, zone: string, now: string): string =>
    new Date(new Schedule(intervalMs, zone).nextAfter(Date.parse(now))).toISOString();

  it("nextAfter() counts intervals from midnight", () => {
    assert.equal(next(HOUR_MS, "UTC", "2024-05-08T10:20:00Z"), "2024-05-08T11:00:00.000Z");
    assert.equal(next(7 * HOUR_MS, "UTC", "2024-05-08T08:00:00Z"), "2024-05-08T14:00:00.000Z");
    assert.equal(next(HOUR_MS, "UTC", "2024-05-08T11:00:00Z"), "2024-05-08T12:00:00.000Z");
  });

  it("nextAfter() ends the day's last interval at midnight", () => {
    assert.equal(next(7 * HOUR_MS, "UTC", "2024-05-08T22:00:00Z"), "2024-05-09T00:00:00.000Z");
    assert.equal(next(100 * HOUR_MS, "UTC", "2024-05-08T22:00:00Z"), "2024-05-09T00:00:00.000Z");
  });

  it("nextAfter() takes the zone's midnight", () => {
    assert.equal(next(6 * HOUR_MS, "+05:30", "2024-05-08T10:00:00Z"), "2024-05-08T12:30:00.000Z");
    assert.equal(next(24 * HOUR_MS, "America/Los_Angeles", "2024-05-08T10:00:00Z"), "2024-05-09T07:00:00.000Z");
  });

  it("nextAfter() knows days of 23 and 25 hours", () => {
    // Berlin: 2024-03-31 lasts from 23:00Z to 22:00Z, 2024-10-27 from 22:00Z to 23:00Z.
    assert.equal(next(24 * HOUR_MS, "Europe/Berlin", "2024-03-31T01:30:00Z"), "2024-03-31T22:00:00.000Z");
    assert.equal(next(24 * HOUR_MS, "Europe/Berlin", "2024-10-27T01:30:00Z"), "2024-10-27T22:00:00.000Z");
    assert.equal(next(24 * HOUR_MS, "Europe/Berlin", "2024-10-27T22:30:00Z"), "2024-10-27T23:00:00.000Z");
    assert.equal(next(2 * HOUR_MS, "Europe/Berlin", "2024-03-31T00:30:00Z"), "2024-03-31T01:00:00.000Z");
  });
});
