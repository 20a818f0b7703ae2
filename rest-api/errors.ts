import { asConnectError, ConnectError, type ErrorKind } from "../runtime/api/index.js";
import type { Answer } from "./answer.js";

/** Statuses by kind: `ConnectExceptionMapper` of Kafka 4.1, where everything that is not listed is 500. */
const STATUSES: Record<ErrorKind, number> = {
  config: 500,
  data: 500,
  retriable: 500,
  fatal: 500,
  "not-found": 404,
  "already-exists": 409,
  "bad-request": 400,
  rebalancing: 500,
  "wrong-node": 409,
  timeout: 500,
};

/** The answer to a request that failed. */
export function errorAnswer(error: unknown): Answer {
  const known = asConnectError(error);
  return errorBody(known.at.status ?? STATUSES[known.kind], known.message);
}

export function errorBody(status: number, message: string): Answer {
  return { status, json: { error_code: status, message } };
}

/** An error whose kind does not give its status. */
export function statusError(status: number, message: string): ConnectError {
  return new ConnectError("bad-request", message, { at: { status } });
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  411: "Length Required",
  413: "Request Entity Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  417: "Expectation Failed",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
};

/** JAX-RS's own texts: `HTTP 404 Not Found`. */
export function httpError(status: number): ConnectError {
  return statusError(status, `HTTP ${status} ${REASONS[status] ?? "Internal Server Error"}`);
}
