import assert from "node:assert/strict";
import { ByteQueue } from "../../../../../connectors/objects/byte-queue.js";
import { csvFormat } from "../../../../../connectors/objects/formats/csv.js";
import type { OutputField } from "../../../../../connectors/objects/formats/fields.js";
import type { ObjectFormat } from "../../../../../connectors/objects/formats/format.js";
import { jsonFormat } from "../../../../../connectors/objects/formats/json.js";
import { jsonlFormat } from "../../../../../connectors/objects/formats/jsonl.js";
import {
  Decimal,
  decimalSchema,
  OPTIONAL_BYTES,
  parseJson,
  Schema,
  STRING,
  Struct,
} from "../../../../../runtime/api/index.js";
import type { SinkBatch } from "../../../../../runtime/api/index.js";
import { batchOf, lazily } from "../../../../support/batches.js";
import type { DatumOf, PlainRecord } from "../../../../support/batches.js";
import { TestMemory } from "../../../../support/task-driver.js";

const ALL: readonly OutputField[] = ["key", "value", "offset", "timestamp", "headers"];

/** The bytes of an object of these batches, each appended in two halves. */
function write(format: ObjectFormat, ...batches: readonly SinkBatch[]): string {
  const memory = new TestMemory();
  const queue = new ByteQueue(memory);
  const encoder = format.open(queue);
  for (const batch of batches) {
    const middle = batch.count >> 1;
    if (middle > 0) encoder.appendBatch(batch, 0, middle);
    encoder.appendBatch(batch, middle, batch.count);
  }
  void encoder.finish();
  const slabs = queue.takeAll();
  const text = Buffer.concat(slabs).toString("utf8");
  queue.release(slabs);
  assert.equal(memory.usedBytes, 0);
  return text;
}

const of = (...records: readonly PlainRecord[]): SinkBatch => batchOf("t", 0, 5, records);
const header = (key: string, value: unknown, schema: Schema | null = STRING) => ({ key, schema, value });
const bytesHeader = (key: string, value: string) => header(key, Buffer.from(value), OPTIONAL_BYTES);

// Expected texts were written by the classes of version 3.4.2.
describe("csvFormat()", () => {
  const csv = csvFormat({ fields: ALL, valueEncoding: "base64" });

  it("writes base64 values without a line end", () => {
    const format = csvFormat({ fields: ["value"], valueEncoding: "base64" });
    assert.equal(
      write(
        format,
        of(
          { value: Buffer.from("v0") },
          { value: { schema: OPTIONAL_BYTES, value: null } },
          { value: Buffer.from("v2") },
        ),
      ),
      "djA=\n\ndjI=",
    );
  });

  it("writes all fields in the configured order, nulls as nothing", () => {
    const full = {
      key: "key1",
      value: Buffer.from("val,1\n"),
      timestampMs: 1554210895,
      headers: [bytesHeader("h1", "x"), bytesHeader("h1", "yy")],
    };
    const empty = { value: { schema: OPTIONAL_BYTES, value: null } };
    assert.equal(write(csv, of(full, empty)), "a2V5MQ==,dmFsLDEK,5,1554210895,aDE=:eA==;aDE=:eXk=;\n,,6,,");
  });

  it("writes bytes as they are without an encoding, and fields twice that are configured twice", () => {
    const format = csvFormat({ fields: ["value", "value"], valueEncoding: "none" });
    assert.equal(write(format, of({ value: Buffer.from("a,b\n") })), "a,b\n,a,b\n");
  });

  for (const [title, record, message] of [
    ["values that are no bytes", { value: "text" }, "Record value schema type must be BYTES, STRING given"],
    ["values without a schema", { value: { schema: null, value: null } }, "value schema cannot be null"],
    ["keys without a schema", { key: { schema: null, value: null } }, "key schema cannot be null"],
    [
      "keys that are numbers",
      { key: { schema: new Schema("INT32"), value: 1 } },
      "Record key schema type must be BYTES or STRING, INT32 given",
    ],
    ["decimals", { value: { schema: decimalSchema(2), value: new Decimal(1n, 2) } }, "Value is not a byte array"],
    [
      "headers that are text",
      { value: Buffer.from("v"), headers: [header("h", "x")] },
      "Invalid schema type for ByteArrayConverter: STRING",
    ],
  ] as const)
    it(`refuses ${title}`, () => {
      assert.throws(() => write(csv, of(record)), { kind: "data", message });
    });
});

describe("jsonlFormat()", () => {
  const bare = jsonlFormat({ fields: ["value"], envelope: false });

  it("writes members in the order of the original's map, whatever the configured one", () => {
    const record = { key: "k", value: "v", timestampMs: 1500, headers: [header("a", "x"), header("a", "y")] };
    const expected =
      '{"headers":[{"key":"a","value":"x"},{"key":"a","value":"y"}],"offset":5,"value":"v","key":"k",' +
      '"timestamp":"1970-01-01T00:00:01.500Z"}\n{"headers":[],"offset":6,"value":null,"key":null,"timestamp":null}';
    assert.equal(write(jsonlFormat({ fields: ALL, envelope: true }), of(record, {})), expected);
    const reversed = [...ALL].reverse();
    assert.equal(write(jsonlFormat({ fields: [...reversed, ...reversed], envelope: true }), of(record, {})), expected);
  });

  for (const [field, expected] of [
    ["key", '"k"'],
    ["value", "null"],
    ["offset", "5"],
    ["timestamp", '"1970-01-01T00:00:00Z"'],
    ["headers", "[]"],
  ] as const)
    it(`writes a bare ${field}`, () => {
      const format = jsonlFormat({ fields: [field], envelope: false });
      assert.equal(write(format, of({ key: "k", timestampMs: 0 })), expected);
    });

  it("escapes as Jackson does", () => {
    assert.equal(
      write(bare, of({ value: '"\\/\b\f\n\r\t\u0001\u001f\u007f<\u2028é😀\ud800' })),
      '"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\u007f<\u2028é\\uD83D\\uDE00\\uD800"',
    );
  });

  it("writes values with schemas as JsonConverter does", () => {
    const schema = new Schema("STRUCT", {
      fields: [
        { name: "f", schema: new Schema("FLOAT64") },
        { name: "g", schema: new Schema("FLOAT32") },
        { name: "n", schema: new Schema("INT32", { optional: true }) },
        { name: "d", schema: new Schema("STRING", { optional: true, defaultValue: "dd" }) },
        { name: "b", schema: new Schema("BYTES") },
        { name: "m", schema: new Schema("MAP", { keySchema: STRING, valueSchema: new Schema("INT64") }) },
        { name: "p", schema: new Schema("MAP", { keySchema: new Schema("INT32"), valueSchema: STRING }) },
        { name: "x", schema: decimalSchema(2) },
      ],
    });
    const value = new Struct(schema, [
      1,
      Math.fround(0.1),
      null,
      null,
      Buffer.from("hi"),
      new Map([["a", 9007199254740993n]]),
      new Map([[1, "x"]]),
      new Decimal(1234n, 2),
    ]);
    assert.equal(
      write(bare, of({ value: { schema, value } })),
      '{"f":1.0,"g":0.1,"n":null,"d":"dd","b":"aGk=","m":{"a":9007199254740993},"p":[[1,"x"]],"x":"BNI="}',
    );
  });

  it("refuses decimals of another scale", () => {
    assert.throws(() => write(bare, of({ value: { schema: decimalSchema(2), value: new Decimal(-5n, 1) } })), {
      message: "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 1.",
    });
  });

  it("goes on after a record that it refuses as if it had not been there, also the first one", () => {
    const queue = new ByteQueue(new TestMemory());
    const encoder = jsonFormat({ fields: ["value"], envelope: true }).open(queue);
    const bad = of({ value: { schema: decimalSchema(2), value: new Decimal(-5n, 1) } });
    for (const batch of [
      bad,
      of({ value: { schema: null, value: 1 } }),
      bad,
      of({ value: { schema: null, value: 2 } }),
    ])
      if (batch === bad)
        assert.throws(
          () => {
            encoder.appendBatch(batch, 0, 1);
          },
          { kind: "data" },
        );
      else encoder.appendBatch(batch, 0, 1);
    void encoder.finish();
    assert.deepEqual(JSON.parse(Buffer.concat(queue.takeAll()).toString()), [{ value: 1 }, { value: 2 }]);
  });

  it("refuses headers without schema and value", () => {
    assert.throws(
      () => write(jsonlFormat({ fields: ["headers"], envelope: true }), of({ headers: [header("a", null, null)] })),
      {
        javaClass: "java.lang.IllegalArgumentException",
        message: 'argument "content" is null',
      },
    );
  });

  it("writes years beyond 9999 with a sign", () => {
    const format = jsonlFormat({ fields: ["timestamp"], envelope: false });
    assert.equal(write(format, of({ timestampMs: 253402300800000 })), '"+10000-01-01T00:00:00Z"');
  });
});

describe("jsonFormat()", () => {
  it("writes one array, over several batches", () => {
    const format = jsonFormat({ fields: ["value"], envelope: true });
    assert.equal(
      write(format, of({ value: "a" }, { value: "b" }), of({})),
      '[\n{"value":"a"},\n{"value":"b"},\n{"value":null}\n]',
    );
  });
});

/** Keys and values as the bytes that converters would read, and what they would give. */
const TEXTS = ["", "plain", 'quote " and \\', "line\nfeed", "é ünï", "😀", "\u0000", null, "x".repeat(5000)];
const JSONS = ['{"a":1,"b":[true,null,"x"]}', "[]", '"text"', "12345678901234567890", "1.5", "true", null];

describe("Text formats", () => {
  const formats: readonly (readonly [string, ObjectFormat])[] = [
    ["csv", csvFormat({ fields: ALL, valueEncoding: "base64" })],
    ["csv without encoding", csvFormat({ fields: ["value", "offset", "key"], valueEncoding: "none" })],
    ["json", jsonFormat({ fields: ALL, envelope: true })],
    ["jsonl", jsonlFormat({ fields: ALL, envelope: true })],
    ["bare jsonl", jsonlFormat({ fields: ["value"], envelope: false })],
    ["bare jsonl of keys", jsonlFormat({ fields: ["key"], envelope: false })],
  ];
  const kinds = {
    utf8: (text: string | null): DatumOf => text,
    bytes: (text: string | null): DatumOf =>
      text === null ? { schema: OPTIONAL_BYTES, value: null } : Buffer.from(text),
    json: (text: string | null): DatumOf => ({
      schema: null,
      value: text === null ? null : parseJson(text),
    }),
  };
  for (const [title, format] of formats)
    for (const key of ["utf8", "bytes"] as const)
      for (const value of ["utf8", "bytes", "json"] as const) {
        if (title.startsWith("csv") && value !== "bytes") continue;
        it(`${title} is the same from ${key} keys and ${value} values as from records`, () => {
          const texts = value === "json" ? JSONS : TEXTS;
          const records = texts.map((text, row) => ({
            key: kinds[key](TEXTS[row % TEXTS.length] ?? null),
            value: kinds[value](text),
            timestampMs: row === 2 ? -1 : row * 1001,
            headers: row === 3 ? [bytesHeader("h", "x")] : [],
          }));
          const made = batchOf(
            "t",
            0,
            7,
            records.map(({ timestampMs, ...rest }) => (timestampMs < 0 ? rest : { ...rest, timestampMs })),
          );
          const bytesAt = (row: number, field: "key" | "value"): Buffer | null => {
            const text = field === "key" ? (TEXTS[row % TEXTS.length] ?? null) : (texts[row] ?? null);
            return text === null ? null : Buffer.from(text);
          };
          assert.equal(write(format, lazily(made, { key, value }, bytesAt)), write(format, made));
        });
      }
});
