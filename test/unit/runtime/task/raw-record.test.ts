import assert from "node:assert/strict";
import { areSafeHeaders, decodeHeaders, RowOrigin } from "../../../../runtime/task/raw-record.js";
import { recordColumns } from "../../../support/record-columns.js";

describe("decodeHeaders()", () => {
  it("keeps order and duplicates, tells null from empty, and reads lengths of several bytes", () => {
    const long = "x".repeat(300);
    const columns = recordColumns([
      { offset: 0, headers: [["a", "1"]] },
      {
        offset: 1,
        headers: [
          ["b", "2"],
          ["a", null],
          ["b", ""],
          [long, long.repeat(60)],
          ["grüße", Buffer.from([0xff])],
        ],
      },
      { offset: 2, headers: Array.from({ length: 200 }, (_, i) => [String(i), String(i)] as const) },
      { offset: 3 },
    ]);
    const headers = (row: number) =>
      decodeHeaders(columns.buffer, columns.headersStart[row]!, columns.headerCount[row]!).map(([key, value]) => [
        key,
        value === null ? null : Buffer.from(value).toString("latin1"),
      ]);
    assert.deepEqual(headers(0), [["a", "1"]]);
    assert.deepEqual(headers(1), [
      ["b", "2"],
      ["a", null],
      ["b", ""],
      [long, long.repeat(60)],
      ["grüße", "\xff"],
    ]);
    assert.deepEqual(headers(2)[199], ["199", "199"]);
    assert.deepEqual(headers(3), []);
  });
});

describe("areSafeHeaders()", () => {
  const headers = [["a", "1"], ["b", null], ["c", ""], ["d", "x".repeat(200)], ["e", "2"]] as const; // prettier-ignore
  const { buffer, headersStart, headerCount } = recordColumns([{ offset: 0, headers }]);

  it("asks about the bytes of each value that is not null, until one is not safe", () => {
    const seen: string[] = [];
    const ask = (stop: string) => {
      const isSafe = (bytes: Buffer, start: number, end: number) => {
        seen.push(bytes.toString("utf8", start, end));
        return seen.at(-1) !== stop;
      };
      return areSafeHeaders({ isSafe }, buffer, headersStart[0]!, headerCount[0]!);
    };
    assert.equal(ask("none"), true);
    assert.deepEqual(seen.splice(0), ["1", "", "x".repeat(200), "2"]);
    assert.equal(ask(""), false);
    assert.deepEqual(seen, ["1", ""]);
  });

  it("says no where the converter cannot tell", () => {
    assert.equal(areSafeHeaders({}, buffer, headersStart[0]!, headerCount[0]!), false);
  });
});

describe("RowOrigin", () => {
  it("gives the record's own bytes", () => {
    const columns = recordColumns([
      { offset: 4, key: "k", value: null, timestampMs: -1 },
      { offset: 7, key: null, value: "", headers: [["h", "x"]], timestampMs: 5 },
    ]);
    const text = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString());
    const first = new RowOrigin("t", 3, columns, 0);
    assert.equal(first.offset, 4);
    const raw = first.raw();
    assert.deepEqual([text(raw.key), raw.value, raw.timestampMs, raw.headers], ["k", null, -1, []]);
    const second = new RowOrigin("t", 3, columns, 1).raw();
    assert.deepEqual([second.key, text(second.value), second.offset, second.headers.length], [null, "", 7, 1]);
  });
});
