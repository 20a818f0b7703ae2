import assert from "node:assert/strict";
import { WireReader, WireWriter } from "../../../runtime/kafka/wire.js";

describe("kafka/wire", () => {
  it("WireWriter keeps what was written when its buffer grows", () => {
    const writer = new WireWriter();
    const text = "x".repeat(255);
    writer.string(text).int32(7).raw(Buffer.alloc(600, 1)).int64(-3).int16(5).bytes(Buffer.alloc(2000, 2));
    const reader = new WireReader(writer.finish());
    assert.equal(reader.string(), text);
    assert.equal(reader.int32(), 7);
    assert.equal(reader.buffer[reader.skip(600)], 1);
    assert.equal(reader.int64(), -3);
    assert.equal(reader.int16(), 5);
    assert.deepEqual(reader.bytes(), Buffer.alloc(2000, 2));
    assert.equal(reader.remaining, 0);
  });
});
