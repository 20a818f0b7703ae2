import { ConnectError, type ErrorKind, type ErrorLocation } from "../api/index.js";
import { KAFKA_ERRORS, type KafkaErrorName } from "./error-codes.js";

/**
 * The one table from Kafka's errors to ConnectError. Kinds follow Java's clients: what they try again is `retriable`, all else is
 * `fatal`, but for what callers treat as an answer. `javaClass` is the exception of Java's client, so that traces and dead letter
 * headers read as they do on the JVM; {@link isKafkaError} asks by it.
 */
const KINDS: Partial<Record<KafkaErrorName, ErrorKind>> = {
  TOPIC_ALREADY_EXISTS: "already-exists",
  GROUP_ID_NOT_FOUND: "not-found",
  ILLEGAL_GENERATION: "rebalancing",
  UNKNOWN_MEMBER_ID: "rebalancing",
  REBALANCE_IN_PROGRESS: "rebalancing",
  NON_EMPTY_GROUP: "rebalancing",
  GROUP_SUBSCRIBED_TO_TOPIC: "rebalancing",
};

const JAVA_PACKAGE = "org.apache.kafka.common.";

const NAMES_BY_CODE = new Map<number, KafkaErrorName>();
for (const [name, [code]] of Object.entries(KAFKA_ERRORS)) NAMES_BY_CODE.set(code, name as KafkaErrorName);

/** The error of a code of Kafka's protocol. A code newer than the table is `fatal`, as for Java's clients. */
export function kafkaError(code: number, at: ErrorLocation = {}, cause?: unknown): ConnectError {
  const name = NAMES_BY_CODE.get(code);
  if (name !== undefined) return kafkaErrorNamed(name, at, cause);
  const message = `Unknown error code ${String(code)} of the Kafka broker`;
  return new ConnectError("fatal", message, { at, cause, javaClass: `${JAVA_PACKAGE}errors.UnknownServerException` });
}

/** `message` replaces Kafka's text. */
export function kafkaErrorNamed(
  name: KafkaErrorName,
  at: ErrorLocation = {},
  cause?: unknown,
  message?: string,
): ConnectError {
  const [, javaClass, retriable, text] = KAFKA_ERRORS[name];
  const kind = KINDS[name] ?? (retriable ? "retriable" : "fatal");
  return new ConnectError(kind, message ?? text, { at, cause, javaClass: JAVA_PACKAGE + javaClass });
}

/** Whether `error` is one of these errors of Kafka's protocol. */
export function isKafkaError(error: unknown, ...names: readonly KafkaErrorName[]): boolean {
  if (!(error instanceof ConnectError)) return false;
  return names.some((name) => error.javaClass === JAVA_PACKAGE + KAFKA_ERRORS[name][1]);
}

/** The part of kafkajs's errors that matters; its classes are told apart by name. */
interface ClientError extends Error {
  readonly code?: number | string;
  readonly retriable?: boolean;
  readonly errors?: readonly unknown[];
  readonly groups?: readonly { readonly error?: unknown; readonly errorCode?: number }[];
}

/** Anything that the Kafka client threw as ConnectError; one that already is passes unchanged. */
export function translateKafkaError(error: unknown, at: ErrorLocation = {}): ConnectError {
  if (error instanceof ConnectError) return error;
  if (!(error instanceof Error)) return new ConnectError("fatal", String(error), { at });
  const e = error as ClientError;
  switch (e.name) {
    case "KafkaJSNumberOfRetriesExceeded":
      return e.cause instanceof Error ? translateKafkaError(e.cause, at) : retriable(e, at);
    case "KafkaJSAggregateError":
      return translateKafkaError(e.errors?.[0] ?? new Error(e.message), at);
    case "KafkaJSDeleteGroupsError":
      return translateKafkaError(e.groups?.[0]?.error ?? new Error(e.message), at);
    case "KafkaJSSASLAuthenticationError":
      return kafkaErrorNamed("SASL_AUTHENTICATION_FAILED", at, e, e.message);
    case "KafkaJSServerDoesNotSupportApiKey":
      return kafkaErrorNamed("UNSUPPORTED_VERSION", at, e, e.message);
    case "KafkaJSConnectionError":
    case "KafkaJSConnectionClosedError":
      return connectionError(e, at);
    case "KafkaJSRequestTimeoutError":
    case "KafkaJSLockTimeout":
    case "KafkaJSTimeout":
      return kafkaErrorNamed("REQUEST_TIMED_OUT", at, e, e.message);
    default:
      return translateByCode(e, at);
  }
}

function translateByCode(e: ClientError, at: ErrorLocation): ConnectError {
  if (e.name.startsWith("KafkaJS") && typeof e.code === "number") {
    // kafkajs knows codes up to 88 and hides later ones in a text.
    const unknown = /^Unknown error code (\d+)$/.exec(e.message)?.[1];
    return kafkaError(unknown === undefined ? e.code : Number(unknown), at, e);
  }
  if (typeof e.code === "string") return connectionError(e, at);
  return e.retriable === true ? retriable(e, at) : new ConnectError("fatal", e.message, { at, cause: e });
}

function retriable(e: Error, at: ErrorLocation): ConnectError {
  return new ConnectError("retriable", e.message, {
    at,
    cause: e,
    javaClass: `${JAVA_PACKAGE}errors.RetriableException`,
  });
}

/** OpenSSL and Node codes of a certificate that will not become valid by trying again. */
const CERTIFICATE_CODES =
  /CERT|^UNABLE_TO_|^ERR_TLS_|^ERR_SSL_|^ERR_OSSL_|^HOSTNAME_MISMATCH$|^INVALID_PURPOSE$|^EPROTO$/;

function connectionError(e: ClientError, at: ErrorLocation): ConnectError {
  if (typeof e.code === "string" && CERTIFICATE_CODES.test(e.code)) {
    const javaClass = `${JAVA_PACKAGE}errors.SslAuthenticationException`;
    return new ConnectError("fatal", `SSL handshake failed: ${e.message}`, { at, cause: e, javaClass });
  }
  return kafkaErrorNamed("NETWORK_EXCEPTION", at, e, e.message);
}
