import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../support/folders.js";
import { parseExactly } from "../objects/json-same.js";

/** Data of a record: the whole message. */
export type CaseData = { readonly utf8: string } | { readonly base64: string } | null;

export interface CaseRecord {
  readonly topic: string;
  readonly partition?: number;
  readonly key?: CaseData;
  readonly value?: CaseData;
  readonly headers?: readonly (readonly [string, CaseData])[];
  /** -1: none. */
  readonly timestamp: number;
}

export interface ExpectedObject {
  readonly name: string;
  readonly format: string;
  readonly base64: string;
  /** Decompressed, where the object is compressed. */
  readonly plainBase64?: string;
  readonly compression?: string;
  readonly contentEncoding?: string | null;
  readonly compare: "bytes" | "gunzip" | "unzstd" | "unsnappy" | "json-semantic" | "avro" | "parquet" | "truncated";
  /** Schema and rows; numbers as `parseExactly` has them. */
  readonly decoded?: unknown;
}

export interface DeadLetter {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp: number;
  readonly headers: readonly (readonly [string, string | null])[];
}

/** One recorded case: configuration, records, and what the JVM wrote for them. */
export interface Case {
  readonly name: string;
  readonly description: string;
  readonly connector: Readonly<Record<string, string>>;
  readonly topics: Readonly<Record<string, number>>;
  readonly startOffsets?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly schemas?: Readonly<
    Record<string, { subject: string; version?: number; schema: unknown; references?: readonly unknown[] }>
  >;
  readonly records?: readonly CaseRecord[];
  readonly waves?: readonly (readonly CaseRecord[])[];
  /** `commit`: all is committed. `failed`: a task or the connector fails. `stuck`: nothing is ever committed. `rest`: PUT is refused. */
  readonly mode?: "commit" | "failed" | "stuck" | "rest";
  readonly wallclock?: { readonly pattern: string; readonly timezone: string };
  readonly fieldOrder?: "any";
  readonly expect: {
    readonly objects: readonly ExpectedObject[];
    readonly status?: {
      readonly connector: string;
      readonly tasks: readonly string[];
      readonly traceFirstLine?: string;
      readonly causes?: readonly string[];
    };
    readonly committed?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly dlq?: readonly DeadLetter[];
    readonly rest?: { readonly status: number; readonly message: string };
  };
}

const CASES = join(projectFolder, "test", "conformance", "cases", "aiven");

/** Names of all cases. */
export function caseNames(): string[] {
  return readdirSync(CASES)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}

/** A case, its topics named for this run: `RUNID` is replaced by `runId`, five letters. */
export function loadCase(name: string, runId: string): Case {
  const text = readFileSync(join(CASES, `${name}.json`), "utf8").replaceAll("RUNID", runId);
  const read = JSON.parse(text) as Case;
  const exact = parseExactly(text) as Case;
  const objects = read.expect.objects.map((object, index) => ({
    ...object,
    decoded: exact.expect.objects[index]?.decoded,
  }));
  return { ...read, expect: { ...read.expect, objects } };
}

/** Null is Kafka's null. */
export function bytesOf(data: CaseData | undefined): Buffer | null {
  if (data === null || data === undefined) return null;
  return "base64" in data ? Buffer.from(data.base64, "base64") : Buffer.from(data.utf8);
}
