import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type Assignment,
  type MemberMetadata,
} from "../../../../runtime/distributed/protocol.js";

interface Fixture {
  readonly metadata: readonly { readonly hex: string; readonly decoded: MemberMetadata }[];
  readonly assignments: readonly { readonly hex: string; readonly decoded: Assignment }[];
}

// Captured on the wire from Kafka Connect 4.1.1 workers.
const file = new URL("../../../../../test/fixtures/connect-group/jvm-4.1.1.json", import.meta.url);
const jvm = JSON.parse(readFileSync(file, "utf8")) as Fixture;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("protocol", () => {
  it("decodeMetadata() reads what JVM workers send, and encodeMetadata() writes the same bytes", () => {
    assert.ok(jvm.metadata.length > 20);
    for (const fixture of jvm.metadata) {
      const decoded = decodeMetadata(Buffer.from(fixture.hex, "hex"));
      assert.deepEqual(decoded, fixture.decoded);
      assert.equal(hex(encodeMetadata(decoded)), fixture.hex);
    }
  });

  it("decodeAssignment() reads what a JVM leader sends, and encodeAssignment() writes the same bytes", () => {
    for (const fixture of jvm.assignments) {
      const decoded = decodeAssignment(Buffer.from(fixture.hex, "hex"));
      assert.deepEqual(decoded, fixture.decoded);
      assert.equal(hex(encodeAssignment(decoded)), fixture.hex);
    }
  });

  it("encodeAssignment() keeps connectors, tasks without their connector and non-ASCII names", () => {
    const assignment: Assignment = {
      version: 2,
      error: 0,
      leader: "m",
      leaderUrl: "http://w/",
      configOffset: 2 ** 40,
      assigned: {
        connectors: ["ä"],
        tasks: [
          { connector: "ä", task: 3 },
          { connector: "b-1", task: 0 },
        ],
      },
      revoked: { connectors: ["c"], tasks: [] },
      delayMs: 300000,
    };
    assert.deepEqual(decodeAssignment(encodeAssignment(assignment)), assignment);
  });

  it("decodeAssignment() of version 0 has no revocations and no delay", () => {
    const assignment: Assignment = {
      version: 0,
      error: 1,
      leader: "m",
      leaderUrl: "u",
      configOffset: -1,
      assigned: { connectors: [], tasks: [] },
      revoked: { connectors: ["x"], tasks: [] },
      delayMs: 5,
    };
    assert.deepEqual(decodeAssignment(encodeAssignment(assignment)), {
      ...assignment,
      revoked: { connectors: [], tasks: [] },
      delayMs: 0,
    });
  });

  it("decodeMetadata() refuses bytes that are cut short", () => {
    const bytes = Buffer.from(jvm.metadata[0]!.hex, "hex");
    assert.throws(() => decodeMetadata(bytes.subarray(0, 20)), /cut short/);
  });
});
