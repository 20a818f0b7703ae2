import assert from "node:assert/strict";
import { negotiateVersion } from "../../../runtime/kafka/api-request.js";
import { listOffsetsRequest } from "../../../runtime/kafka/requests/list-offsets.js";

describe("api-request", () => {
  const request = listOffsetsRequest([{ topic: "t", partition: 0 }], -1, false); // versions 1 to 5

  it("negotiateVersion() takes the highest version that both sides know", () => {
    const versions = [
      [0, 2, 2],
      [1, 11, 5],
      [5, 9, 5],
      [0, 1, 1],
    ] as const;
    for (const [minVersion, maxVersion, expected] of versions) {
      assert.equal(negotiateVersion(request, { 2: { minVersion, maxVersion } }, "b:1"), expected);
    }
  });

  it("negotiateVersion() says which versions there are when none is shared", () => {
    assert.throws(() => negotiateVersion(request, { 2: { minVersion: 6, maxVersion: 9 } }, "b:1"), {
      kind: "fatal",
      message: "The broker b:1 supports versions 6 to 9 of the ListOffsets request; versions 1 to 5 are supported here",
    });
    assert.throws(() => negotiateVersion(request, {}, "b:1"), /supports no version of the ListOffsets request/);
  });
});
