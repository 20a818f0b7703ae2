import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import type { CaseRequest } from "./case-file.js";

export interface CaseAnswer {
  readonly status: number;
  /** Names in lower case; several values joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The parsed body, or undefined when it is no JSON. */
  readonly json: unknown;
}

const TIMEOUT_MS = 100_000;

/** Sends a request of a case on a connection of its own, with no header that the case does not ask for. */
export async function sendRequest(base: string, request: CaseRequest): Promise<CaseAnswer> {
  return request.raw === undefined ? sendPlain(base, request) : sendRaw(base, request.raw);
}

function bodyOf({ json, body, repeat }: CaseRequest): Buffer | null {
  if (json !== undefined) return Buffer.from(JSON.stringify(json));
  if (body !== undefined) return Buffer.from(body);
  return repeat === undefined ? null : Buffer.from(repeat.prefix + repeat.unit.repeat(repeat.count) + repeat.suffix);
}

function sendPlain(base: string, request: CaseRequest): Promise<CaseAnswer> {
  const body = bodyOf(request);
  const headers: Record<string, string | null> = body === null ? {} : { "content-type": "application/json" };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  if (body !== null || ["POST", "PUT", "PATCH"].includes(request.method))
    headers["content-length"] = String(body?.length ?? 0);
  const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== null)) as Record<
    string,
    string
  >;
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method: request.method, path: request.path, headers: sent, agent: false, timeout: TIMEOUT_MS },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const pairs = Object.entries(response.headersDistinct).map(
            ([name, values = []]) => [name, values.join(", ")] as const,
          );
          resolve(toAnswer(response.statusCode!, new Map(pairs), Buffer.concat(chunks)));
        });
      },
    );
    outgoing.on("timeout", () => {
      outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`));
    });
    outgoing.on("error", reject);
    outgoing.end(body ?? undefined);
  });
}

/** Literal bytes; the server is to close the connection. */
function sendRaw(base: string, text: string): Promise<CaseAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(Buffer.from(text, "latin1"));
    });
    const chunks: Buffer[] = [];
    socket.setTimeout(TIMEOUT_MS, () => {
      socket.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`));
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      const [statusLine = "", ...lines] = all.subarray(0, end).toString("latin1").split("\r\n");
      const pairs = lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      });
      resolve(toAnswer(Number(statusLine.split(" ")[1]), new Map(pairs), all.subarray(end + 4)));
    });
  });
}

function toAnswer(status: number, headers: ReadonlyMap<string, string>, body: Buffer): CaseAnswer {
  const text = body.toString("utf8");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Text, then.
  }
  return { status, headers, text, json };
}
