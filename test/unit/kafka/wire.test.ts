import assert from "node:assert/strict";
import fc from "fast-check";
import { WireReader, WireWriter, readInt64 } from "../../../runtime/kafka/wire.js";

describe("wire", () => {
  it("WireReader reads what WireWriter wrote", () => {
    const text = fc.string({ maxLength: 40 });
    const property = fc.property(
      fc.integer({ min: -32_768, max: 32_767 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.maxSafeInteger(),
      fc.option(text),
      fc.option(fc.uint8Array({ maxLength: 600 })),
      (short, int, long, string, bytes) => {
        const writer = new WireWriter().int16(short).int32(int).int64(long).string(string).bytes(bytes);
        const reader = new WireReader(writer.array([1, 2], (item) => writer.int8(item)).finish());
        assert.equal(reader.int16(), short);
        assert.equal(reader.int32(), int);
        assert.equal(reader.int64(), long);
        assert.equal(reader.nullableString(), string === null ? null : Buffer.from(string).toString());
        assert.deepEqual(reader.nullableBytes(), bytes === null ? null : Buffer.from(bytes));
        assert.deepEqual(
          reader.array(() => reader.int8()),
          [1, 2],
        );
        assert.equal(reader.remaining, 0);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it("readInt64() refuses what a number cannot hold exactly", () => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64BE(2n ** 53n - 1n);
    assert.equal(readInt64(buffer, 0), Number.MAX_SAFE_INTEGER);
    for (const value of [2n ** 53n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      buffer.writeBigInt64BE(value);
      assert.throws(() => readInt64(buffer, 0), /beyond the integers that are exact/);
    }
  });

  it("WireReader throws where the bytes end too early", () => {
    const writer = new WireWriter().int32(10).raw(Buffer.alloc(3));
    assert.throws(() => new WireReader(writer.finish()).bytes(), RangeError);
  });
});
