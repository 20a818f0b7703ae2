import { Agent, createServer, request } from "node:http";
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** A request as the rules of a fault proxy see it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** From 0, counted by the proxy since its start or last `clear`. */
  readonly index: number;
  /** What it is to Cloud Storage. */
  readonly operation: Operation;
  /** Name of the object in question, where the URL has it. */
  readonly object: string | undefined;
}

export type Operation =
  "session-start" | "session-chunk" | "simple-upload" | "read" | "metadata" | "list" | "delete" | "rewrite" | "other";

/** What becomes of a request. */
export type Fault =
  | { readonly kind: "pass" }
  /** Answers without asking the service. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body?: string;
      readonly headers?: Record<string, string>;
    }
  /** Resets the connection without asking the service; with `afterBytes`, when that much of the body has come. */
  | { readonly kind: "reset"; readonly afterBytes?: number }
  /** Never answers. */
  | { readonly kind: "stall" }
  | { readonly kind: "delay"; readonly ms: number }
  /** The body trickles to the service. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  /** The service does the work, but its answer is lost: the connection is reset, or `status` is said instead. */
  | { readonly kind: "lose-answer"; readonly status?: number };

export interface SeenRequest extends ProxiedRequest {
  readonly fault: Fault["kind"];
  /** As the client got it; undefined when it got none. */
  readonly status: number | undefined;
  readonly bodyBytes: number;
}

const pass: Fault = { kind: "pass" };

/**
 * An HTTP proxy in front of the storage emulator, which itself never fails. `rule` decides per request; what it returns
 * `undefined` for passes. Addresses of the service in `Location` headers become the proxy's, so that a client stays.
 */
export class FaultProxy {
  /** Decides what becomes of each request. */
  rule: (request: ProxiedRequest) => Fault | undefined = () => undefined;
  /** What came, in the order it ended. */
  seen: SeenRequest[] = [];
  private index = 0;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    readonly url: string,
  ) {}

  /** `target` is the base URL of the emulator. */
  static async start(target: string): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
    // Nobody knows the port yet, so no request is missed.
    const proxy = new FaultProxy(server, target, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", (req, res) => void proxy.serve(req, res));
    return proxy;
  }

  /** Back to passing everything, with nothing seen. */
  clear(): void {
    this.rule = () => undefined;
    this.seen = [];
    this.index = 0;
  }

  /** Requests of one kind, in the order they ended. */
  seenOf(operation: Operation): SeenRequest[] {
    return this.seen.filter((request) => request.operation === operation);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.agent.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const proxied = describe(req, this.index++);
    const fault = this.rule(proxied) ?? pass;
    let bodyBytes = 0;
    req.on("data", (chunk: Buffer) => (bodyBytes += chunk.length)).pause();
    try {
      await this.apply(fault, req, res);
    } catch {
      // The client went away, or the service did: either way the client sees its connection break.
      req.socket.resetAndDestroy();
    }
    const status = res.headersSent ? res.statusCode : undefined;
    this.seen.push({ ...proxied, fault: fault.kind, status, bodyBytes });
  }

  private async apply(fault: Fault, req: IncomingMessage, res: ServerResponse): Promise<void> {
    switch (fault.kind) {
      case "pass":
        await this.forward(req, res);
        return;
      case "delay":
        await sleep(fault.ms);
        await this.forward(req, res);
        return;
      case "slow":
        await this.forward(req, res, fault.bytesPerSecond);
        return;
      case "answer":
        await swallow(req);
        res.writeHead(fault.status, fault.headers).end(fault.body ?? errorBody(fault.status));
        return;
      case "stall":
        req.resume();
        await new Promise((resolve) => req.socket.once("close", resolve));
        return;
      case "reset":
        await swallow(req, fault.afterBytes ?? 0);
        req.socket.resetAndDestroy();
        return;
      case "lose-answer":
        await swallow(await this.ask(req));
        if (fault.status === undefined) req.socket.resetAndDestroy();
        else res.writeHead(fault.status).end(errorBody(fault.status));
    }
  }

  private async forward(req: IncomingMessage, res: ServerResponse, bytesPerSecond?: number): Promise<void> {
    const answer = await this.ask(req, bytesPerSecond);
    const { location, ...headers } = answer.headers;
    res.writeHead(answer.statusCode ?? 502, {
      ...headers,
      ...(location === undefined ? {} : { location: location.replace(this.target, this.url) }),
    });
    await pipeline(answer, res);
  }

  /** Sends the request on and resolves with the head of the answer. */
  private ask(req: IncomingMessage, bytesPerSecond?: number): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const upstream = request(
        this.target + (req.url ?? "/"),
        { method: req.method, headers: { ...req.headers, host: new URL(this.target).host }, agent: this.agent },
        resolve,
      );
      upstream.once("error", reject);
      const sent = bytesPerSecond === undefined ? pipeline(req, upstream) : trickle(req, upstream, bytesPerSecond);
      sent.catch((error: unknown) => {
        upstream.destroy();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }
}

async function trickle(req: IncomingMessage, upstream: ClientRequest, bytesPerSecond: number): Promise<void> {
  for await (const chunk of req as AsyncIterable<Buffer>) {
    upstream.write(chunk);
    await sleep((chunk.length * 1000) / bytesPerSecond);
  }
  upstream.end();
}

/** Reads a body to its end, or to its first `limit` bytes, and drops it. */
async function swallow(message: IncomingMessage, limit = Infinity): Promise<void> {
  let read = 0;
  if (limit === 0) return;
  for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    read += chunk.length;
    if (read >= limit) return;
  }
}

/** What Google answers with a status, in the form its clients read. */
function errorBody(status: number): string {
  return JSON.stringify({ error: { code: status, message: `made by the fault proxy: ${status}`, errors: [] } });
}

function describe(req: IncomingMessage, index: number): ProxiedRequest {
  const method = req.method ?? "GET";
  const url = req.url ?? "/";
  const { pathname, searchParams } = new URL(url, "http://proxy");
  const object = /\/o\/([^/]+)/.exec(pathname)?.[1];
  return {
    method,
    url,
    headers: req.headers,
    index,
    operation: operationOf(method, pathname, searchParams),
    object: object === undefined ? (searchParams.get("name") ?? undefined) : decodeURIComponent(object),
  };
}

function operationOf(method: string, path: string, query: URLSearchParams): Operation {
  if (/^\/(resumable\/)?upload\//.test(path) || query.has("uploadType")) {
    if (query.get("uploadType") !== "resumable") return "simple-upload";
    return query.has("upload_id") ? "session-chunk" : "session-start";
  }
  if (path.includes("/rewriteTo/")) return "rewrite";
  if (method === "DELETE") return "delete";
  if (method !== "GET") return "other";
  if (path.startsWith("/download/") || query.get("alt") === "media") return "read";
  if (path.endsWith("/o")) return "list";
  return path.includes("/o/") ? "metadata" : "other";
}
