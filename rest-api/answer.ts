/** What a resource answers. Without `json` and `text` there is no body. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  /** Of a `text`; `json` is always `application/json`. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const JSON_TYPE = "application/json";

/** 200 with a JSON body. */
export function ok(json: unknown): Answer {
  return { status: 200, json };
}

export const NO_CONTENT: Answer = { status: 204 };
export const ACCEPTED: Answer = { status: 202 };

/** What a handler knows of its request. */
export interface RestRequest {
  /** Path parameters, decoded. */
  param(name: string): string;
  readonly query: URLSearchParams;
  /** Empty when there was none. */
  readonly body: Uint8Array;
  header(name: string): string | undefined;
  /** Path and matrix-free segments as they are forwarded to another worker, without query. */
  readonly path: string;
  readonly method: string;
  /** Scheme and authority under which the client sees us, without a slash at the end. */
  readonly baseUrl: string;
}

export type Handler = (request: RestRequest) => Answer | Promise<Answer>;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One path with its methods. HEAD and OPTIONS come by themselves. */
export interface Resource {
  /** Express's notation: `/connectors/:connector`. */
  readonly path: string;
  readonly methods: Readonly<Partial<Record<Method, Handler>>>;
  /** False: a body of any type is let through (`/`, `/health`, ours). */
  readonly consumesJsonOnly: boolean;
  /** What GET gives; `application/json` but for metrics. */
  readonly produces?: string;
}

/** Java's order of the methods does not matter; this one is ours. */
export function allowedMethods(resource: Resource): string[] {
  const methods = Object.keys(resource.methods);
  return [...(methods.includes("GET") ? ["HEAD"] : []), ...methods, "OPTIONS"];
}
