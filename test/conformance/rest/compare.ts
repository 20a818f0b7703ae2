import type { Expected, Step, View } from "./case-file.js";
import type { CaseAnswer } from "./http.js";
import { fits, placeholderOf, textMatches } from "./placeholders.js";

type Json = Readonly<Record<string, unknown>>;

/** How an answer differs from the recorded one; empty when it does not. */
export function compareAnswer(step: Step, expected: Expected, answer: CaseAnswer): string[] {
  if (answer.status !== expected.status) {
    if (step.accept_status?.includes(answer.status) === true) return [];
    return [`status: expected ${expected.status}, got ${answer.status} ${answer.text.slice(0, 300)}`];
  }
  const out = compareHeaders(expected, answer);
  if ("body" in expected) {
    if (answer.json === undefined) return [...out, `body: expected JSON, got ${answer.text.slice(0, 200)}`];
    const body = step.message === "loose" ? withoutMessage(expected.body) : expected.body;
    diff(body, view(answer.json, step.view), "$", step, out);
  } else if (expected.text !== undefined) {
    const sorted = (text: string): string =>
      text
        .split(",")
        .map((item) => item.trim())
        .sort()
        .join();
    const same =
      step.unordered_text === true
        ? sorted(expected.text) === sorted(answer.text)
        : textMatches(expected.text, answer.text);
    if (!same) out.push(`body: expected ${short(expected.text)}, got ${short(answer.text)}`);
  } else if (answer.text !== "") out.push(`body: expected none, got ${short(answer.text)}`);
  return out;
}

function withoutMessage(body: unknown): unknown {
  return typeof body === "object" && body !== null && "message" in body ? { ...body, message: "${ANY}" } : body;
}

const LISTS = ["allow", "access-control-allow-methods", "access-control-allow-headers", "vary"];

function compareHeaders({ headers = {} }: Expected, answer: CaseAnswer): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const actual = answer.headers.get(name.toLowerCase());
    const problem = `header ${name}: expected ${value ?? "none"}, got ${actual ?? "none"}`;
    if (value === null || actual === undefined) return value === null && actual === undefined ? [] : [problem];
    return headerMatches(name.toLowerCase(), value, actual) ? [] : [problem];
  });
}

function headerMatches(name: string, expected: string, actual: string): boolean {
  const items = (text: string): string =>
    text
      .toLowerCase()
      .split(",")
      .map((item) => item.trim())
      .sort()
      .join();
  if (LISTS.includes(name)) return items(expected) === items(actual);
  const plain = (text: string): string => text.toLowerCase().replaceAll(" ", "");
  if (name === "content-type") return plain(expected) === plain(actual);
  return textMatches(expected, actual);
}

/** Big answers reduced to what is compared; errors stay as they are. */
function view(body: unknown, spec: View | undefined): unknown {
  if (spec === undefined || typeof body !== "object" || body === null || "error_code" in body) return body;
  const names = new Set(spec.names);
  const infos = body as unknown as { name: string; error_count: number; groups: string[]; configs: ConfigEntry[] };
  const list = Array.isArray(body) ? (body as Json[]) : [];
  switch (spec.kind) {
    case "errors": {
      const errors = infos.configs.filter(({ value }) => (value?.errors.length ?? 0) > 0);
      return {
        name: infos.name,
        error_count: infos.error_count,
        errors: Object.fromEntries(errors.map(({ value }) => [value!.name, value!.errors])),
      };
    }
    case "keys":
      return { error_count: infos.error_count, groups: infos.groups, keys: infos.configs.map(nameOf) };
    case "values": {
      const shown = infos.configs.filter(({ value }) => value !== null && names.has(value.name));
      return {
        error_count: infos.error_count,
        values: Object.fromEntries(shown.map(({ value }) => [value!.name, value!.value])),
      };
    }
    case "entries":
      return { error_count: infos.error_count, configs: infos.configs.filter((entry) => names.has(nameOf(entry))) };
    case "names":
      return list.map((item) => item["name"]);
    case "defs":
      return list.filter((item) => names.has(String(item["name"])));
    case "classes":
      return list
        .filter((item) => names.has(String(item["class"])))
        .map((item) => ({ class: item["class"], type: item["type"] }));
    case "types":
      return [...new Set(list.map((item) => item["type"]))];
    case "pick":
      return Object.fromEntries([...names].map((name) => [name, (body as Json)[name] ?? "<absent>"]));
  }
}

interface ConfigEntry {
  readonly definition: { readonly name: string } | null;
  readonly value: { readonly name: string; readonly value: string | null; readonly errors: string[] } | null;
}

function nameOf({ value, definition }: ConfigEntry): string {
  return (value ?? definition)!.name;
}

function diff(expected: unknown, actual: unknown, path: string, step: Step, out: string[]): void {
  const placeholder = placeholderOf(expected);
  if (placeholder !== null) {
    if (!fits(placeholder, actual)) out.push(`${path}: expected ${String(expected)}, got ${short(actual)}`);
  } else if (kindOf(expected) !== kindOf(actual))
    out.push(`${path}: expected ${short(expected)}, got ${short(actual)}`);
  else if (Array.isArray(expected)) diffArrays(expected, actual as unknown[], path, step, out);
  else if (typeof expected === "object" && expected !== null)
    diffObjects(expected as Json, actual as Json, path, step, out);
  else if (typeof expected === "string" ? !textMatches(expected, actual as string) : expected !== actual)
    out.push(`${path}: expected ${short(expected)}, got ${short(actual)}`);
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function diffObjects(expected: Json, actual: Json, path: string, step: Step, out: string[]): void {
  for (const [key, value] of Object.entries(expected))
    if (!Object.hasOwn(actual, key)) out.push(`${path}.${key}: missing, expected ${short(value)}`);
    else diff(value, actual[key], `${path}.${key}`, step, out);
  if (step.contains?.includes(path) === true) return;
  for (const [key, value] of Object.entries(actual))
    if (!Object.hasOwn(expected, key)) out.push(`${path}.${key}: unexpected ${short(value)}`);
}

function diffArrays(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: string,
  step: Step,
  out: string[],
): void {
  const general = path.replace(/\[\d+\]/g, "[*]");
  const listed = (paths: readonly string[] = []): boolean => paths.includes(general) || paths.includes(path);
  const mayHoldMore = listed(step.contains);
  if (expected.length !== actual.length && !mayHoldMore)
    out.push(`${path}: expected ${expected.length} items, got ${actual.length}: ${short(expected)} / ${short(actual)}`);
  if (!mayHoldMore && !listed(step.unordered)) {
    for (let i = 0; i < Math.min(expected.length, actual.length); i++)
      diff(expected[i], actual[i], `${path}[${i}]`, step, out);
    return;
  }
  const left = [...actual];
  for (const [index, item] of expected.entries()) {
    const found = left.findIndex((candidate) => {
      const problems: string[] = [];
      diff(item, candidate, `${path}[${index}]`, step, problems);
      return problems.length === 0;
    });
    if (found < 0) out.push(`${path}: no match for ${short(item)} in ${short(left)}`);
    else left.splice(found, 1);
  }
}

function short(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length < 260 ? text : `${text.slice(0, 160)} … ${text.slice(-80)}`;
}
