import assert from "node:assert/strict";
import { parseIsoDateTime } from "../../../../connectors/confluent-gcs/iso-datetime.js";
import { compileJodaFormat } from "../../../../connectors/confluent-gcs/joda-format.js";
import { localToUtc, parseJodaZone } from "../../../../connectors/confluent-gcs/joda-zone.js";

/** Expected texts were recorded from Joda-Time 2.13.1 on JDK 17. */
describe("Joda-Time's formats", () => {
  const print = (pattern: string, zone: string, locale: string, utcMs: number): string =>
    compileJodaFormat(pattern, parseJodaZone(zone), locale)(utcMs);

  it("compileJodaFormat() prints every letter as Joda-Time does", () => {
    const pattern = "z/zzzz/ZZ/h/k/M/d/m/s/S/SS/G/CC/xx/yyyyy/''";
    assert.equal(
      print(pattern, "America/Los_Angeles", "en", 1715224653007),
      "PDT/Pacific Daylight Time/-07:00/8/20/5/8/17/33/0/00/AD/20/24/02024/'",
    );
    assert.equal(
      print(pattern, "America/Los_Angeles", "en", 1702264653007),
      "PST/Pacific Standard Time/-08:00/7/19/12/10/17/33/0/00/AD/20/23/02023/'",
    );
  });

  it("compileJodaFormat() knows no week year behind YYYY", () => {
    assert.equal(print("YYYY-MM-dd xxxx", "UTC", "en", Date.UTC(2024, 11, 30)), "2024-12-30 2025");
  });

  it("compileJodaFormat() refuses letters that Joda-Time refuses", () => {
    assert.throws(() => print("'rr'=rr", "UTC", "en", 0), { message: "Illegal pattern component: rr" });
  });

  it("parseJodaZone() takes ids in their own letter case only, and offsets", () => {
    assert.throws(() => parseJodaZone("europe/berlin"), {
      message: "The datetime zone id 'europe/berlin' is not recognised",
    });
    assert.throws(() => parseJodaZone("LLL"));
    assert.equal(parseJodaZone("+05:30").offsetMs(0), 19_800_000);
    assert.equal(parseJodaZone("America/New_York").offsetMs(Date.UTC(2024, 6, 1)), -14_400_000);
  });

  it("localToUtc() moves a local time in a gap past it", () => {
    const zone = parseJodaZone("America/Los_Angeles");
    // 2024-03-10 02:00 does not exist there.
    assert.equal(print("HH:mm", "America/Los_Angeles", "en", localToUtc(zone, Date.UTC(2024, 2, 10, 2))), "03:00");
    assert.equal(localToUtc(zone, Date.UTC(2024, 2, 10, 4)), Date.UTC(2024, 2, 10, 11));
  });

  it("parseIsoDateTime() reads dates, times, weeks and offsets, and nothing with a space", () => {
    assert.equal(parseIsoDateTime("2015-04"), Date.UTC(2015, 3, 1));
    assert.equal(parseIsoDateTime("2024-W05-2"), Date.UTC(2024, 0, 30));
    assert.equal(parseIsoDateTime("2024-123"), Date.UTC(2024, 4, 2));
    assert.equal(parseIsoDateTime("T17:30,5Z"), 63_030_000);
    assert.equal(parseIsoDateTime("2024-05-08T10:11:12.123+02:00"), Date.UTC(2024, 4, 8, 8, 11, 12, 123));
    assert.equal(parseIsoDateTime("2024-05-08 10:11"), null);
    assert.equal(parseIsoDateTime("2024-02-30"), null);
    assert.equal(parseIsoDateTime(""), null);
  });
});
