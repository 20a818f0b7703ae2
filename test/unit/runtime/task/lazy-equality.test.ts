import assert from "node:assert/strict";
import * as fc from "fast-check";
import { DatumVerdict, type Converter, type SinkBatch } from "../../../../runtime/api/index.js";
import { plugins } from "../../../../runtime/converters/index.js";
import {
  createConverter,
  createHeaderConverter,
  createTransformations,
  type Instance,
} from "../../../../runtime/plugins/instantiate.js";
import { PluginRegistry } from "../../../../runtime/plugins/registry.js";
import { parseErrorConfig } from "../../../../runtime/task/error-config.js";
import { ErrorPolicy } from "../../../../runtime/task/error-policy.js";
import { ErrorMetrics } from "../../../../runtime/task/metrics.js";
import { Pipeline } from "../../../../runtime/task/pipeline.js";
import { partitionBatch } from "../../../support/record-columns.js";

const registry = new PluginRegistry([{ location: "builtin:", plugins }]);

/** The same converter without its byte path. */
function eager({ className, version, instance }: Instance<Converter>): Instance<Converter> {
  return {
    className,
    version,
    instance: {
      configure: () => undefined,
      toConnect: (topic, bytes) => instance.toConnect(topic, bytes),
      fromConnect: (topic, schema, value) => instance.fromConnect(topic, schema, value),
    },
  };
}

function pipelineOf(converter: string, isLazy: boolean): { pipeline: Pipeline; dropped: number[] } {
  const config = {
    "key.converter": `org.apache.kafka.connect.${converter}`,
    "value.converter": `org.apache.kafka.connect.${converter}`,
    "key.converter.schemas.enable": "false",
    "value.converter.schemas.enable": "false",
    "errors.tolerance": "all",
  };
  const dropped: number[] = [];
  const side = (of: "key" | "value") => {
    const made = createConverter(registry, of, config, {});
    return isLazy ? made : eager(made);
  };
  const report = ({ record }: { record: { offset: number } }) => {
    dropped.push(record.offset);
    return Promise.resolve();
  };
  const policy = new ErrorPolicy({
    config: parseErrorConfig(config),
    reporters: [{ report }],
    metrics: new ErrorMetrics(),
    nowMs: () => 0,
    stopping: new AbortController().signal,
  });
  const pipeline = new Pipeline({
    key: side("key"),
    value: side("value"),
    header: createHeaderConverter(registry, {}, {}),
    transformations: createTransformations(registry, {}),
    policy,
    onTopic: () => undefined,
  });
  return { pipeline, dropped };
}

function contents(batch: SinkBatch): unknown[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const { offset, key, value, headers } = batch.record(index);
    return [
      offset,
      key.schema,
      key.value,
      value.schema,
      value.value,
      headers.all.map((item) => [item.key, item.value]),
    ];
  });
}

const jsonText = fc.oneof(
  fc.json(),
  fc.json().map((text) => `${text} `),
  fc.json().map((text) => text.slice(0, -1)),
  fc.constantFrom("null", "-0", "1.0", "1e400", '"\\u0000"', '{"a":1,"a":2}', "9007199254740993", "", "01", "[1,]"),
);
const datum = fc.oneof(
  { weight: 6, arbitrary: jsonText.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const row = fc.record({
  key: datum,
  value: datum,
  headers: fc.array(fc.tuple(fc.string({ maxLength: 3 }), datum), { maxLength: 3 }),
});

describe("Pipeline with Connect's converters", () => {
  for (const converter of ["json.JsonConverter", "storage.StringConverter", "converters.ByteArrayConverter"])
    it(`run() gives and drops the same from bytes and from objects (${converter})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
          const batch = partitionBatch(
            "t",
            rows.map((content, offset) => ({ offset, ...content })),
          );
          const [lazy, object] = [pipelineOf(converter, true), pipelineOf(converter, false)];
          const [fromBytes, fromObjects] = [await lazy.pipeline.run(batch), await object.pipeline.run(batch)];
          assert.deepEqual(lazy.dropped, object.dropped);
          assert.equal(fromBytes.nextOffset, fromObjects.nextOffset);
          assert.deepEqual(contents(fromBytes), contents(fromObjects));
          const { verdicts } = fromBytes.columns!.value!;
          for (let i = 0; i < fromBytes.count; i++) {
            const { value } = fromBytes.record(i);
            assert.equal(verdicts[i] === DatumVerdict.nothing, value.value === null, "nothing is what reads as null");
            assert.equal(verdicts[i] === DatumVerdict.copy, value.source !== null, "what may be copied has a source");
          }
        }),
        { numRuns: 100 },
      );
    });
});
