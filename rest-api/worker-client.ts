import type { IncomingMessage } from "node:http";
import type { SecureContextOptions } from "node:tls";
import { http, https } from "../runtime/api/node-http.js";

/** TLS towards other workers, from `listeners.https.*` or `ssl.*`. */
export type WorkerTls = SecureContextOptions & { readonly rejectUnauthorized?: boolean };

export interface WorkerCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Milliseconds until the whole answer must be there. */
  readonly timeoutMs: number;
}

export interface WorkerAnswer {
  readonly status: number;
  readonly body: string;
}

/** Stores that were replaced, as certificates expire, are read again after this time. */
const TLS_MAX_AGE_MS = 60_000;

/**
 * Asks other workers of the cluster: a new connection for every request, no redirects. Whether it is one of TLS is for the other's
 * URL to say, whatever the own listeners speak, so the stores are read when they are first needed. Source: `RestClient`, Kafka 4.1.
 */
export class WorkerClient {
  #tls: { readonly options: WorkerTls; readonly readAtMs: number } | null = null;

  /** `readTls` throws ConnectError `config`. */
  constructor(
    private readonly readTls: () => WorkerTls,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Throws Error when no answer comes. */
  async call(call: WorkerCall): Promise<WorkerAnswer> {
    const url = new URL(call.url);
    const tls = url.protocol === "https:" ? this.#tlsOptions() : null;
    const options = {
      method: call.method,
      agent: false,
      signal: AbortSignal.timeout(call.timeoutMs),
      headers: {
        accept: "application/json",
        "user-agent": "kafka-connect",
        ...call.headers,
        ...(call.body === null
          ? {}
          : { "content-type": "application/json", "content-length": String(call.body.length) }),
      },
    };
    return new Promise((resolve, reject) => {
      const onResponse = (response: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString("utf8") });
        });
      };
      const request =
        tls === null ? http.request(url, options, onResponse) : https.request(url, { ...options, ...tls }, onResponse);
      request.on("error", reject);
      request.end(call.body ?? undefined);
    });
  }

  #tlsOptions(): WorkerTls {
    const nowMs = this.nowMs();
    if (this.#tls === null || nowMs - this.#tls.readAtMs > TLS_MAX_AGE_MS)
      this.#tls = { options: this.readTls(), readAtMs: nowMs };
    return this.#tls.options;
  }
}
