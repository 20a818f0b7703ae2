import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Judge } from "../objects/judge.js";
import { difference, parseExactly, sameNumber, sameText } from "../objects/json-same.js";
import type { ExpectedObject } from "./case.js";

/**
 * What is different between an object and its recording, or null. Avro and Parquet are opened by other implementations: sync
 * markers, block and page layout may differ, contents, schemas and codecs may not.
 */
export async function compareObject(expected: ExpectedObject, bytes: Buffer, judge: Judge): Promise<string | null> {
  const { compare, decoded } = expected;
  if (compare === "avro" || compare === "parquet") {
    const found = (await judge.decode(bytes, compare, "none")) as Record<string, unknown>;
    const keys = compare === "avro" ? ["codec", "schema", "records"] : ["codecs", "schema", "numRows", "avroSchema"];
    // Rows that pyarrow could not rebuild when the case was recorded are not compared.
    if (compare === "parquet" && (decoded?.["rows"] ?? null) !== null) keys.push("rows");
    const pick = (from: Readonly<Record<string, unknown>> = {}): object =>
      Object.fromEntries(keys.map((key) => [key, from[key]]));
    return difference(pick(decoded), pick(found), sameText);
  }
  const plain = compare.startsWith("gunzip") ? gunzipSync(bytes) : bytes;
  if (expected.sha256 !== undefined) {
    const digest = createHash("sha256").update(plain).digest("hex");
    return digest === expected.sha256 ? null : `other contents, ${plain.length} bytes`;
  }
  const wanted = Buffer.from(expected.base64 ?? "", "base64");
  if (compare.endsWith("json-semantic")) return difference(lines(wanted), lines(plain), sameNumber);
  return wanted.equals(plain) ? null : `expected ${excerpt(wanted)}\n     found ${excerpt(plain)}`;
}

function lines(bytes: Buffer): unknown[] {
  const text = bytes.toString("utf8");
  if (text !== "" && !text.endsWith("\n")) throw new Error(`the last line has no end: ${excerpt(bytes)}`);
  return text.split("\n").slice(0, -1).map(parseExactly);
}

function excerpt(bytes: Buffer): string {
  return `${bytes.length} bytes: ${JSON.stringify(bytes.toString("utf8").slice(0, 600))}`;
}
