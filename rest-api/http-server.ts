import type { RequestListener, Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { SecureContextOptions, TlsOptions } from "node:tls";
import { ConnectError } from "../runtime/api/index.js";
import { http, https } from "../runtime/api/node-http.js";
import type { Listener, OpenListener } from "./listeners.js";

/** Client certificates: `ssl.client.auth`. */
export type ClientAuth = "none" | "requested" | "required";

/** Jetty allows 8 KiB, of which the request line is a part; a longer line is answered by the application. */
const MAX_HEADER_BYTES = 32 * 1024;
/** A client has this long for its headers, and for its whole request. */
const HEADERS_TIMEOUT_MS = 30_000;
const RECEIVE_TIMEOUT_MS = 60_000;
/** A connection without any traffic; longer than a request may take. */
const IDLE_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 30_000;

export interface HttpServer {
  readonly listener: OpenListener;
  /** No new requests; resolves when those in flight are answered, at the latest after `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** Opens one listener. Throws ConnectError `fatal` when it cannot be bound. */
export async function openHttpServer(
  listener: Listener,
  onRequest: RequestListener,
  tls: () => SecureContextOptions,
  clientAuth: ClientAuth,
): Promise<HttpServer> {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: 5000,
  };
  const server =
    listener.protocol === "http"
      ? http.createServer(options, onRequest)
      : https.createServer({ ...options, ...tls(), ...clientAuthOptions(clientAuth) }, onRequest);
  server.on("request", (_request, response) => {
    // A connection that was in use when the server closed is idle after its answer.
    response.on("close", () => {
      if (!server.listening)
        setImmediate(() => {
          server.closeIdleConnections();
        });
    });
  });
  server.setTimeout(IDLE_TIMEOUT_MS);
  server.on("clientError", refuse);
  await bind(server, listener);
  const boundPort = (server.address() as AddressInfo).port;
  return { listener: { ...listener, boundPort }, close: (timeoutMs) => close(server, timeoutMs) };
}

function clientAuthOptions(clientAuth: ClientAuth): TlsOptions {
  return { requestCert: clientAuth !== "none", rejectUnauthorized: clientAuth === "required" };
}

function bind(server: Server, { host, port, protocol }: Listener): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new ConnectError("fatal", `Unable to initialize REST server: ${protocol}://${host}:${port}: ${error.message}`, {
          cause: error,
        }),
      );
    });
    server.listen({ port, ...(host === "" ? {} : { host }) }, resolve);
  });
}

async function close(server: Server, timeoutMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, timeoutMs);
  await closed;
  clearTimeout(timer);
}

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** Answers what is no HTTP request, in the shape of every error. */
function refuse(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  // A method that Node's parser does not know is, to Connect, one that no resource has.
  const isMethod = error.code === "HPE_INVALID_METHOD" && /^[A-Z]+ \//.test(error.rawPacket?.toString("latin1") ?? "");
  const line = isMethod ? "405 Method Not Allowed" : (STATUS_LINES[error.code ?? ""] ?? "400 Bad Request");
  const body = JSON.stringify({ error_code: Number(line.slice(0, 3)), message: `HTTP ${line}` });
  socket.end(
    `HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
