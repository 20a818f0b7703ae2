import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../support/folders.js";

/** One recorded conversation with a worker. */
export interface Case {
  readonly id: string;
  readonly doc: string;
  readonly profile?: Profile;
  readonly steps: readonly Step[];
  /** Connectors to delete afterwards. */
  readonly cleanup?: readonly string[];
  readonly cleanup_headers?: Readonly<Record<string, string>>;
}

export type Profile = "default" | "standalone" | "restricted" | "auth";

export interface Step {
  readonly request: CaseRequest;
  /** Ask again until all hold, then compare. */
  readonly until?: { readonly timeout_s: number; readonly all: readonly Condition[] };
  readonly sleep_s?: number;
  /** Reduce the answer before it is compared. */
  readonly view?: View;
  /** Paths of arrays whose order does not count. */
  readonly unordered?: readonly string[];
  /** Paths where the answer may hold more. */
  readonly contains?: readonly string[];
  /** A text that is a comma list in any order. */
  readonly unordered_text?: boolean;
  /** `loose`: the text of an error is the JVM's and not compared. */
  readonly message?: "loose";
  /** Further statuses that are fine. */
  readonly accept_status?: readonly number[];
  readonly stop_on_failure?: boolean;
  readonly expect: Expected;
}

export interface CaseRequest {
  readonly method: string;
  readonly path: string;
  /** Null: not sent although it is by default. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly json?: unknown;
  readonly body?: string;
  /** A long body: prefix, unit count times, suffix. */
  readonly repeat?: { readonly prefix: string; readonly unit: string; readonly count: number; readonly suffix: string };
  /** A literal HTTP request instead of all that. */
  readonly raw?: string;
}

export interface Condition {
  readonly status?: number;
  readonly path?: string;
  readonly equals?: unknown;
  readonly contains?: unknown;
  readonly absent?: true;
}

export interface View {
  readonly kind: "errors" | "keys" | "values" | "entries" | "names" | "defs" | "classes" | "types" | "pick";
  readonly names?: readonly string[];
}

export interface Expected {
  readonly status: number;
  /** Null: must be absent. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
  readonly text?: string;
}

/** The cases of one profile, with literal names (topics, buckets) replaced. */
export function loadCases(profile: Profile, names: Readonly<Record<string, string>>): Case[] {
  const folder = join(projectFolder, "test", "conformance", "cases", "rest");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => {
      let text = readFileSync(join(folder, file), "utf8");
      for (const [name, ours] of Object.entries(names)) text = text.replaceAll(name, ours);
      return JSON.parse(text, keepNumber) as Case;
    })
    .filter((one) => (one.profile ?? "default") === profile);
}

/** A number that JavaScript would print in another way is sent as it was written. */
function keepNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || JSON.stringify(value) === source) return value;
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}
