import type { Agent, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { http, https } from "../../runtime/api/node-http.js";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly Buffer[];
}

/** One pool of connections. Requests are sent once: retrying is the caller's. */
export class HttpClient {
  readonly #http: Agent;
  readonly #https: Agent;

  constructor(
    private readonly options: {
      /** A connection on which nothing moves for so long is given up; the error's code is ETIMEDOUT. */
      readonly idleTimeoutMs: number;
      readonly maxConnections: number;
    },
  ) {
    const agentOptions = { keepAlive: true, maxSockets: options.maxConnections, scheduling: "lifo" as const };
    this.#http = new http.Agent(agentOptions);
    this.#https = new https.Agent(agentOptions);
  }

  /** Rejects with Node's error when no whole answer came. */
  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    let length = 0;
    for (const part of request.body) length += part.length;
    const secure = request.url.startsWith("https:");
    return new Promise((resolve, reject) => {
      const outgoing = (secure ? https : http).request(request.url, {
        method: request.method,
        agent: secure ? this.#https : this.#http,
        headers: { ...request.headers, "content-length": String(length) },
        timeout: this.options.idleTimeoutMs,
        signal,
      });
      outgoing.once("error", reject);
      outgoing.once("timeout", () => {
        outgoing.destroy(Object.assign(new Error("nothing moved on the connection"), { code: "ETIMEDOUT" }));
      });
      outgoing.once("response", (incoming) => {
        readAnswer(incoming).then(resolve, reject);
        // An answer may come before all of the body is sent; such a connection is of no use any more.
        incoming.once("end", () => {
          if (!outgoing.writableFinished) outgoing.destroy();
        });
      });
      outgoing.cork();
      for (const part of request.body) outgoing.write(part);
      outgoing.uncork();
      outgoing.end();
    });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** The body is collected by events: an iterator costs more than the rest of an exchange. */
function readAnswer(incoming: IncomingMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.once("end", () => {
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts) });
    });
    incoming.once("error", reject);
  });
}
