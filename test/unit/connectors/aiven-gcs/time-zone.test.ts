import assert from "node:assert/strict";
import { NameClock } from "../../../../connectors/aiven-gcs/clock.js";
import { parseTimeZone } from "../../../../connectors/aiven-gcs/time-zone.js";

const AT = Date.UTC(2024, 5, 30, 22, 30);

// Times computed by java.time of JDK 17.
const KNOWN: readonly (readonly [string, number, string])[] = [
  ["Z", AT, "2024-06-30T22"],
  ["UTC", AT, "2024-06-30T22"],
  ["+02:00", AT, "2024-07-01T00"],
  ["-3", AT, "2024-06-30T19"],
  ["+0530", AT, "2024-07-01T04"],
  ["GMT+3", AT, "2024-07-01T01"],
  ["UT-01:30", AT, "2024-06-30T21"],
  ["Europe/Paris", AT, "2024-07-01T00"],
  ["Asia/Kolkata", AT, "2024-07-01T04"],
  ["Australia/Lord_Howe", AT, "2024-07-01T09"],
  ["US/Pacific", AT, "2024-06-30T15"],
  ["EST", AT, "2024-06-30T17"],
  ["CET", AT, "2024-07-01T00"],
  ["Etc/GMT+3", AT, "2024-06-30T19"],
  ["Europe/Paris", Date.UTC(2024, 9, 27, 0, 30), "2024-10-27T02"],
  ["Europe/Paris", Date.UTC(2024, 9, 27, 1, 30), "2024-10-27T02"],
  ["America/New_York", Date.UTC(1960, 6, 1, 12), "1960-07-01T08"],
  ["Europe/Paris", 253402300800000, "+10000-01-01T01"],
];

const REFUSED: readonly (readonly [string, string])[] = [
  ["", "Invalid ID for ZoneOffset, invalid format: "],
  ["A", "Invalid ID for ZoneOffset, invalid format: A"],
  ["+25", "Zone offset hours not in valid range: value 25 is not in the range -18 to 18"],
  ["+02:70", "Zone offset minutes not in valid range: value 70 is not in the range -59 to 59"],
  ["+18:01", "Zone offset not in valid range: -18:00 to +18:00"],
  ["+2a", "Invalid ID for ZoneOffset, non numeric characters found: +2a"],
  ["+02-00", "Invalid ID for ZoneOffset, colon not found when expected: +02-00"],
  ["+02:0", "Invalid ID for ZoneOffset, non numeric characters found: +02:0"],
  ["GMT+99", "Invalid ID for offset-based ZoneId: GMT+99"],
  ["Europe/Nowhere", "Unknown time-zone ID: Europe/Nowhere"],
  ["europe/paris", "Unknown time-zone ID: europe/paris"],
  ["Europe Paris", "Invalid ID for region-based ZoneId, invalid format: Europe Paris"],
];

describe("parseTimeZone()", () => {
  for (const [id, epochMs, expected] of KNOWN)
    it(`knows the time of ${id} at ${epochMs}`, () => {
      const texts = new NameClock(parseTimeZone(id)).textsAt(epochMs);
      assert.equal(`${texts.yyyy}-${texts.MM}-${texts.dd}T${texts.HH}`, expected);
    });

  for (const [id, message] of REFUSED)
    it(`refuses ${JSON.stringify(id)}`, () => {
      assert.throws(() => parseTimeZone(id), { kind: "config", message });
    });
});

describe("NameClock", () => {
  it("gives one object for a quarter of an hour, and changes within an hour where the zone does", () => {
    const clock = new NameClock(parseTimeZone("Asia/Kathmandu"));
    assert.equal(clock.textsAt(AT), clock.textsAt(AT + 899_999));
    // Nepal is 5:45 ahead.
    assert.equal(clock.textsAt(Date.UTC(2024, 0, 1, 0, 14)).HH, "05");
    assert.equal(clock.textsAt(Date.UTC(2024, 0, 1, 0, 15)).HH, "06");
  });

  it("changes with the finest unit of names", () => {
    const clock = new NameClock(parseTimeZone("Z"), "ss");
    assert.equal(clock.textsAt(AT), clock.textsAt(AT + 999));
    assert.notEqual(clock.textsAt(AT), clock.textsAt(AT + 1000));
  });

  it("changes the hour where an offset is no multiple of a quarter of an hour", () => {
    const clock = new NameClock(parseTimeZone("+00:07:30"));
    assert.equal(clock.textsAt(Date.UTC(2024, 0, 1, 0, 52, 29)).HH, "00");
    assert.equal(clock.textsAt(Date.UTC(2024, 0, 1, 0, 52, 30)).HH, "01");
  });
});
