import assert from "node:assert/strict";
import * as fc from "fast-check";
import { aivenAvroRows } from "../../../connectors/aiven-gcs/avro-rows.js";
import { writeValue } from "../../../connectors/confluent-gcs/value-json.js";
import { ByteQueue } from "../../../connectors/objects/byte-queue.js";
import { csvFormat } from "../../../connectors/objects/formats/csv.js";
import type { OutputField } from "../../../connectors/objects/formats/fields.js";
import type { ObjectFormat } from "../../../connectors/objects/formats/format.js";
import { jsonEnvelopeFormat } from "../../../connectors/objects/formats/json-envelope.js";
import { jsonFormat } from "../../../connectors/objects/formats/json.js";
import { jsonlFormat } from "../../../connectors/objects/formats/jsonl.js";
import { parquetFormat } from "../../../connectors/objects/formats/parquet/parquet-format.js";
import type { Converter, LazyColumns, SinkBatch } from "../../../runtime/api/index.js";
import { plugins } from "../../../runtime/converters/index.js";
import { createConverter, createHeaderConverter, createTransformations } from "../../../runtime/plugins/instantiate.js";
import { PluginRegistry } from "../../../runtime/plugins/registry.js";
import { parseErrorConfig } from "../../../runtime/task/error-config.js";
import { ErrorPolicy } from "../../../runtime/task/error-policy.js";
import { ErrorMetrics } from "../../../runtime/task/metrics.js";
import { Pipeline } from "../../../runtime/task/pipeline.js";
import { partitionBatch } from "../../support/record-columns.js";
import { SchemaRegistry } from "../../support/schema-registry.js";
import { TestMemory } from "../../support/task-driver.js";
import { wireMessage } from "../../support/wire-format.js";
import avro from "avsc";

const registry = new PluginRegistry([{ location: "builtin:", plugins }]);

/** A pipeline with these converters; what fails is dropped. */
function pipelineOf(config: Readonly<Record<string, string>>, isLazy: boolean): Pipeline {
  const all = { "errors.tolerance": "all", ...config };
  const side = (of: "key" | "value") => {
    const made = createConverter(registry, of, all, {});
    return isLazy ? made : { ...made, instance: withoutBytePath(made.instance) };
  };
  const policy = new ErrorPolicy({
    config: parseErrorConfig(all),
    reporters: [],
    metrics: new ErrorMetrics(),
    nowMs: () => 0,
    stopping: new AbortController().signal,
  });
  return new Pipeline({
    key: side("key"),
    value: side("value"),
    header: createHeaderConverter(registry, {}, {}),
    transformations: createTransformations(registry, {}),
    policy,
    onTopic: () => undefined,
  });
}

function withoutBytePath(instance: Converter): Converter {
  return {
    configure: () => undefined,
    prepare: async (topic, columns, of) => instance.prepare?.(topic, columns, of),
    toConnect: (topic, bytes) => instance.toConnect(topic, bytes),
    fromConnect: (topic, schema, value) => instance.fromConnect(topic, schema, value),
  };
}

/** The object that these batches make, or the message of what it is refused for. */
async function objectOf(format: ObjectFormat, batches: readonly SinkBatch[]): Promise<string> {
  const queue = new ByteQueue(new TestMemory());
  const encoder = format.open(queue);
  try {
    for (const batch of batches) if (batch.count > 0) encoder.appendBatch(batch, 0, batch.count);
    await encoder.finish();
    return Buffer.concat(queue.takeAll()).toString("latin1");
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

interface Row {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: [string, Buffer | null][];
}

/** Both ways of the same records, as two batches, to an object each. */
async function bothWays(config: Readonly<Record<string, string>>, format: ObjectFormat, rows: readonly Row[]) {
  const [lazy, eager] = [pipelineOf(config, true), pipelineOf(config, false)];
  const middle = rows.length >> 1;
  const batches = [rows.slice(0, middle), rows.slice(middle)].map((part, index) =>
    partitionBatch(
      "t",
      part.map((content, row) => ({ offset: index * middle + row, ...content })),
    ),
  );
  const fast: SinkBatch[] = [];
  const slow: SinkBatch[] = [];
  for (const batch of batches) {
    fast.push(await lazy.run(batch));
    slow.push(await eager.run(batch));
  }
  assert.ok(fast.every(({ columns }) => columns !== null));
  assert.ok(slow.every(({ columns }) => columns === null));
  return {
    fast: await objectOf(format, fast),
    slow: await objectOf(format, slow),
    columns: fast.map((b) => b.columns!),
  };
}

const spaced = (text: string): string => text.replace(/([{[,:])/g, "$1 ");
const jsonText = fc.oneof(
  fc.json(),
  fc.json().map(spaced),
  fc.json().map((text) => `\n${text} `),
  fc.constantFrom(
    "null",
    "-0",
    "1.0",
    "1.10",
    "1e400",
    '"\\u0000"',
    '{"a":1,"a":2}',
    "9007199254740993",
    "",
    "01",
    "[1,]",
  ),
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
);
const datum = fc.oneof(
  { weight: 8, arbitrary: jsonText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const row: fc.Arbitrary<Row> = fc.record({
  key: datum,
  value: datum,
  headers: fc.array(fc.tuple(fc.string({ maxLength: 3 }), datum), { maxLength: 2 }),
});

const ALL: readonly OutputField[] = ["key", "value", "offset", "timestamp", "headers"];
const VALUE: readonly OutputField[] = ["value"];
const TEXT_FORMATS: readonly (readonly [string, ObjectFormat])[] = [
  ["JSON lines of values", jsonlFormat({ fields: VALUE, envelope: false })],
  ["JSON lines of everything", jsonlFormat({ fields: ALL, envelope: true })],
  ["JSON", jsonFormat({ fields: ALL, envelope: true })],
  ["CSV", csvFormat({ fields: ALL, valueEncoding: "base64" })],
  [
    "Confluent's JSON",
    jsonEnvelopeFormat(
      { fields: VALUE, envelope: false },
      { start: "", separator: "\n", end: "\n" },
      writeValue(false),
    ),
  ],
];

describe("ObjectFormat", () => {
  for (const converter of ["json.JsonConverter", "storage.StringConverter", "converters.ByteArrayConverter"])
    for (const [name, format] of TEXT_FORMATS)
      it(`open() gives an encoder that writes the same from bytes and from objects: ${name}, ${converter}`, async () => {
        const config = {
          "key.converter": `org.apache.kafka.connect.${converter}`,
          "value.converter": `org.apache.kafka.connect.${converter}`,
          "key.converter.schemas.enable": "false",
          "value.converter.schemas.enable": "false",
        };
        await fc.assert(
          fc.asyncProperty(fc.array(row, { maxLength: 10 }), async (rows) => {
            const { fast, slow } = await bothWays(config, format, rows);
            assert.equal(fast, slow);
          }),
          { numRuns: 60 },
        );
      });
});

const leaf = fc.constantFrom(
  "int", "long", "float", "double", "string", "bytes", "boolean",
  { type: "int", logicalType: "date" }, { type: "long", logicalType: "timestamp-millis" },
  { type: "bytes", logicalType: "decimal", precision: 10, scale: 2 },
); // prettier-ignore
const fieldType = fc.oneof(
  leaf,
  leaf.map((type) => ["null", type]),
  leaf.map((items) => ({ type: "array", items })),
  leaf.map((values) => ({ type: "map", values })),
);
const recordSchema = fc.array(fieldType, { minLength: 1, maxLength: 6 }).map((types) => ({
  type: "record",
  name: "Row",
  fields: types.map((type, index) => ({ name: `f${index}`, type })),
}));

describe("ObjectFormat of Avro values", () => {
  let schemas: SchemaRegistry;
  let subjects = 0;
  before(async () => {
    schemas = await SchemaRegistry.start();
  });
  after(async () => {
    await schemas.stop();
  });

  it("open() gives a Parquet encoder that writes the same from copied rows and from objects", async () => {
    await fc.assert(
      fc.asyncProperty(recordSchema, fc.integer({ min: 2, max: 9 }), async (schema, count) => {
        const id = schemas.register(`t-${++subjects}`, schema);
        const type = avro.Type.forSchema(schema as avro.Schema, { logicalTypes: {} });
        const values = Array.from({ length: count }, () => type.random() as object);
        const rows = values.map((value) => ({
          key: Buffer.from("k"),
          value: wireMessage(id, type.toBuffer(withLegalDecimals(value))),
          headers: [],
        }));
        const config = {
          "key.converter": "org.apache.kafka.connect.storage.StringConverter",
          "value.converter": "io.confluent.connect.avro.AvroConverter",
          "value.converter.schema.registry.url": schemas.url,
        };
        const format = parquetFormat(
          { codec: "none", rowGroupBytes: 1 << 20, createdBy: "test", oldListStructure: () => true },
          aivenAvroRows({
            fields: VALUE,
            envelope: false,
            namespace: "n",
            avroData: { enhanced: false, connectMetaData: true, allowOptionalMapKeys: false },
            strict: false,
          }),
        );
        const { fast, slow, columns } = await bothWays(config, format, rows);
        assert.ok(columns.every((each: LazyColumns) => each.value?.kind === "avro"));
        assert.equal(fast, slow);
      }),
      { numRuns: 150 },
    );
  });
});

/** An empty byte string is no decimal. */
function withLegalDecimals(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      item instanceof Buffer && item.length === 0 ? Buffer.from([1]) : (item as unknown),
    ]),
  );
}
