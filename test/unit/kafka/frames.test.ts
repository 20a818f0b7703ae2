import assert from "node:assert/strict";
import fc from "fast-check";
import { FrameAssembler } from "../../../runtime/kafka/frames.js";

function frame(payload: Uint8Array): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
}

describe("FrameAssembler", () => {
  it("push() gives the same frames however the stream is cut", () => {
    const payloads = fc.array(fc.uint8Array({ minLength: 4, maxLength: 300 }), { maxLength: 8 });
    const property = fc.property(
      payloads,
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (sent, cuts) => {
        const stream = Buffer.concat(sent.map(frame));
        const assembler = new FrameAssembler(1_000);
        const received: Buffer[] = [];
        let turn = 0;
        for (let position = 0; position < stream.length;) {
          const next = position + cuts[turn++ % cuts.length]!;
          // a chunk of its own, wiped afterwards: frames must not be views into it
          const chunk = Buffer.from(stream.subarray(position, next));
          assembler.push(chunk, (one) => received.push(one));
          chunk.fill(0xee);
          position = next;
        }
        assert.deepEqual(
          received.map((one) => one.toString("hex")),
          sent.map((one) => Buffer.from(one).toString("hex")),
        );
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it("room() takes what is missing of large frames, and push() all else", () => {
    const lengths = fc.array(fc.oneof(fc.integer({ min: 4, max: 300 }), fc.integer({ min: 4, max: 400_000 })), {
      maxLength: 6,
    });
    const reads = fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lengths, reads, (sent, cuts) => {
        const payloads = sent.map((length, index) => Buffer.alloc(length, `${index} of many, `));
        const stream = Buffer.concat(payloads.map(frame));
        const assembler = new FrameAssembler(1_000_000);
        const received: Buffer[] = [];
        const scratch = Buffer.alloc(100_000);
        let turn = 0;
        for (let position = 0; position < stream.length;) {
          const room = assembler.room();
          const target = room ?? scratch;
          const count = stream.copy(
            target,
            0,
            position,
            position + Math.min(target.length, cuts[turn++ % cuts.length]!),
          );
          if (room === null) assembler.push(scratch.subarray(0, count), (one) => received.push(one));
          else assembler.received(count, (one) => received.push(one));
          position += count;
        }
        assert.equal(received.length, payloads.length);
        for (const [index, one] of received.entries()) assert.ok(one.equals(payloads[index]!));
      }),
      { numRuns: 200 },
    );
  });

  it("push() refuses sizes that no response has", () => {
    const sizes = [-1, 3, 1_001, 0x15030100];
    for (const size of sizes) {
      const header = Buffer.alloc(8);
      header.writeInt32BE(size);
      assert.throws(() => {
        new FrameAssembler(1_000).push(header, () => undefined);
      }, RangeError);
    }
  });
});
