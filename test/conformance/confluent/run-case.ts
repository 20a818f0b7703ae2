import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectorStatus } from "../../support/connect-rest.js";
import type { Expected } from "./case.js";
import { compareObject } from "./compare.js";
import { ask, committed, openScene, statusOf } from "./stage.js";
import type { Scene, Stage } from "./stage.js";
import { configOf, playStep } from "./steps.js";
import type { Refusal } from "./steps.js";

/** How long a case may take to come to its end. */
const DEADLINE_MS = 60_000;
/** How long it must then stay there: longer than the worker's commit interval. */
const SETTLE_MS = 1_500;
const EVERY_MS = 300;

/** Plays a case and gives all differences from its recording. */
export async function runCase(name: string, stage: Stage): Promise<string[]> {
  const scene = await openScene(name, stage);
  const { case: recorded } = scene;
  if (recorded.kind === "validate") return validate(scene);
  try {
    for (const step of recorded.steps ?? []) {
      const refusal = await playStep(step, scene);
      if (refusal !== null || (step.start !== undefined && recorded.expect.createError !== undefined))
        return compareRefusal(recorded.expect.createError, refusal);
    }
    const { problems, status } = await watch(scene);
    return [
      ...problems,
      ...(await compareObjects(scene)),
      ...compareTrace(recorded.expect, status),
      ...(await compareDeadLetters(scene)),
    ];
  } finally {
    await ask(scene, "DELETE", `/connectors/${scene.name}`);
  }
}

function compareRefusal(expected: Refusal | undefined, found: Refusal | null): string[] {
  if (expected?.status !== found?.status) return [`PUT was answered ${found?.status ?? 201}: ${found?.message ?? ""}`];
  return oneLine(found?.message ?? "").includes(oneLine(expected?.message ?? ""))
    ? []
    : [`PUT was answered ${JSON.stringify(found?.message)} instead of ${JSON.stringify(expected?.message)}`];
}

function oneLine(text: string): string {
  return text.trim().split(/\s+/).join(" ");
}

/** Waits until names, offsets and states are as recorded and stay so; else says in the end what is different. */
async function watch(scene: Scene): Promise<{ problems: string[]; status: ConnectorStatus | null }> {
  const startMs = Date.now();
  let wrongMs = startMs;
  for (;;) {
    const status = await statusOf(scene);
    const problems = await compareOutside(scene, status);
    const nowMs = Date.now();
    if (problems.length > 0) wrongMs = nowMs;
    const isOver = problems.length > 0 ? nowMs - startMs > DEADLINE_MS : nowMs - wrongMs >= SETTLE_MS;
    if (isOver) return { problems, status };
    await sleep(EVERY_MS);
  }
}

async function compareOutside(scene: Scene, status: ConnectorStatus | null): Promise<string[]> {
  const { expect } = scene.case;
  const problems: string[] = [];
  const same = (what: string, found: unknown, wanted: unknown): void => {
    const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (left !== right) problems.push(`${what}: ${left} instead of ${right}`);
  };
  same("objects", await scene.bucket.names(), (expect.objects ?? []).map(({ name }) => name).sort());
  const sorted = (entries: Iterable<[string, number]>): unknown => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  if (expect.committedOffsets !== undefined)
    same("committed", sorted(await committed(scene)), sorted(Object.entries(expect.committedOffsets)));
  if (typeof expect.status === "object") {
    const tasks = [...(status?.tasks ?? [])].sort((a, b) => a.id - b.id).map(({ state }) => state);
    same("states", [status?.connector.state, ...tasks], [expect.status.connector, ...expect.status.tasks]);
    const trace = traceOf(status);
    if (problems.length > 0 && trace !== "") problems.push(`trace: ${trace.slice(0, 500)}`);
  }
  return problems;
}

function traceOf(status: ConnectorStatus | null): string {
  return status?.tasks.find(({ trace }) => trace !== undefined)?.trace ?? status?.connector.trace ?? "";
}

async function compareObjects({ case: { expect }, bucket, judge }: Scene): Promise<string[]> {
  const problems: string[] = [];
  const names = new Set(await bucket.names());
  for (const expected of (expect.objects ?? []).filter(({ name }) => names.has(name))) {
    const { name, compare } = expected;
    const problem = await compareObject(expected, await bucket.read(name), judge);
    if (problem !== null) problems.push(`object ${name} (${compare}): ${problem}`);
    const info = await bucket.info(name);
    // Stored as it is: a content encoding would have readers decompress it on the way.
    if ((info?.contentEncoding ?? "") !== "") problems.push(`object ${name} has a content encoding`);
  }
  return problems;
}

function compareTrace({ status: expected }: Expected, status: ConnectorStatus | null): string[] {
  if (typeof expected !== "object") return [];
  const trace = oneLine(traceOf(status));
  return (expected.traceContains ?? [])
    .filter((text) => !trace.includes(oneLine(text)))
    .map((text) => `the trace lacks ${JSON.stringify(text)}: ${trace.slice(0, 300)}`);
}

async function compareDeadLetters({ case: { dlq, expect }, kafka }: Scene): Promise<string[]> {
  if (dlq === undefined || expect.dlq === undefined) return [];
  const found = (await kafka.readTopic(dlq)).map(({ key, value }) => ({
    key: key?.toString("base64") ?? null,
    value: value?.toString("base64") ?? null,
  }));
  const [left, right] = [JSON.stringify(found), JSON.stringify(expect.dlq)];
  return left === right ? [] : [`dead letters ${left} instead of ${right}`];
}

async function validate(scene: Scene): Promise<string[]> {
  const { case: recorded, name } = scene;
  const { expect } = recorded;
  const className = recorded.connector["connector.class"] ?? "";
  const answer = await ask<{ configs: { value: { name: string; errors: string[] } }[] }>(
    scene,
    "PUT",
    `/connector-plugins/${className}/config/validate`,
    { name, ...configOf(scene) },
  );
  if (answer.status !== expect.status) return [`answered ${answer.status}: ${JSON.stringify(answer.body)}`];
  const found = new Map(
    answer.body.configs.flatMap(({ value }) =>
      value.errors.length === 0 ? [] : [[value.name, value.errors] as const],
    ),
  );
  const wanted = Object.entries(expect.errors ?? {});
  const fits = (texts: readonly string[], patterns: readonly string[]): boolean =>
    texts.length === patterns.length && patterns.every((pattern, index) => matches(texts[index]!, pattern));
  const same = found.size === wanted.length && wanted.every(([key, patterns]) => fits(found.get(key) ?? [], patterns));
  return same ? [] : [`errors ${JSON.stringify([...found])} instead of ${JSON.stringify(wanted)}`];
}

function matches(text: string, pattern: string): boolean {
  return pattern.startsWith("re:") ? new RegExp(`^(?:${pattern.slice(3)})$`).test(text) : text === pattern;
}
