import assert from "node:assert/strict";
import { murmur2, partitionOf } from "../../../runtime/kafka/murmur2.js";

/** Printed by `Utils.murmur2` of kafka-clients 4.1.1 for the UTF-8 bytes. */
const JAVA_HASHES: Readonly<Record<string, number>> = {
  "": 275646681,
  a: -1563381124,
  "21": -973932308,
  foobar: -790332482,
  "a-little-bit-long-string": -985981536,
  "a-little-bit-longer-string": -1486304829,
  lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8: -58897971,
  "connector-gcs-sink": -1277725325,
  "session-key": -126197416,
  "commit-größe-é-日本": -1925196981,
  "status-task-x-0": -1705794303,
};

describe("kafka/murmur2", () => {
  it("murmur2() gives the hashes of Java's clients", () => {
    for (const [text, hash] of Object.entries(JAVA_HASHES)) assert.equal(murmur2(Buffer.from(text)), hash, text);
  });

  it("murmur2() reads a view into a larger buffer", () => {
    const buffer = Buffer.from("xxfoobaryy");
    assert.equal(murmur2(buffer.subarray(2, 8)), JAVA_HASHES["foobar"]);
  });

  it("partitionOf() clears the sign bit as Java does, not by taking the absolute value", () => {
    assert.equal(partitionOf(Buffer.from("21"), 5), (-973932308 & 0x7fffffff) % 5);
    assert.equal(partitionOf(Buffer.from(""), 25), 275646681 % 25);
  });
});
