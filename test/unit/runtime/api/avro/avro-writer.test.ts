import assert from "node:assert/strict";
import avro from "avsc";
import fc from "fast-check";
import { AvroInput } from "../../../../../runtime/api/avro/avro-input.js";
import { AvroOutput } from "../../../../../runtime/api/avro/avro-output.js";
import { printableAvro } from "../../../../../runtime/api/avro/avro-print.js";
import { parseAvroSchema } from "../../../../../runtime/api/avro/avro-schema.js";
import { compileAvroSkipper } from "../../../../../runtime/api/avro/avro-skipper.js";
import { compileAvroWriter } from "../../../../../runtime/api/avro/avro-writer.js";
import { avroSchemaOf } from "../../../../../runtime/api/avro/connect-to-avro.js";
import { ConnectError } from "../../../../../runtime/api/index.js";
import { sampleRow, sampleSchema } from "../../../../support/avro-sample.js";

describe("Avro encoding", () => {
  const json = printableAvro(avroSchemaOf(sampleSchema));
  const type = parseAvroSchema(json);

  it("compileAvroWriter() writes what avsc reads as the same rows", () => {
    const long = avro.types.LongType.__with({
      fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
      toBuffer: (value: bigint) => {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(value);
        return bytes;
      },
      fromJSON: BigInt,
      toJSON: Number,
      isValid: (value: unknown) => typeof value === "bigint",
      compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
    });
    const reader = avro.Type.forSchema(json as avro.Schema, { registry: { long } });
    const write = compileAvroWriter(sampleSchema, type);
    for (let i = 0; i < 200; i++) {
      const out = new AvroOutput(1);
      write(sampleRow(i), out);
      const row = reader.fromBuffer(out.buffer.subarray(0, out.length)) as Record<string, unknown>;
      assert.equal(row["id"], i % 7 === 0 ? 9007199254740993n + BigInt(i) : BigInt(i - 100));
      assert.equal(row["text"], sampleRow(i).get("text"));
      assert.equal(row["fallback"], i % 2 === 0 ? "dd" : "e");
      assert.equal((row["items"] as unknown[]).length, i % 3);
    }
  });

  it("AvroInput reads back every integer that AvroOutput writes", () => {
    const input = new AvroInput();
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const out = new AvroOutput(1);
        const number = Number(value);
        out.long(Number.isSafeInteger(number) ? number : value);
        input.reset(out.buffer, 0, out.length);
        assert.equal(BigInt(input.long()), value);
        input.expectEnd();
      }),
      {
        examples: [
          [-(2n ** 63n)],
          [2n ** 63n - 1n],
          [0n],
          [-1n],
          [2n ** 53n - 1n],
          [-(2n ** 53n)],
          [2n ** 30n],
          [-(2n ** 30n)],
        ],
      },
    );
  });

  it("compileAvroSkipper() ends exactly where the datum ends, and refuses every truncation", () => {
    const write = compileAvroWriter(sampleSchema, type);
    const skip = compileAvroSkipper(type);
    const out = new AvroOutput();
    write(sampleRow(5), out);
    const input = new AvroInput();
    input.reset(out.buffer, 0, out.length);
    skip(input);
    input.expectEnd();
    for (let end = 0; end < out.length; end++) {
      input.reset(out.buffer.subarray(0, end), 0, end);
      assert.throws(
        () => {
          skip(input);
          input.expectEnd();
        },
        (error) => error instanceof ConnectError && error.kind === "data",
      );
    }
  });

  it("compileAvroSkipper() answers random bytes with an end or a data error, never a crash", () => {
    const skip = compileAvroSkipper(type);
    const input = new AvroInput();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        input.reset(Buffer.from(bytes), 0, bytes.length);
        try {
          skip(input);
        } catch (error) {
          assert.ok(error instanceof ConnectError && error.kind === "data");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
