import assert from "node:assert/strict";
import {
  ConnectError,
  DatumVerdict,
  EagerDatum,
  OPTIONAL_STRING,
  type Converter,
  type HeaderConverter,
  type LazyConverter,
  type Predicate,
  type SinkBatch,
  type SinkRecord,
  type Transformation,
} from "../../../../runtime/api/index.js";
import type { TransformationStage } from "../../../../runtime/plugins/instantiate.js";
import { parseErrorConfig } from "../../../../runtime/task/error-config.js";
import { ErrorPolicy, type FailedRecord } from "../../../../runtime/task/error-policy.js";
import { ErrorMetrics } from "../../../../runtime/task/metrics.js";
import { Pipeline } from "../../../../runtime/task/pipeline.js";
import { RowOrigin } from "../../../../runtime/task/raw-record.js";
import { partitionBatch, type RowContent } from "../../../support/record-columns.js";

/** Text that starts with `bad` is not valid; `odd` is valid but not to be copied; `void` is read as null. */
class TextConverter implements Converter {
  readonly lazy: LazyConverter | null;
  conversions = 0;
  prepared: string[] = [];
  prepareError: ConnectError | null = null;

  constructor(isLazy: boolean) {
    this.lazy = isLazy
      ? {
          kind: "utf8",
          check: (buffer, start, end) => {
            const text = buffer.toString("utf8", start, end);
            this.refuse(text);
            if (text === "void") return DatumVerdict.nothing;
            return text === "odd" ? DatumVerdict.convert : DatumVerdict.copy;
          },
        }
      : null;
  }

  configure(): void {
    // Nothing to configure.
  }

  toConnect(_topic: string, bytes: Uint8Array | null) {
    this.conversions++;
    if (bytes === null) return { schema: OPTIONAL_STRING, value: null };
    const text = Buffer.from(bytes).toString();
    this.refuse(text);
    return { schema: OPTIONAL_STRING, value: text === "void" ? null : text };
  }

  fromConnect(): Uint8Array | null {
    return null;
  }

  private refuse(text: string): void {
    if (text.startsWith("bad")) throw new ConnectError("data", `not good: ${text}`);
  }
}

/** Also prepares, which is where I/O would be. */
class PreparingConverter extends TextConverter {
  prepare(topic: string): Promise<void> {
    this.prepared.push(topic);
    return this.prepareError === null ? Promise.resolve() : Promise.reject(this.prepareError);
  }
}

class TextHeaders implements HeaderConverter {
  conversions = 0;
  constructor(private readonly safe: boolean) {}
  isSafe(buffer: Buffer, start: number, end: number): boolean {
    return this.safe && !buffer.toString("utf8", start, end).startsWith("bad");
  }
  configure(): void {
    // Nothing to configure.
  }
  toConnectHeader(_topic: string, _key: string, bytes: Uint8Array | null) {
    const text = bytes === null ? null : Buffer.from(bytes).toString();
    this.conversions++;
    if (text?.startsWith("bad") === true) throw new ConnectError("data", `bad header`);
    return { schema: OPTIONAL_STRING, value: text };
  }
  fromConnectHeader(): Uint8Array | null {
    return null;
  }
}

interface SetUp {
  readonly lazy?: boolean;
  readonly errors?: Record<string, string>;
  readonly transformations?: readonly TransformationStage[];
  readonly lazyHeaders?: boolean;
  readonly converter?: PreparingConverter;
}

function setUp({ lazy = true, errors = {}, transformations = [], lazyHeaders = false, converter }: SetUp = {}) {
  const reported: FailedRecord[] = [];
  const topics: string[] = [];
  const value = converter ?? new TextConverter(lazy);
  const headers = new TextHeaders(lazyHeaders);
  const policy = new ErrorPolicy({
    config: parseErrorConfig(errors),
    reporters: [
      {
        report: (failed) => {
          reported.push(failed);
          return Promise.resolve();
        },
      },
    ],
    metrics: new ErrorMetrics(),
    nowMs: () => 0,
    stopping: new AbortController().signal,
  });
  const pipeline = new Pipeline({
    key: { className: "x.Key", version: "1", instance: new TextConverter(lazy) },
    value: { className: "x.Value", version: "1", instance: value },
    header: { className: "x.Header", version: "1", instance: headers },
    transformations,
    policy,
    onTopic: (topic) => topics.push(topic),
  });
  const stages = () => reported.map(({ stage, record }) => `${stage} ${record.offset}`);
  return { pipeline, value, headers, topics, reported, stages };
}

function stage(
  apply: (record: SinkRecord) => SinkRecord | null,
  condition: TransformationStage["condition"] = null,
): TransformationStage {
  const instance: Transformation = { configure: () => undefined, apply };
  return { alias: "s", className: "x.Smt", version: "1", instance, condition };
}

/** What a sink can see of a batch. */
function contents(batch: SinkBatch): unknown[] {
  return Array.from({ length: batch.count }, (_, index) => {
    const record = batch.record(index);
    const headers = record.headers.all.map(({ key, value }) => [key, value]);
    return [record.offset, record.topic, record.key.value, record.value.value, headers, record.timestampMs];
  });
}

const rows: RowContent[] = [
  { offset: 3, key: "k3", value: "v3", headers: [["h", "1"]] },
  { offset: 4, key: null, value: "odd", timestampMs: -1 },
  { offset: 6, key: "k6", value: null },
  { offset: 7, key: "k7", value: "void" },
  { offset: 9, key: "k9", value: "v9" },
];
const tolerant = { "errors.tolerance": "all" };

describe("Pipeline", () => {
  it("run() gives the same records from checked bytes and from converted data", async () => {
    const lazy = await setUp({ lazy: true }).pipeline.run(partitionBatch("t", rows, 12));
    const eager = await setUp({ lazy: false }).pipeline.run(partitionBatch("t", rows, 12));
    assert.deepEqual(contents(lazy), contents(eager));
    assert.deepEqual([lazy.nextOffset, eager.nextOffset], [12, 12]);
    assert.deepEqual(contents(eager)[0], [3, "t", "k3", "v3", [["h", "1"]], 1003]);
    assert.deepEqual(contents(eager)[1], [4, "t", null, "odd", [], null]);
  });

  it("run() converts nothing that nobody reads", async () => {
    const { pipeline, value } = setUp();
    const batch = await pipeline.run(partitionBatch("t", rows));
    assert.equal(value.conversions, 0);
    const { value: datum } = batch.record(0);
    assert.deepEqual([datum.value, datum.value, value.conversions], ["v3", "v3", 1]);
  });

  it("run() says by columns and by record which bytes may be used as they are", async () => {
    const batch = await setUp().pipeline.run(partitionBatch("t", rows));
    const { copy, convert, nothing } = DatumVerdict;
    assert.deepEqual([...batch.columns!.value!.verdicts], [copy, convert, nothing, nothing, copy]);
    assert.deepEqual([...batch.columns!.key!.verdicts], [copy, nothing, copy, copy, copy]);
    const sources = Array.from({ length: batch.count }, (_, index) => batch.record(index).value.source);
    assert.deepEqual(
      sources.map((source) => (source === null ? null : Buffer.from(source.bytes).toString())),
      ["v3", null, null, null, "v9"],
    );
  });

  it("run() gives no columns where neither converter is lazy", async () => {
    const batch = await setUp({ lazy: false }).pipeline.run(partitionBatch("t", rows));
    assert.equal(batch.columns, null);
    assert.equal(batch.record(0).value.source, null);
  });

  it("run() fails with the first record that failed, in offset order over keys, values and headers", async () => {
    const { pipeline, stages } = setUp();
    const batch = partitionBatch("t", [
      { offset: 1, key: "k", value: "v" },
      { offset: 2, key: "k", value: "v", headers: [["h", "bad"]] },
      { offset: 3, key: "k", value: "bad value" },
      { offset: 4, key: "bad key", value: "bad value" },
    ]);
    await assert.rejects(pipeline.run(batch), /Tolerance exceeded in error handler/);
    assert.deepEqual(stages(), ["HEADER_CONVERTER 2"]);
  });

  for (const lazy of [true, false])
    it(`run() drops what is tolerated, once per record, and keeps the rest in order (${lazy ? "lazy" : "eager"})`, async () => {
      const { pipeline, stages, topics, reported } = setUp({ lazy, errors: tolerant });
      const batch = await pipeline.run(
        partitionBatch("t", [
          { offset: 1, key: "bad key", value: "bad value" },
          { offset: 2, key: "k2", value: "v2", headers: [["h", "x"]] },
          { offset: 3, key: "k3", value: "bad value" },
          { offset: 4, key: "k4", value: "void", timestampMs: 44 },
          { offset: 5, key: "k5", value: "v5", headers: [["h", "bad"]] },
        ]),
      );
      assert.deepEqual(stages(), ["KEY_CONVERTER 1", "VALUE_CONVERTER 3", "HEADER_CONVERTER 5"]);
      assert.deepEqual(
        reported.map(({ className }) => className),
        ["x.Key", "x.Value", "x.Header"],
      );
      assert.deepEqual(contents(batch), [
        [2, "t", "k2", "v2", [["h", "x"]], 1002],
        [4, "t", "k4", null, [], 44],
      ]);
      assert.deepEqual([batch.nextOffset, batch.count, batch.columns?.count ?? 2], [6, 2, 2]);
      if (lazy) assert.deepEqual([...batch.columns!.value!.verdicts], [DatumVerdict.copy, DatumVerdict.nothing]);
      assert.deepEqual(topics, ["t"]);
    });

  it("run() gives an empty batch when everything was dropped, and tells of no topic", async () => {
    const { pipeline, topics } = setUp({ errors: tolerant });
    const batch = await pipeline.run(partitionBatch("t", [{ offset: 1, key: "k", value: "bad" }]));
    assert.deepEqual([batch.count, batch.nextOffset, topics], [0, 2, []]);
  });

  it("run() passes records through transformations in their order, and drops those filtered out", async () => {
    const transformations = [
      stage((record) => record.with({ topic: `${record.topic}-a` })),
      stage((record) => (record.offset === 4 ? null : record)),
      stage((record) => record.with({ value: new EagerDatum(null, `${record.topic}!`) })),
    ];
    const { pipeline, value } = setUp({ transformations });
    const batch = await pipeline.run(partitionBatch("t", rows.slice(0, 3), 8));
    assert.deepEqual(contents(batch), [
      [3, "t-a", "k3", "t-a!", [["h", "1"]], 1003],
      [6, "t-a", "k6", "t-a!", [], 1006],
    ]);
    assert.deepEqual([batch.topic, batch.nextOffset, batch.columns, value.conversions], ["t", 8, null, 0]);
  });

  it("run() leaves the bytes of a value that no transformation replaced", async () => {
    const { pipeline } = setUp({ transformations: [stage((record) => record.with({ topic: "u" }))] });
    const batch = await pipeline.run(partitionBatch("t", rows));
    assert.equal(Buffer.from(batch.record(0).value.source!.bytes).toString(), "v3");
  });

  it("run() applies a transformation only where its predicate says so, or does not, negated", async () => {
    const predicate: Predicate = { configure: () => undefined, test: (record) => record.offset === 3 };
    const condition = { alias: "p", className: "x.P", version: "1", instance: predicate };
    for (const negate of [false, true]) {
      const only = stage((record) => record.with({ topic: "u" }), { ...condition, negate });
      const batch = await setUp({ transformations: [only] }).pipeline.run(partitionBatch("t", rows.slice(0, 2)));
      const topics = [batch.record(0).topic, batch.record(1).topic];
      assert.deepEqual(topics, negate ? ["t", "u"] : ["u", "t"]);
    }
  });

  it("run() reports failures of converters and transformations in offset order", async () => {
    const failing = stage((record) => {
      if (record.offset % 2 === 0) throw new TypeError("odd ones only");
      return record;
    });
    const { pipeline, stages, reported } = setUp({ errors: tolerant, transformations: [failing] });
    const batch = await pipeline.run(
      partitionBatch("t", [
        { offset: 1, key: "k", value: "v" },
        { offset: 2, key: "k", value: "v" },
        { offset: 3, key: "k", value: "bad" },
        { offset: 4, key: "bad", value: "v" },
        { offset: 5, key: "k", value: "v" },
      ]),
    );
    assert.deepEqual(stages(), ["TRANSFORMATION 2", "VALUE_CONVERTER 3", "KEY_CONVERTER 4"]);
    assert.equal(reported[0]?.className, "x.Smt");
    assert.deepEqual([batch.record(0).offset, batch.record(1).offset, batch.count], [1, 5, 2]);
  });

  it("run() retries a transformation that may pass, and goes on with its record", async () => {
    let attempts = 0;
    const flaky = stage((record) => {
      if (record.offset === 3 && ++attempts < 3) throw new ConnectError("retriable", "not now");
      return record.with({ topic: `u${attempts}` });
    });
    const errors = { "errors.retry.timeout": "-1", "errors.retry.delay.max.ms": "1" };
    const batch = await setUp({ errors, transformations: [flaky] }).pipeline.run(partitionBatch("t", rows));
    assert.deepEqual([batch.count, batch.record(0).topic], [5, "u3"]);
  });

  it("run() converts headers only when read, where they surely can be converted", async () => {
    const { pipeline, headers, stages } = setUp({ lazyHeaders: true, errors: tolerant });
    const batch = await pipeline.run(
      partitionBatch("t", [
        { offset: 1, key: "k", value: "v", headers: [["a", null], ["b", "1"]] }, // prettier-ignore
        { offset: 2, key: "k", value: "v", headers: [["c", "2"], ["d", "bad"]] }, // prettier-ignore
      ]),
    );
    assert.equal(headers.conversions, 2);
    assert.deepEqual(stages(), ["HEADER_CONVERTER 2"]);
    const { all } = batch.record(0).headers;
    assert.deepEqual(
      all.map(({ key, value }) => [key, value]),
      [["a", null], ["b", "1"]], // prettier-ignore
    );
  });

  it("run() prepares the converter before it is used, once per batch", async () => {
    const converter = new PreparingConverter(true);
    await setUp({ converter }).pipeline.run(partitionBatch("t", rows));
    assert.deepEqual(converter.prepared, ["t"]);
  });

  it("run() fails the records that have bytes when the preparation fails for good", async () => {
    const converter = new PreparingConverter(true);
    converter.prepareError = new ConnectError("retriable", "registry is down");
    const { pipeline, stages } = setUp({ converter, errors: tolerant });
    const batch = await pipeline.run(partitionBatch("t", rows));
    assert.deepEqual(stages(), ["VALUE_CONVERTER 3", "VALUE_CONVERTER 4", "VALUE_CONVERTER 7", "VALUE_CONVERTER 9"]);
    assert.deepEqual([batch.count, batch.record(0).offset], [1, 6]);
  });

  it("run() refuses negative timestamps other than -1", async () => {
    const batch = partitionBatch("t", [{ offset: 1, key: "k", value: "v", timestampMs: -2 }]);
    await assert.rejects(setUp().pipeline.run(batch), (error: ConnectError) => {
      assert.equal(error.message, "Invalid record timestamp -2");
      assert.equal(error.javaClass, "org.apache.kafka.common.InvalidRecordException");
      return true;
    });
  });

  it("run() gives records whose origin leads back to their bytes", async () => {
    const { pipeline } = setUp({ errors: tolerant });
    const batch = await pipeline.run(
      partitionBatch("t", [
        { offset: 1, key: "k1", value: "bad" },
        { offset: 2, key: "k2", value: "v2" },
      ]),
    );
    const { origin } = batch.record(0).with({ topic: "u" });
    assert.ok(origin instanceof RowOrigin);
    const raw = origin.raw();
    assert.deepEqual([raw.topic, raw.offset, Buffer.from(raw.value!).toString()], ["t", 2, "v2"]);
  });
});
