import { ConnectError } from "../runtime/api/index.js";
import { ACCEPTED, NO_CONTENT, type Answer, type RestRequest } from "./answer.js";
import { statusError } from "./errors.js";
import type { WorkerAnswer, WorkerClient } from "./worker-client.js";

/** What is sent on when the request belongs to another worker. */
export interface Forwarding {
  readonly request: RestRequest;
  /** Sent on as JSON; absent: no body. */
  readonly body?: unknown;
  /** Query parameters that go along. */
  readonly query?: Readonly<Record<string, string>>;
}

/** An answer of another worker: its status and parsed body, null without one. */
export interface Forwarded {
  readonly status: number;
  readonly json: unknown;
}

/** A rebalance that the client sits out by asking again. */
const STALE =
  "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)";
const NO_LEADER =
  "Cannot complete request momentarily due to no known leader URL, likely because a rebalance was underway.";
const CONFLICT = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)";

/**
 * Sends requests that belong to another worker on to it. At most two hops: a follower sends to the leader (`forward=true`), which
 * may send to the owner (`forward=false`), which may not. Source: `HerderRequestHandler` and `RestClient` of Kafka 4.1.
 */
export class Forwarder {
  constructor(
    private readonly workers: WorkerClient,
    private readonly timeoutMs: number,
  ) {}

  /** The operation's own answer, made by `toAnswer`, or that of the worker that it was sent on to. */
  async run<T>(
    forwarding: Forwarding,
    operation: () => Promise<T>,
    toAnswer: (result: T) => Answer,
    toForwardedAnswer: (forwarded: Forwarded) => Answer = plainAnswer,
  ): Promise<Answer> {
    let result: T;
    try {
      result = await operation();
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      if (error.kind === "rebalancing") throw statusError(409, STALE);
      if (error.kind !== "wrong-node") throw error;
      return toForwardedAnswer(await this.#send(forwarding, error.at.url ?? ""));
    }
    return toAnswer(result);
  }

  async #send(forwarding: Forwarding, url: string): Promise<Forwarded> {
    if (url.trim() === "") throw statusError(409, NO_LEADER);
    const { request } = forwarding;
    const forward = request.query.get("forward");
    if (forward !== null && forward.toLowerCase() !== "true") throw statusError(409, CONFLICT);
    const query = new URLSearchParams({ forward: String(forward === null), ...forwarding.query });
    const authorization = request.header("authorization");
    let answer: WorkerAnswer;
    try {
      answer = await this.workers.call({
        method: request.method,
        url: `${url.replace(/\/$/, "")}${request.path}?${query.toString()}`,
        headers: authorization === undefined ? {} : { authorization },
        body: forwarding.body === undefined ? null : Buffer.from(JSON.stringify(forwarding.body)),
        timeoutMs: this.timeoutMs,
      });
    } catch (error) {
      throw statusError(500, `IO Error trying to forward REST request: ${(error as Error).message}`);
    }
    return readAnswer(answer);
  }
}

function readAnswer({ status, body }: WorkerAnswer): Forwarded {
  if (status >= 400) {
    const error = parse(body) as { error_code?: unknown; message?: unknown } | null;
    if (typeof error?.error_code !== "number")
      throw statusError(500, "Error trying to forward REST request: the answer is no error of a Connect worker");
    throw statusError(status, typeof error.message === "string" ? error.message : "");
  }
  if (status < 200 || status >= 300)
    throw statusError(500, `Unexpected status code when handling forwarded request: ${status}`);
  return { status, json: body === "" ? null : parse(body) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw statusError(500, "IO Error trying to forward REST request: the answer is no JSON");
  }
}

function plainAnswer({ status, json }: Forwarded): Answer {
  if (json === null) return status === 202 ? ACCEPTED : status === 204 ? NO_CONTENT : { status };
  return { status, json };
}
