import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";

interface Registered {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly body: { readonly schema: string; readonly schemaType?: string; readonly references?: readonly unknown[] };
}

/** An HTTP status to answer instead, for one request; null lets it through. */
export type RegistryFault = (method: string, path: string) => number | null;

/**
 * The reading side of Confluent's schema registry, in memory: no server of it can be installed by a package manager. Answers
 * as the real one does, errors with their codes included.
 */
export class SchemaRegistry {
  /** Method and path of every request, in order. */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  fault: RegistryFault = () => null;
  private readonly registered: Registered[] = [];
  private nextId = 1;

  private constructor(
    private readonly server: http.Server | https.Server,
    private readonly scheme: "http" | "https",
  ) {}

  /** With `tls` it speaks HTTPS. */
  static async start(tls: https.ServerOptions | null = null): Promise<SchemaRegistry> {
    const server = tls === null ? http.createServer() : https.createServer(tls);
    const registry = new SchemaRegistry(server, tls === null ? "http" : "https");
    server.on("request", (request, response) => {
      void registry.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  get url(): string {
    return `${this.scheme}://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Registers a schema as the next version of `subject` and gives its id; the same text keeps its id. */
  register(
    subject: string,
    schema: unknown,
    more: { readonly schemaType?: string; readonly references?: readonly unknown[]; readonly id?: number } = {},
  ): number {
    const text = typeof schema === "string" ? schema : JSON.stringify(schema);
    const { id: wanted, ...rest } = more;
    const same = this.registered.find(({ body }) => body.schema === text);
    const id = wanted ?? same?.id ?? this.nextId++;
    const version = this.registered.filter((entry) => entry.subject === subject).length + 1;
    this.registered.push({ subject, version, id, body: { schema: text, ...rest } });
    return id;
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    this.requests.push(`${method} ${url}`);
    this.authorizations.push(request.headers.authorization);
    let body = "";
    for await (const part of request as AsyncIterable<Buffer>) body += part.toString();
    const status = this.fault(method, url);
    const [code, json] =
      status === null
        ? this.find(method, new URL(url, this.url), body)
        : [status, { error_code: status, message: "fault" }];
    response.writeHead(code, { "content-type": "application/vnd.schemaregistry.v1+json" });
    response.end(JSON.stringify(json));
  }

  private find(method: string, url: URL, body: string): [number, unknown] {
    const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
    if (method === "GET" && path[0] === "schemas" && path[1] === "ids") {
      const found = this.registered.find(({ id }) => id === Number(path[2]));
      return found === undefined
        ? [404, { error_code: 40403, message: `Schema ${path[2] ?? ""} not found` }]
        : [200, found.body];
    }
    const ofSubject = this.registered.filter(({ subject }) => subject === path[1]);
    if (path[0] !== "subjects" || ofSubject.length === 0) {
      return [404, { error_code: 40401, message: `Subject '${path[1] ?? ""}' not found.` }];
    }
    const wanted = method === "POST" ? (JSON.parse(body) as { schema: string }).schema : null;
    const found = ofSubject.find((entry) =>
      wanted === null ? String(entry.version) === path[3] : entry.body.schema === wanted,
    );
    if (found === undefined) return [404, { error_code: 40403, message: "Schema not found" }];
    return [200, { subject: found.subject, version: found.version, id: found.id, ...found.body }];
  }
}
