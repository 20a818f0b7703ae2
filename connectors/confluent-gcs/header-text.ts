import { Decimal, printConnectJson } from "../../runtime/api/index.js";
import type { Header } from "../../runtime/api/index.js";

/** A header's value as Connect's `Values.convertToString` gives it: strings as they are, bytes in base64, dates in ISO 8601. */
export function headerText({ schema, value }: Header): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (value instanceof Decimal) return value.toPlainString();
  if (value instanceof Date) return dateText(schema?.name ?? null, value);
  const text = printConnectJson(schema, value);
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

function dateText(name: string | null, value: Date): string {
  const iso = value.toISOString();
  if (name?.endsWith(".Date") === true) return iso.slice(0, 10);
  return name?.endsWith(".Time") === true ? iso.slice(11) : iso;
}
