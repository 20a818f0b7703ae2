import { randomUUID } from "node:crypto";
import { createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

interface Session {
  readonly query: URLSearchParams;
  readonly resource: string;
  bytes: Buffer;
  /** Answer to whoever asks after the object was made. */
  made: { readonly status: number; readonly body: string } | null;
}

/**
 * Resumable sessions as Google documents them, in front of the storage emulator, which cannot be asked how much it has, takes
 * repeated bytes for new ones and forgets preconditions. Everything else goes to the emulator; so does the finished object.
 */
export class SessionFront {
  private readonly sessions = new Map<string, Session>();

  private constructor(
    private readonly server: Server,
    private readonly target: string,
    readonly url: string,
  ) {}

  static async start(target: string): Promise<SessionFront> {
    let front: SessionFront | undefined = undefined;
    const server = createServer((req, res) => {
      void front?.serve(req, res).catch(() => res.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    server.unref();
    front = new SessionFront(server, target, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return front;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Ends all sessions, as Google does after a week. */
  expire(): void {
    this.sessions.clear();
  }

  private async serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", this.url);
    if (url.searchParams.get("uploadType") !== "resumable") await this.forward(req, res);
    else if (url.searchParams.has("upload_id")) await this.session(url, req, res);
    else await this.begin(url, req, res);
  }

  private async forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const upstream = request(this.target + (req.url ?? "/"), { method: req.method, headers: req.headers });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      upstream.once("response", resolve).once("error", reject);
    });
    await pipeline(req, upstream);
    const { statusCode, headers } = await answer;
    res.writeHead(statusCode ?? 502, headers);
    await pipeline(await answer, res);
  }

  private async begin(url: URL, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const id = randomUUID();
    const resource = (await readAll(req)).toString();
    this.sessions.set(id, { query: url.searchParams, resource, bytes: Buffer.alloc(0), made: null });
    const location = `${this.url}${url.pathname}?uploadType=resumable&upload_id=${id}`;
    res.writeHead(200, { location, "x-guploader-uploadid": id }).end();
  }

  private async session(url: URL, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const id = url.searchParams.get("upload_id") ?? "";
    const session = this.sessions.get(id);
    if (session === undefined) {
      res.writeHead(410).end();
      return;
    }
    if (req.method === "DELETE") {
      this.sessions.delete(id);
      res.writeHead(499).end();
      return;
    }
    const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(req.headers["content-range"] ?? "") ?? [];
    try {
      for await (const part of req as AsyncIterable<Buffer>) this.keep(session, part, Number(start));
    } finally {
      // What came before a connection broke is kept, in whole units.
      const end = session.bytes.length === Number(total) ? session.bytes.length : session.bytes.length & ~0x3ffff;
      session.bytes = session.bytes.subarray(0, end);
      this.received = 0;
    }
    if (session.made === null && session.bytes.length === Number(total)) await this.make(url.pathname, session);
    if (session.made !== null) res.writeHead(session.made.status).end(session.made.body);
    else if (session.bytes.length === 0) res.writeHead(308).end();
    else res.writeHead(308, { range: `bytes=0-${session.bytes.length - 1}` }).end();
  }

  private received = 0;

  /** Appends what is new of a part of a body that starts at `start`. */
  private keep(session: Session, part: Buffer, start: number): void {
    const at = start + this.received;
    this.received += part.length;
    const known = session.bytes.length - at;
    if (known < part.length) session.bytes = Buffer.concat([session.bytes, part.subarray(Math.max(0, known))]);
  }

  private async make(path: string, session: Session): Promise<void> {
    const query = new URLSearchParams(session.query);
    query.set("uploadType", "multipart");
    const head = `--b\r\ncontent-type: application/json\r\n\r\n${session.resource}\r\n--b\r\ncontent-type: application/octet-stream\r\n\r\n`;
    const answer = await fetch(`${this.target}${path}?${query.toString()}`, {
      method: "POST",
      headers: { "content-type": "multipart/related; boundary=b" },
      body: Buffer.concat([Buffer.from(head), session.bytes, Buffer.from("\r\n--b--\r\n")]),
    });
    session.made = { status: answer.status, body: await answer.text() };
  }
}

async function readAll(req: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
