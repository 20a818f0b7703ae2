import { asConnectError, ConnectError } from "../../runtime/api/index.js";
import type { HttpAnswer } from "./http.js";

/** What Cloud Storage's answers mean. Source: https://cloud.google.com/storage/docs/retry-strategy. */
const RETRIABLE_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** What a network may recover from, by Node's error codes. */
const RETRIABLE_CODES: ReadonlySet<string> = new Set([
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

/** The error for an answer that is not the expected one. `what` says what was tried, e.g. `start the upload of gs://b/o`. */
export function answerError(answer: HttpAnswer, what: string): ConnectError {
  const text = `Could not ${what}: Cloud Storage answered ${answer.status}${reasonOf(answer)}`;
  if (answer.status === 412) return new ConnectError("already-exists", text);
  if (RETRIABLE_STATUSES.has(answer.status)) return new ConnectError("retriable", text);
  return new ConnectError(answer.status === 404 ? "not-found" : "fatal", text);
}

/** The error for a request that got no answer. */
export function requestError(error: unknown, what: string): ConnectError {
  if (error instanceof ConnectError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const kind = RETRIABLE_CODES.has(code) ? "retriable" : "fatal";
  return new ConnectError(kind, `Could not ${what}: ${asConnectError(error).message}`, { cause: error });
}

/** `: <message>` of Google's error body, or the start of a plain text; empty where there is neither. */
function reasonOf(answer: HttpAnswer): string {
  const text = answer.body.toString("utf8").trim();
  try {
    const body = JSON.parse(text) as { error?: { message?: unknown } };
    if (typeof body.error?.message === "string") return `: ${body.error.message}`;
  } catch {
    if (text !== "" && !text.startsWith("<")) return `: ${text.slice(0, 200)}`;
  }
  return "";
}
