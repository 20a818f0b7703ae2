import {
  ConnectError,
  javaToString,
  topicPartitionKey,
  type NextOffsets,
  type TopicPartition,
  type TopicPartitionOffset,
} from "../api/index.js";
import type { SinkOffset } from "../herder.js";
import { isKafkaError } from "../kafka/errors.js";
import type { KafkaAdmin } from "../kafka/seam.js";

/**
 * The offsets of a sink connector behind REST (KIP-875): those of its consumer group. Texts are Connect 4.1's; spec connect-rest
 * §4, connect-runtime §12. That the connector is stopped is for the caller to check.
 */

/** What was asked for one partition; null: forget its offset. */
export interface OffsetChange extends TopicPartition {
  readonly nextOffset: number | null;
}

/** Tells the plug-in; true when it has taken note by itself. */
export type AlterHook = (offsets: NextOffsets) => Promise<boolean>;

/** `RestServerConfig` gives the whole request 90 s. */
const HOOK_TIMEOUT_MS = 90_000;

/** Committed offsets, by topic and partition. Throws status 500. */
export async function listConnectorOffsets(
  admin: KafkaAdmin,
  connector: string,
  group: string,
): Promise<readonly SinkOffset[]> {
  const committed = await failing(`Failed to retrieve consumer group offsets for sink connector ${connector}`, () =>
    admin.listGroupOffsets(group),
  );
  return committed.map(({ topic, partition, nextOffset }) => ({
    partition: { kafka_topic: topic, kafka_partition: partition },
    offset: { kafka_offset: nextOffset },
  }));
}

/** Alters or forgets offsets; gives the message of the answer. */
export async function alterConnectorOffsets(
  admin: KafkaAdmin,
  connector: string,
  group: string,
  changes: readonly OffsetChange[],
  hook: AlterHook,
): Promise<string> {
  const set = changes.filter((change): change is TopicPartitionOffset => change.nextOffset !== null);
  const forgotten = changes.filter((change) => change.nextOffset === null);
  if (set.some(({ nextOffset }) => nextOffset < 0))
    throw new ConnectError("fatal", `Failed to modify offsets for sink connector ${connector}`);
  const handled = await callHook(connector, hook, set);
  try {
    if (set.length > 0) await admin.alterGroupOffsets(group, set);
    if (forgotten.length > 0) await forget(admin, group, forgotten);
  } catch (cause) {
    throw changeError("alter", connector, cause);
  }
  return message("altered", handled);
}

/** Forgets all offsets with the group itself; gives the message of the answer. Idempotent. */
export async function resetConnectorOffsets(
  admin: KafkaAdmin,
  connector: string,
  group: string,
  hook: AlterHook,
): Promise<string> {
  await failing(`Failed to list offsets prior to resetting offsets for sink connector ${connector}`, () =>
    admin.listGroupOffsets(group),
  );
  const handled = await callHook(connector, hook, []);
  try {
    await admin.deleteGroup(group);
  } catch (cause) {
    throw changeError("reset", connector, cause);
  }
  return message("reset", handled);
}

/** A group that does not exist has nothing to forget. */
async function forget(admin: KafkaAdmin, group: string, partitions: readonly TopicPartition[]): Promise<void> {
  try {
    await admin.deleteGroupOffsets(group, partitions);
  } catch (error) {
    if (!isKafkaError(error, "GROUP_ID_NOT_FOUND")) throw error;
  }
}

async function callHook(connector: string, hook: AlterHook, set: readonly TopicPartitionOffset[]): Promise<boolean> {
  const offsets = new Map(set.map((offset) => [topicPartitionKey(offset), offset]));
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(
      new ConnectError("fatal", `Timed out while calling the 'alterOffsets' method for sink connector ${connector}`),
    );
  }, HOOK_TIMEOUT_MS);
  try {
    return await Promise.race([hook(offsets), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function failing<T>(text: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new ConnectError("fatal", text, { cause });
  }
}

const ACTIVE_GROUP = ["UNKNOWN_MEMBER_ID", "GROUP_SUBSCRIBED_TO_TOPIC", "NON_EMPTY_GROUP"] as const;

function changeError(verb: "alter" | "reset", connector: string, cause: unknown): ConnectError {
  if (isKafkaError(cause, ...ACTIVE_GROUP)) {
    const text =
      `Failed to ${verb} consumer group offsets for connector ${connector} either because its tasks haven't stopped ` +
      `completely yet or the connector was resumed before the request to ${verb} its offsets could be successfully ` +
      "completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't eventually " +
      "succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks.";
    return new ConnectError("fatal", text, { cause });
  }
  const sink = verb === "reset" ? "sink connector" : "connector";
  return new ConnectError("fatal", `Failed to ${verb} consumer group offsets for ${sink} ${connector}`, { cause });
}

function message(done: "altered" | "reset", handled: boolean): string {
  if (handled) return `The offsets for this connector have been ${done} successfully`;
  return (
    `The Connect framework-managed offsets for this connector have been ${done} successfully. However, if this connector ` +
    `manages offsets externally, they will need to be manually ${done} in the system that the connector uses.`
  );
}

/** The `offsets` of a request, checked in order; a partition given twice counts as given last. Throws status 400. */
export function parseOffsetChanges(
  offsets: readonly { readonly partition: unknown; readonly offset: unknown }[],
): readonly OffsetChange[] {
  const changes = new Map<string, OffsetChange>();
  for (const { partition, offset } of offsets) {
    const change = { ...parsePartition(partition), nextOffset: parseOffset(offset) };
    changes.set(topicPartitionKey(change), change);
  }
  return [...changes.values()];
}

function parsePartition(given: unknown): TopicPartition {
  const fields = fieldsOf(given);
  if (fields === null) throw badRequest("The partition for a sink connector offset cannot be null or missing");
  if (!fields.has("kafka_topic") || !fields.has("kafka_partition"))
    throw badRequest(
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    );
  const topic = fields.get("kafka_topic");
  const partition = fields.get("kafka_partition");
  if (topic === null) throw badRequest("Kafka topic names must be valid strings and may not be null");
  if (partition === null) throw badRequest("Kafka partitions must be valid numbers and may not be null");
  const number = parseJavaInteger(partition, 32);
  if (number === null)
    throw badRequest(
      `Failed to parse the following Kafka partition value in the provided offsets: '${javaToString(partition)}'. ` +
        "Partition values for sink connectors need to be integers.",
    );
  return { topic: javaToString(topic), partition: number };
}

function parseOffset(given: unknown): number | null {
  const fields = fieldsOf(given);
  if (fields === null) return null;
  if (!fields.has("kafka_offset"))
    throw badRequest("The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  const offset = fields.get("kafka_offset");
  const number = parseJavaInteger(offset, 64);
  if (number === null)
    throw badRequest(
      `Failed to parse the following Kafka offset value in the provided offsets: '${javaToString(offset)}'. ` +
        "Offset values for sink connectors need to be integers.",
    );
  return number;
}

/** The members of an object, however the request was parsed; null for null or nothing. */
function fieldsOf(given: unknown): ReadonlyMap<string, unknown> | null {
  if (given === null || given === undefined) return null;
  if (given instanceof Map) return given as ReadonlyMap<string, unknown>;
  return new Map(Object.entries(given));
}

/** Java's `parseInt` or `parseLong` of the value's text; null when that throws, or beyond the exact integers. */
function parseJavaInteger(value: unknown, bits: 32 | 64): number | null {
  const text = javaToString(value);
  if (!/^[+-]?[0-9]+$/.test(text)) return null;
  const number = Number(text);
  const fits = bits === 32 ? number === (number | 0) : Number.isSafeInteger(number);
  return fits ? number : null;
}

function badRequest(text: string): ConnectError {
  return new ConnectError("bad-request", text);
}
