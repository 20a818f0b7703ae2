import assert from "node:assert/strict";
import { NameClock } from "../../../../connectors/aiven-gcs/clock.js";
import { Grouper } from "../../../../connectors/aiven-gcs/grouper.js";
import type { GroupedFile } from "../../../../connectors/aiven-gcs/grouper.js";
import { parseTemplate } from "../../../../connectors/aiven-gcs/object-name.js";
import { RecordView } from "../../../../connectors/aiven-gcs/record-view.js";
import { SchemaCache } from "../../../../connectors/objects/schema-cache.js";
import { parseTimeZone } from "../../../../connectors/aiven-gcs/time-zone.js";
import { Schema } from "../../../../runtime/api/index.js";
import { batchOf, lazily } from "../../../support/batches.js";
import type { PlainRecord } from "../../../support/batches.js";

interface TestFile extends GroupedFile {
  readonly offsets: number[];
}

interface TestRules {
  readonly template: string;
  readonly maxRecords?: number;
  readonly watchSchemas?: boolean;
  readonly source?: "wallclock" | "event";
}

/** Puts records, each list of them between two flushes, and gives the offsets by object name. */
function group(
  rules: TestRules,
  firstOffset: number,
  ...puts: readonly (readonly PlainRecord[])[]
): Record<string, number[]> {
  const result: Record<string, number[]> = {};
  const opened: TestFile[] = [];
  const grouper = new Grouper<TestFile>(
    {
      template: parseTemplate(rules.template),
      prefix: "",
      maxRecords: rules.maxRecords ?? 0,
      watchSchemas: rules.watchSchemas ?? false,
      timestampSource: rules.source ?? "wallclock",
    },
    new NameClock(parseTimeZone("Z")),
    {
      open: (name) => {
        const file = { name, recordCount: 0, offsets: (result[name] ??= []) };
        opened.push(file);
        return file;
      },
      complete: () => undefined,
    },
  );
  let offset = firstOffset;
  for (const records of puts) {
    const batch = batchOf("t", 0, offset, records);
    offset = batch.nextOffset;
    const view = new RecordView(batch, new SchemaCache());
    for (let row = 0; row < view.count;) {
      const { file, end } = grouper.place(view, row, view.count, NOW);
      for (; row < end; row++) file.offsets.push(view.offsetAt(row));
    }
    grouper.forget();
  }
  for (const file of opened) assert.equal(file.recordCount > 0, true);
  return result;
}

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2024, 4, 6, 7);
const PLAIN = "{{topic}}-{{partition}}-{{start_offset}}";
const KEYED = "{{topic}}-{{partition}}-{{key}}-{{start_offset}}";
const HOURLY = `${PLAIN}-{{timestamp:unit=HH}}`;

const at = (hour: number): PlainRecord => ({ value: "v", timestampMs: hour * HOUR_MS });
const records = (count: number): PlainRecord[] => Array.from({ length: count }, () => ({ value: "v" }));
const keyed = (key: string | null): PlainRecord => ({ key, value: "v" });

const INT = new Schema("INT32");
const LONG = new Schema("INT64");
const typed = (schema: Schema | null): PlainRecord => ({
  key: "k",
  value: { schema, value: schema === null ? null : 1 },
});

// Expected names and offsets were seen from the classes of version 3.4.2.
describe("Grouper", () => {
  it("place() keeps one object of a partition until the flush", () => {
    assert.deepEqual(group({ template: PLAIN }, 5, records(3), records(2)), {
      "t-0-5": [5, 6, 7],
      "t-0-8": [8, 9],
    });
  });

  it("place() starts an object after maxRecords", () => {
    assert.deepEqual(group({ template: PLAIN, maxRecords: 2 }, 0, records(6)), {
      "t-0-0": [0, 1],
      "t-0-2": [2, 3],
      "t-0-4": [4, 5],
    });
  });

  it("place() counts anew after a flush", () => {
    assert.deepEqual(group({ template: PLAIN, maxRecords: 10 }, 100, records(2), records(2), records(1)), {
      "t-0-100": [100, 101],
      "t-0-102": [102, 103],
      "t-0-104": [104],
    });
  });

  it("place() without a limit keeps the start offset when the hour changes", () => {
    assert.deepEqual(group({ template: HOURLY, source: "event" }, 10, [at(10), at(11), at(10), at(11)]), {
      "t-0-10-10": [10, 12],
      "t-0-10-11": [11, 13],
    });
  });

  it("place() with a limit starts an object each time the hour changes", () => {
    const rules = { template: HOURLY, source: "event", maxRecords: 100 } as const;
    assert.deepEqual(group(rules, 10, [at(10), at(11), at(10), at(11)]), {
      "t-0-10-10": [10],
      "t-0-11-11": [11],
      "t-0-12-10": [12],
      "t-0-13-11": [13],
    });
  });

  it("place() takes the wall clock's time where no event time is asked for", () => {
    assert.deepEqual(group({ template: HOURLY }, 0, [at(10), at(11)]), { "t-0-0-07": [0, 1] });
  });

  it("place() keeps an object for each key", () => {
    const rules = { template: KEYED };
    assert.deepEqual(group(rules, 0, [null, "k", null, null, "k", "k"].map(keyed)), {
      "t-0-null-0": [0, 2, 3],
      "t-0-k-1": [1, 4, 5],
    });
    assert.deepEqual(group({ ...rules, maxRecords: 2 }, 0, ["a", "a", "b", "a", "b", "b"].map(keyed)), {
      "t-0-a-0": [0, 1],
      "t-0-b-2": [2, 4],
      "t-0-a-3": [3],
      "t-0-b-5": [5],
    });
  });

  it("place() starts an object when a schema changes, also back to an earlier one", () => {
    const rules = { template: PLAIN, watchSchemas: true };
    assert.deepEqual(group(rules, 1, [typed(INT), typed(LONG), typed(INT), typed(INT)]), {
      "t-0-1": [1],
      "t-0-2": [2],
      "t-0-3": [3, 4],
    });
  });

  it("place() takes equal schemas for the same", () => {
    const rules = { template: PLAIN, watchSchemas: true };
    assert.deepEqual(group(rules, 0, [typed(INT), typed(new Schema("INT32"))]), { "t-0-0": [0, 1] });
  });

  it("place() combines the limit with changes of schemas", () => {
    const rules = { template: PLAIN, watchSchemas: true, maxRecords: 2 };
    assert.deepEqual(group(rules, 1, [INT, INT, INT, LONG, LONG, LONG].map(typed)), {
      "t-0-1": [1, 2],
      "t-0-3": [3],
      "t-0-4": [4, 5],
      "t-0-6": [6],
    });
  });

  it("place() refuses records without schemas where schemas are watched", () => {
    assert.throws(() => group({ template: PLAIN, watchSchemas: true }, 0, [typed(null)]), {
      javaClass: "org.apache.kafka.connect.errors.SchemaProjectorException",
      message: "Record must have schemas for key and value",
    });
  });

  it("place() refuses records without a timestamp where event time counts, also if no name has one", () => {
    assert.throws(() => group({ template: PLAIN, source: "event" }, 0, [at(1), { value: "v" }]), {
      javaClass: "java.lang.NullPointerException",
    });
  });

  it("place() groups by the topic that a transformation gave", () => {
    const moved = (topic: string): PlainRecord => ({ value: "v", topic });
    assert.deepEqual(group({ template: PLAIN }, 0, [moved("a"), moved("b"), moved("a")]), {
      "a-0-0": [0, 2],
      "b-0-1": [1],
    });
  });

  it("place() reads names from columns as from records", () => {
    const plain = ["x", "é", null].map(keyed);
    const bytes = (row: number, field: "key" | "value"): Buffer | null => {
      const datum = plain[row]?.[field] as string | null;
      return datum === null ? null : Buffer.from(datum);
    };
    const view = new RecordView(
      lazily(batchOf("t", 0, 0, plain), { key: "utf8", value: "utf8" }, bytes),
      new SchemaCache(),
    );
    assert.deepEqual(
      plain.map((_, row) => view.keyTextAt(row)),
      ["x", "é", "null"],
    );
  });
});
