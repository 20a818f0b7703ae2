import assert from "node:assert/strict";
import fc from "fast-check";
import { bitWidth, hybridBound, writeHybrid } from "../../../../../../connectors/objects/formats/parquet/rle.js";

/** A reader written from the format's text alone, for comparison. */
function readHybrid(bytes: Buffer, width: number, count: number): number[] {
  const values: number[] = [];
  let at = 0;
  while (values.length < count) {
    let header = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++]!;
      header += (byte & 127) * 2 ** shift;
      shift += 7;
    } while (byte > 127);
    if (header % 2 === 0) {
      let value = 0;
      for (let k = 0; k < Math.ceil(width / 8); k++) value += bytes[at++]! * 2 ** (8 * k);
      for (let k = 0; k < header / 2; k++) values.push(value);
    } else {
      const packed = (header - 1) / 2;
      for (let k = 0; k < packed * 8; k++) {
        let value = 0;
        for (let bit = 0; bit < width; bit++) {
          const position = k * width + bit;
          value += ((bytes[at + (position >> 3)]! >> (position & 7)) & 1) * 2 ** bit;
        }
        values.push(value);
      }
      at += packed * width;
    }
  }
  assert.equal(at, bytes.length);
  return values.slice(0, count);
}

describe("writeHybrid()", () => {
  it("writeHybrid() writes runs and literals that the format's rules read back, within hybridBound()", () => {
    const runs = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 700 })), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(runs, (parts) => {
        const values = Int32Array.from(parts.flatMap(([value, length]) => new Array<number>(length).fill(value)));
        const width = bitWidth(Math.max(...values));
        const out = Buffer.alloc(hybridBound(values.length, width));
        const end = writeHybrid(values, values.length, width, out, 0);
        assert.ok(end <= out.length);
        assert.deepEqual(readHybrid(out.subarray(0, end), width, values.length), [...values]);
      }),
    );
  });
});
