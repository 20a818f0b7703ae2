import type { RecordColumns } from "../../runtime/api/index.js";

/** A message in Confluent's wire format: a zero byte, the schema id, the datum. */
export function wireMessage(id: number, datum: Buffer | string): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  return Buffer.concat([head, Buffer.from(datum)]);
}

/** Records without keys, one value a row. */
export function valueColumns(values: readonly Buffer[]): RecordColumns {
  const count = values.length;
  let at = 0;
  const starts = values.map((value) => (at += value.length) - value.length);
  return {
    buffer: Buffer.concat(values),
    count,
    offsets: new Float64Array(count),
    timestampsMs: new Float64Array(count),
    timestampType: "CreateTime",
    keyStart: new Int32Array(count),
    keyLength: new Int32Array(count).fill(-1),
    valueStart: Int32Array.from(starts),
    valueLength: Int32Array.from(values, (value) => value.length),
    headersStart: new Int32Array(count),
    headerCount: new Int32Array(count),
  };
}

/** `count` copies of `bytes` with some of its bytes changed and its end cut off, the same ones each time. */
export function* mutations(bytes: Buffer, count: number): Generator<Buffer> {
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let i = 0; i < count; i++) {
    const mutated = Buffer.from(bytes.subarray(0, 1 + random(bytes.length)));
    for (let k = random(4); k > 0; k--) mutated[random(mutated.length)] = random(256);
    // Most keep the head, so that what follows it is read.
    if (random(8) > 0) bytes.copy(mutated, 0, 0, 5);
    yield mutated;
  }
}
