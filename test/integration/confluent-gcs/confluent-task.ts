import { ConfluentGcsTask } from "../../../connectors/confluent-gcs/task.js";
import { INT32, STRING, Struct, structSchema } from "../../../runtime/api/index.js";
import type { SinkBatch } from "../../../runtime/api/index.js";
import { batchOf } from "../../support/batches.js";
import type { Bucket } from "../../support/bucket.js";
import { TaskDriver } from "../../support/task-driver.js";
import type { TestGroup, TestMemory } from "../../support/task-driver.js";

export const TOPIC = "orders";
export const PARTITION = { topic: TOPIC, partition: 0 };

const CLASSES = "io.confluent.connect.gcs.format";
export const FORMATS = {
  json: `${CLASSES}.json.JsonFormat`,
  bytes: `${CLASSES}.bytearray.ByteArrayFormat`,
  avro: `${CLASSES}.avro.AvroFormat`,
  parquet: `${CLASSES}.parquet.ParquetFormat`,
} as const;

/** What every configuration needs; files are JSON. */
export const REQUIRED = {
  "gcs.bucket.name": "bucket",
  "storage.class": "io.confluent.connect.gcs.storage.GcsStorage",
  "format.class": FORMATS.json,
  "flush.size": "3",
};

/** A started task that owns partition 0 of `orders` and writes to `bucket`. */
export async function startTask(
  bucket: Bucket,
  config: Readonly<Record<string, string>>,
  options: { readonly endpoint?: string; readonly group?: TestGroup; readonly memory?: TestMemory } = {},
): Promise<TaskDriver> {
  const driver = new TaskDriver(new ConfluentGcsTask(), options);
  await driver.start(
    {
      ...REQUIRED,
      "gcs.bucket.name": bucket.name,
      "gcs.endpoint": options.endpoint ?? bucket.endpoint,
      "gcs.part.retries": "0",
      "gcs.retry.backoff.ms": "1",
      "retry.backoff.ms": "100",
      ...config,
    },
    [PARTITION],
  );
  return driver;
}

const ORDER = structSchema({ n: INT32, kind: STRING });
const HOUR_MS = 3_600_000;

/** Records [from, to) of a log that is the same for every reader; times wander over hours. */
export function orders(from: number, to: number): SinkBatch {
  const records = Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    return {
      value: { schema: ORDER, value: new Struct(ORDER).put("n", n).put("kind", `k${(n * 7) % 5}`) },
      timestampMs: 500_000 * HOUR_MS + n * 400_000 + (n % 11 === 0 ? -HOUR_MS : 0),
    };
  });
  return batchOf(TOPIC, 0, from, records);
}

/** Contents of all objects by name; what is random in them, the sync marker of Avro files, taken out. */
export async function contents(bucket: Bucket): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await bucket.names()) {
    const text = (await bucket.read(name)).toString("latin1");
    found[name] = name.endsWith(".avro") ? text.replaceAll(text.slice(-16), "<sync>") : text;
  }
  return found;
}
