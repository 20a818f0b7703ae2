import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Case, Condition, Step } from "./case-file.js";
import { compareAnswer } from "./compare.js";
import { contractProblems } from "./contract.js";
import { sendRequest, type CaseAnswer } from "./http.js";
import { substitute, type Variables } from "./placeholders.js";

/** A worker that rebalances asks to be asked again. */
const TRANSIENT = [
  "Cannot complete request momentarily due to",
  "Request cannot be completed because a rebalance is expected",
  "Cannot complete request because of a conflicting operation",
];
const RETRY_MS = 200;

/** Plays a case; gives how the answers differ from the recorded ones, with the step's number and request. */
export async function playCase(base: string, one: Case, given: Variables): Promise<string[]> {
  const variables = { BASE: base, ...given, RUN: randomLetters() };
  const problems: string[] = [];
  try {
    for (const [index, recorded] of one.steps.entries()) {
      const step = substitute(recorded, variables);
      const { answer, note } = await playStep(base, step);
      const found =
        note === null
          ? [...compareAnswer(step, step.expect, answer), ...contractProblems(step.request, answer)]
          : [note];
      const { method, path, raw } = step.request;
      const label = `step ${index + 1}, ${raw === undefined ? `${method} ${path}` : JSON.stringify(raw.slice(0, 60))}`;
      problems.push(...found.map((problem) => `${label}: ${problem}`));
      if (note !== null || (found.length > 0 && step.stop_on_failure === true)) break;
    }
  } finally {
    await cleanUp(base, substitute(one, variables));
  }
  return problems;
}

async function playStep(base: string, step: Step): Promise<{ answer: CaseAnswer; note: string | null }> {
  if (step.sleep_s !== undefined) await pause(step.sleep_s * 1000);
  const { until } = step;
  const deadlineMs = Date.now() + (until?.timeout_s ?? 30) * 1000;
  for (;;) {
    const answer = await sendRequest(base, step.request);
    const late = Date.now() > deadlineMs;
    const again = isTransient(answer) && !expectsTransient(step);
    if (!again && (until === undefined || until.all.every((condition) => holds(condition, answer))))
      return { answer, note: null };
    if (late)
      return {
        answer,
        note: `not reached: ${JSON.stringify(until?.all ?? "an end of the rebalance")}; last ${answer.status} ${answer.text.slice(0, 300)}`,
      };
    await pause(RETRY_MS);
  }
}

function messageOf(body: unknown): string {
  const message = typeof body === "object" && body !== null ? (body as { message?: unknown }).message : null;
  return typeof message === "string" ? message : "";
}

function isTransient({ json }: CaseAnswer): boolean {
  return TRANSIENT.some((text) => messageOf(json).startsWith(text));
}

function expectsTransient({ expect }: Step): boolean {
  return TRANSIENT.some((text) => messageOf(expect.body).startsWith(text));
}

function holds(condition: Condition, answer: CaseAnswer): boolean {
  if (condition.status !== undefined && answer.status !== condition.status) return false;
  if (condition.path === undefined) return true;
  const { found, value } = lookUp(answer.json, condition.path);
  if ("equals" in condition) return found && isDeepStrictEqual(value, condition.equals);
  if ("contains" in condition)
    return found && Array.isArray(value) && value.some((item) => isDeepStrictEqual(item, condition.contains));
  return condition.absent === true ? answer.json !== undefined && !found : found;
}

/** `$.a.b[0]['c.d'].length` in a JSON value. */
function lookUp(json: unknown, path: string): { found: boolean; value?: unknown } {
  let value = json;
  for (const [, name, index, quoted] of path.slice(1).matchAll(/\.([^.[\]]+)|\[(?:(\d+)|'([^']*)')\]/g)) {
    const key = name ?? index ?? quoted!;
    if (typeof value !== "object" || value === null) return { found: false };
    if (!(Array.isArray(value) && key === "length") && !Object.hasOwn(value, key)) return { found: false };
    value = (value as Record<string, unknown>)[key];
  }
  return { found: true, value };
}

/** Deletes the case's connectors and waits until their statuses are gone. */
async function cleanUp(base: string, { cleanup = [], cleanup_headers: headers = {} }: Case): Promise<void> {
  for (const name of cleanup) {
    const path = `/connectors/${encodeURIComponent(name)}`;
    let answer = await sendRequest(base, { method: "DELETE", path, headers });
    for (let tries = 0; answer.status === 409 && tries < 20; tries++) {
      await pause(RETRY_MS);
      answer = await sendRequest(base, { method: "DELETE", path, headers });
    }
    if (answer.status !== 204) continue;
    for (let tries = 0; tries < 60; tries++) {
      const status = await sendRequest(base, { method: "GET", path: `${path}/status`, headers });
      if (status.status === 404) break;
      await pause(RETRY_MS);
    }
  }
}

function randomLetters(): string {
  return Array.from({ length: 7 }, () => "abcdefghjkmnpqrstuvwxyz"[Math.floor(Math.random() * 23)]).join("");
}
