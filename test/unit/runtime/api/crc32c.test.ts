import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c, crc32cPlain } from "../../../../runtime/api/crc32c.js";

describe("crc32c", () => {
  for (const [name, checksum] of Object.entries({ crc32c, crc32cPlain })) {
    it(`${name}() gives the values of RFC 3720`, () => {
      assert.equal(checksum(Buffer.alloc(32)), 0x8a9136aa);
      assert.equal(checksum(Buffer.alloc(32, 0xff)), 0x62a8ab43);
      assert.equal(checksum(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), 0x46dd794e);
      assert.equal(checksum(Buffer.from("123456789")), 0xe3069283);
      assert.equal(checksum(Buffer.alloc(0)), 0);
    });
  }

  it("crc32cPlain() agrees with the native code", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.equal(crc32cPlain(bytes), crc32c(bytes));
      }),
      { numRuns: 300 },
    );
  });

  it("continues from the checksum of what precedes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), (first, second) => {
        const whole = crc32c(Buffer.concat([first, second]));
        assert.equal(crc32c(second, crc32c(first)), whole);
        assert.equal(crc32cPlain(second, crc32cPlain(first)), whole);
      }),
    );
  });
});
