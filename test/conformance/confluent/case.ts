import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../support/folders.js";
import { parseExactly } from "../objects/json-same.js";

/** Data of a record; `avro` names a schema whose id goes before the bytes. */
export type CaseData = { readonly utf8: string } | { readonly base64: string; readonly avro?: string } | null;

export interface CaseRecord {
  readonly topic: string;
  readonly partition?: number;
  readonly key?: CaseData;
  readonly value?: CaseData;
  readonly headers?: readonly (readonly [string, CaseData])[];
  readonly timestamp?: number;
  /** So many records, `{{i}}` in their texts counting up. */
  readonly repeat?: number;
  readonly timestampStep?: number;
}

export type Comparison = "bytes" | "gunzip" | "json-semantic" | "gunzip+json-semantic" | "avro" | "parquet";

export interface ExpectedObject {
  readonly name: string;
  readonly compare: Comparison;
  readonly base64?: string;
  /** Instead of long contents. */
  readonly sha256?: string;
  /** Numbers as `parseExactly` has them. */
  readonly decoded?: Readonly<Record<string, unknown>>;
}

/** One thing done to the worker, the broker or the bucket. */
export interface Step {
  readonly produce?: readonly CaseRecord[];
  /** Puts the configuration, with these changes; null takes a key away. */
  readonly start?: true | Readonly<Record<string, string | null>>;
  readonly delete?: true;
  readonly restart?: true;
  readonly state?: "pause" | "resume" | "stop";
  readonly setOffsets?: Readonly<Record<string, number>>;
  readonly putObject?: { readonly name: string; readonly base64: string };
  readonly sleepMs?: number;
  readonly await?: {
    readonly objects?: number;
    readonly committed?: Readonly<Record<string, number>>;
    readonly task?: string;
    readonly running?: true;
  };
}

export interface Expected {
  readonly objects?: readonly ExpectedObject[];
  /** Of all partitions that have one. */
  readonly committedOffsets?: Readonly<Record<string, number>>;
  readonly status?:
    | number
    | { readonly connector: string; readonly tasks: readonly string[]; readonly traceContains?: readonly string[] };
  readonly dlq?: readonly { readonly key: string | null; readonly value: string | null }[];
  readonly createError?: { readonly status: number; readonly message: string };
  /** Of the keys that are wrong; a text that begins with `re:` is a regular expression. */
  readonly errors?: Readonly<Record<string, readonly string[]>>;
}

/** One recorded case: configuration, what was done, and what the JVM made of it. */
export interface Case {
  readonly name: string;
  readonly tags: readonly string[];
  readonly kind: "run" | "validate";
  readonly connector: Readonly<Record<string, string>>;
  readonly topics?: readonly { readonly name: string; readonly partitions?: number }[];
  readonly schemas?: Readonly<Record<string, { readonly subject: string; readonly schema: unknown }>>;
  readonly steps?: readonly Step[];
  readonly dlq?: string;
  readonly expect: Expected;
}

const CASES = join(projectFolder, "test", "conformance", "cases", "confluent");

/** Names of the cases that are played; those that wait for the clock come first. */
export function caseNames(): string[] {
  const cases = readdirSync(CASES)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(CASES, file), "utf8")) as Case)
    .filter(({ tags }) => !tags.includes("java-bug"));
  const rank = ({ tags }: Case): number => (tags.includes("slow") ? 0 : 1);
  return cases.sort((a, b) => rank(a) - rank(b)).map(({ name }) => name);
}

/** A case with its placeholders, such as `{{p}}`, filled in. */
export function loadCase(name: string, values: Readonly<Record<string, string>>): Case {
  let text = readFileSync(join(CASES, `${name}.json`), "utf8");
  for (const [key, value] of Object.entries(values)) text = text.replaceAll(`{{${key}}}`, value);
  const read = JSON.parse(text) as Case;
  const exact = parseExactly(text) as Case;
  const objects = read.expect.objects?.map((object, index) => {
    const decoded = exact.expect.objects?.[index]?.decoded;
    return decoded === undefined ? object : { ...object, decoded };
  });
  return objects === undefined ? read : { ...read, expect: { ...read.expect, objects } };
}

/** What goes over the wire; null is Kafka's null. `ids` are the registry's, by the case's names of schemas. */
export function bytesOf(data: CaseData | undefined, ids: ReadonlyMap<string, number>): Buffer | null {
  if (data === null || data === undefined) return null;
  if ("utf8" in data) return Buffer.from(data.utf8);
  const bytes = Buffer.from(data.base64, "base64");
  if (data.avro === undefined) return bytes;
  const head = Buffer.alloc(5);
  head.writeInt32BE(ids.get(data.avro)!, 1);
  return Buffer.concat([head, bytes]);
}

/** The records that stand for one another's repetitions. */
export function* expanded(records: readonly CaseRecord[]): Generator<CaseRecord> {
  for (const record of records) {
    const { repeat = 1, timestampStep = 0, timestamp } = record;
    for (let i = 0; i < repeat; i++)
      yield record.repeat === undefined
        ? record
        : {
            ...record,
            key: counted(record.key, i),
            value: counted(record.value, i),
            ...(timestamp === undefined ? {} : { timestamp: timestamp + i * timestampStep }),
          };
  }
}

function counted(data: CaseData | undefined, i: number): CaseData {
  if (data === null || data === undefined) return null;
  return "utf8" in data ? { utf8: data.utf8.replaceAll("{{i}}", String(i)) } : data;
}
