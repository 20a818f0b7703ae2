import type { Case, ExpectedObject } from "./case.js";
import type { Judge } from "../objects/judge.js";
import { difference, parseExactly, sameNumber, sameText } from "../objects/json-same.js";

/** An object as it was found. */
export interface FoundObject {
  readonly name: string;
  readonly bytes: Buffer;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What is different between an object and its recording, or null. Containers (compression, Avro, Parquet) are opened by other
 * implementations: sync markers, block and page layout may differ, contents may not.
 */
export async function compareObject(
  recorded: Case,
  expected: ExpectedObject,
  found: FoundObject,
  judge: Judge,
  runId: string,
): Promise<string | null> {
  if (found.contentEncoding !== (expected.contentEncoding ?? null))
    return `content encoding ${found.contentEncoding ?? "none"}`;
  if (found.contentType !== null && found.contentType !== "application/octet-stream")
    return `content type ${found.contentType}`;
  if (Object.keys(found.metadata).length > 0) return `custom metadata ${JSON.stringify(found.metadata)}`;
  const compression = expected.compression ?? "none";
  if (expected.compare === "truncated") return null;
  if (expected.compare === "avro" || expected.compare === "parquet") {
    const decoded = await judge.decode(found.bytes, expected.compare, compression);
    const anyOrder = recorded.fieldOrder === "any";
    const ordered = (value: unknown): unknown => (anyOrder ? sorted(value) : value);
    return difference(ordered(expected.decoded), ordered(decoded), sameText);
  }
  const plain = compression === "none" ? found.bytes : await judge.unpack(found.bytes, compression);
  const wanted = replaceRunId(Buffer.from(expected.plainBase64 ?? expected.base64, "base64"), runId);
  if (expected.compare === "json-semantic") return compareJson(recorded, expected.format, wanted, plain);
  return wanted.equals(plain) ? null : `expected ${excerpt(wanted)}\n     found ${excerpt(plain)}`;
}

function excerpt(bytes: Buffer): string {
  return `${bytes.length} bytes: ${JSON.stringify(bytes.toString("utf8").slice(0, 600))}`;
}

/** Recorded bytes hold `RUNID`, which the text of a case shows only in base64. */
function replaceRunId(bytes: Buffer, runId: string): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll("RUNID", runId), "latin1");
}

/** Records in order, envelope members in order; within values, members in any order and numbers by value. */
function compareJson(recorded: Case, format: string, wanted: Buffer, plain: Buffer): string | null {
  const expected = recordsOf(wanted, format);
  const actual = recordsOf(plain, format);
  if (expected.length !== actual.length) return `${actual.length} records instead of ${expected.length}`;
  for (const [index, record] of expected.entries()) {
    const found = difference(record, actual[index], sameNumber, `$[${index}]`);
    if (found !== null) return found;
    const keys = (value: unknown): string => Object.keys(value as object).join();
    if (recorded.connector["format.output.envelope"] !== "false" && keys(record) !== keys(actual[index]))
      return `$[${index}]: members ${keys(actual[index])} instead of ${keys(record)}`;
  }
  return null;
}

function recordsOf(bytes: Buffer, format: string): unknown[] {
  const text = bytes.toString("utf8");
  if (format !== "json") return text.split("\n").map(parseExactly);
  if (!text.startsWith("[\n") || !text.endsWith("\n]"))
    throw new Error(`not framed as the original: ${excerpt(bytes)}`);
  return parseExactly(text) as unknown[];
}

/** Columns by path and fields by name: their order comes from a Java HashMap. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const by = (items: unknown[], key: string): unknown[] => {
    const text = (item: unknown): string => String((item as Record<string, unknown>)[key]);
    return [...items].sort((a, b) => (text(a) < text(b) ? -1 : 1));
  };
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const inner = sorted(item);
    if (key === "fields" && Array.isArray(inner)) return [key, by(inner, "name")];
    if (key === "columns" && Array.isArray(inner)) return [key, by(inner, "path")];
    return [key, inner];
  });
  return Object.fromEntries(entries);
}
