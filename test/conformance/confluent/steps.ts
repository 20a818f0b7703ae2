import { setTimeout as sleep } from "node:timers/promises";
import { waitUntil } from "../../support/wait.js";
import { bytesOf, expanded } from "./case.js";
import type { CaseRecord, Step } from "./case.js";
import { ask, committed, statusOf } from "./stage.js";
import type { Scene } from "./stage.js";

/** What a refused configuration was answered with. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Gives the refusal of a `start` step that was refused, else null. */
export async function playStep(step: Step, scene: Scene): Promise<Refusal | null> {
  const { name, bucket } = scene;
  const path = `/connectors/${name}`;
  if (step.produce !== undefined) await produce(step.produce, scene);
  if (step.start !== undefined) return start(step.start === true ? {} : step.start, scene);
  if (step.putObject !== undefined)
    await bucket.write(step.putObject.name, Buffer.from(step.putObject.base64, "base64"));
  if (step.sleepMs !== undefined) await sleep(step.sleepMs);
  if (step.delete === true) {
    await scene.rest.deleteConnector(name);
    await waitUntil(`${name} is gone`, async () => (await statusOf(scene)) === null);
  }
  if (step.restart === true) {
    await ask(scene, "POST", `${path}/restart?includeTasks=true&onlyFailed=false`);
    // The states before the restart are RUNNING too.
    await sleep(1000);
    await untilState(scene, "RUNNING");
  }
  if (step.state !== undefined) {
    await ask(scene, "PUT", `${path}/${step.state}`);
    await untilState(scene, { pause: "PAUSED", resume: "RUNNING", stop: "STOPPED" }[step.state]);
  }
  if (step.setOffsets !== undefined) await setOffsets(step.setOffsets, scene);
  if (step.await !== undefined) await untilReached(step.await, scene);
  return null;
}

async function produce(records: readonly CaseRecord[], { producer, schemaIds }: Scene): Promise<void> {
  const sent: Promise<void>[] = [];
  for (const { topic, partition = 0, key, value, headers = [], timestamp } of expanded(records))
    sent.push(
      producer.send({
        topic,
        partition,
        key: bytesOf(key, schemaIds),
        value: bytesOf(value, schemaIds),
        headers: headers.map(([header, data]) => [header, bytesOf(data, schemaIds)] as const),
        ...(timestamp === undefined ? {} : { timestampMs: timestamp }),
      }),
    );
  await Promise.all(sent);
}

async function start(changes: Readonly<Record<string, string | null>>, scene: Scene): Promise<Refusal | null> {
  const path = `/connectors/${scene.name}/config`;
  const answer = await ask<{ message?: string }>(scene, "PUT", path, configOf(scene, changes));
  return answer.status < 300 ? null : { status: answer.status, message: answer.body.message ?? "" };
}

/** The connector's configuration; `changes` with null take keys away. */
export function configOf(
  { case: recorded, gcs }: Scene,
  changes: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const entries = Object.entries<string | null>({ "gcs.endpoint": gcs, ...recorded.connector, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

async function setOffsets(offsets: Readonly<Record<string, number>>, { admin, name }: Scene): Promise<void> {
  for (const [key, offset] of Object.entries(offsets)) {
    const [, topic = "", partition = ""] = /^(.*)-(\d+)$/.exec(key) ?? [];
    const partitions = [{ partition: Number(partition), offset: String(offset) }];
    // Refused while members of the deleted connector are still in the group.
    await waitUntil(`the offsets of ${name} are set`, async () => {
      await admin.setOffsets({ groupId: `connect-${name}`, topic, partitions });
      return true;
    });
  }
}

async function untilState(scene: Scene, state: string): Promise<void> {
  await waitUntil(`${scene.name} is ${state}`, async () => {
    const now = await statusOf(scene);
    if (now?.connector.state !== state) return false;
    return (now.tasks.length > 0 || state === "STOPPED") && now.tasks.every((task) => task.state === state);
  });
}

async function untilReached(goal: NonNullable<Step["await"]>, scene: Scene): Promise<void> {
  const { name, bucket } = scene;
  if (goal.objects !== undefined)
    await waitUntil(`${name} has objects`, async () => (await bucket.names()).length >= goal.objects!);
  if (goal.committed !== undefined)
    await waitUntil(
      `${name} has committed`,
      async () => {
        const offsets = await committed(scene);
        return Object.entries(goal.committed!).every(([tp, offset]) => (offsets.get(tp) ?? -1) >= offset);
      },
      { everyMs: 200 },
    );
  if (goal.running === true) {
    await untilState(scene, "RUNNING");
    // As recorded: tasks have had the time to read what is there.
    await sleep(1000);
  }
  if (goal.task !== undefined)
    await waitUntil(`${name} is ${goal.task}`, async () =>
      (await statusOf(scene))?.tasks.some(({ state }) => state === goal.task),
    );
}
