import type { IncomingMessage } from "node:http";
import type { ConnectionOptions } from "node:tls";
import { http, https } from "../../api/node-http.js";

/** One HTTP exchange. The body is text. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly tls: ConnectionOptions;
}

/** Beyond this an answer is no schema. */
const MAX_ANSWER_BYTES = 64 << 20;

/** Sends a request on a connection of its own: schemas are read once each. Throws Node's error when no answer comes. */
export function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const isTls = request.url.startsWith("https:");
  const headers = {
    ...request.headers,
    ...(request.body === null ? {} : { "content-length": String(Buffer.byteLength(request.body)) }),
  };
  return new Promise((resolve, reject) => {
    const options = { method: request.method, headers, agent: false, ...(isTls ? request.tls : {}) };
    const outgoing = (isTls ? https : http).request(request.url, options, (incoming) => {
      collect(incoming).then((body) => {
        resolve({ status: incoming.statusCode ?? 0, body });
      }, reject);
    });
    outgoing.on("error", reject);
    outgoing.setTimeout(request.readTimeoutMs, () =>
      outgoing.destroy(new Error(`No answer within ${request.readTimeoutMs} ms`)),
    );
    const connecting = setTimeout(() => {
      outgoing.destroy(new Error(`No connection within ${request.connectTimeoutMs} ms`));
    }, request.connectTimeoutMs);
    outgoing.on("socket", (socket) =>
      socket.once(isTls ? "secureConnect" : "connect", () => {
        clearTimeout(connecting);
      }),
    );
    outgoing.on("close", () => {
      clearTimeout(connecting);
    });
    outgoing.end(request.body ?? undefined);
  });
}

async function collect(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error("Answer too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
