/**
 * The one error class of the project. Outside errors (Kafka's, Google's, Node's) are translated to it in one table per
 * world: `runtime/kafka/errors.ts` and `connectors/gcs/errors.ts`.
 */

export type ErrorKind =
  | "config"
  | "data"
  | "retriable"
  | "fatal"
  | "not-found"
  | "already-exists"
  | "bad-request"
  | "rebalancing"
  | "wrong-node"
  | "timeout";

/** Where an error happened, as far as it is known. Never holds record contents or secrets. */
export interface ErrorLocation {
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** Stage of Connect's error handling, such as `VALUE_CONVERTER`. */
  readonly stage?: string;
  /** Class of the plug-in in which it happened, as users know it. */
  readonly className?: string;
  /** For `wrong-node`: the REST URL of the worker that can answer, with a trailing slash. */
  readonly url?: string;
  /** For errors that are answered over REST with another status than their kind's. */
  readonly status?: number;
}

/** Java exception classes that clients and dead letter queues see, by kind. Source: `ConnectExceptionMapper`, Connect 4.1. */
const JAVA_CLASSES: Record<ErrorKind, string> = {
  config: "org.apache.kafka.common.config.ConfigException",
  data: "org.apache.kafka.connect.errors.DataException",
  retriable: "org.apache.kafka.connect.errors.RetriableException",
  fatal: "org.apache.kafka.connect.errors.ConnectException",
  "not-found": "org.apache.kafka.connect.errors.NotFoundException",
  "already-exists": "org.apache.kafka.connect.errors.AlreadyExistsException",
  "bad-request": "org.apache.kafka.connect.runtime.rest.errors.BadRequestException",
  rebalancing: "org.apache.kafka.connect.runtime.distributed.RebalanceNeededException",
  "wrong-node": "org.apache.kafka.connect.runtime.distributed.RequestTargetException",
  timeout: "org.apache.kafka.connect.errors.ConnectException",
};

export interface ConnectErrorOptions {
  readonly cause?: unknown;
  readonly at?: ErrorLocation;
  /** Overrides the Java class name of the kind, where users see another one. */
  readonly javaClass?: string;
}

export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly at: ErrorLocation;
  /** Fully qualified Java exception class that stands for this error in traces and dead letter headers. */
  readonly javaClass: string;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: ConnectErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.at = options.at ?? {};
    this.javaClass = options.javaClass ?? JAVA_CLASSES[kind];
  }
}

/** A {@link ConnectError} as plain data: what crosses a thread boundary. */
export interface ErrorData {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly javaClass: string;
  readonly at: ErrorLocation;
  readonly stack: string | null;
  readonly cause: ErrorData | null;
}

/** `error` itself when it already is a {@link ConnectError}, else wrapped as `fatal` (a bug or an unknown library error). */
export function asConnectError(error: unknown, kind: ErrorKind = "fatal"): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof Error) return new ConnectError(kind, error.message, { cause: error });
  return new ConnectError(kind, String(error));
}

export function toErrorData(error: unknown): ErrorData {
  const e = error instanceof ConnectError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return {
    kind: e?.kind ?? "fatal",
    message,
    javaClass: e?.javaClass ?? "java.lang.RuntimeException",
    at: e?.at ?? {},
    stack: error instanceof Error ? (error.stack ?? null) : null,
    cause: cause === undefined || cause === null ? null : toErrorData(cause),
  };
}

export function fromErrorData(data: ErrorData): ConnectError {
  const error = new ConnectError(data.kind, data.message, {
    javaClass: data.javaClass,
    at: data.at,
    ...(data.cause === null ? {} : { cause: fromErrorData(data.cause) }),
  });
  if (data.stack !== null) error.stack = data.stack;
  return error;
}

/**
 * The error as a Java stack text: `class: message`, frames, then `Caused by:` sections. Clients match on its first line;
 * status records and the dead letter header `__connect.errors.exception.stacktrace` hold it.
 */
export function formatTrace(error: unknown): string {
  let text = "";
  let data: ErrorData | null = toErrorData(error);
  let prefix = "";
  while (data !== null) {
    text += `${prefix}${data.javaClass}: ${data.message}\n${framesOf(data.stack)}`;
    data = data.cause;
    prefix = "Caused by: ";
  }
  return text;
}

function framesOf(stack: string | null): string {
  if (stack === null) return "";
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.map((line) => `\t${line.trim()}\n`).join("");
}
