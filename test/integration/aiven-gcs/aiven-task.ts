import { AivenGcsTask } from "../../../connectors/aiven-gcs/task.js";
import type { Bucket } from "../../support/bucket.js";
import { TaskDriver } from "../../support/task-driver.js";
import type { TestGroup, TestMemory } from "../../support/task-driver.js";

export const TOPIC = "orders";
export const PARTITION = { topic: TOPIC, partition: 0 };

/** Keys that make retries of tests short. */
const QUICK_RETRIES = {
  "gcs.retry.backoff.initial.delay.ms": "10",
  "gcs.retry.backoff.max.delay.ms": "50",
};

/** A started task that owns partition 0 of `orders` and writes to `bucket`. */
export async function startTask(
  bucket: Bucket,
  config: Readonly<Record<string, string>>,
  options: {
    readonly endpoint?: string;
    readonly group?: TestGroup;
    readonly memory?: TestMemory;
    readonly nowMs?: number;
    readonly partitions?: number;
  } = {},
): Promise<TaskDriver> {
  const driver = new TaskDriver(new AivenGcsTask(), options);
  driver.nowMs = options.nowMs ?? driver.nowMs;
  const partitions = Array.from({ length: options.partitions ?? 1 }, (_, partition) => ({ topic: TOPIC, partition }));
  await driver.start(
    {
      "gcs.bucket.name": bucket.name,
      "gcs.endpoint": options.endpoint ?? bucket.endpoint,
      ...QUICK_RETRIES,
      ...config,
    },
    partitions,
  );
  return driver;
}

/** Lines of all objects of a bucket, sorted. */
export async function allLines(bucket: Bucket): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await bucket.names()) lines.push(...(await bucket.read(name)).toString().split("\n"));
  return lines.sort();
}
