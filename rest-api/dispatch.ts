import type { Request, Response } from "express";
import {
  allowedMethods,
  JSON_TYPE,
  type Answer,
  type Handler,
  type Method,
  type Resource,
  type RestRequest,
} from "./answer.js";
import { errorAnswer, httpError } from "./errors.js";
import { accepts, isMediaType } from "./media-type.js";
import { baseUrl } from "./path.js";

/** A check that protects resources; null lets the request through. */
export type Guard = (request: RestRequest) => Answer | null;

/** Answers a request to `resource`, in the order of JAX-RS: method, media types, guards, then the method itself. */
export async function dispatch(
  resource: Resource,
  guards: readonly Guard[],
  request: Request,
  response: Response,
): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerOf(resource, guards, request);
  } catch (error) {
    answer = errorAnswer(error);
  }
  sendAnswer(response, answer);
}

async function answerOf(resource: Resource, guards: readonly Guard[], request: Request): Promise<Answer> {
  const { method } = request;
  const handler: Handler | undefined =
    method === "OPTIONS"
      ? () => optionsAnswer(resource, request.get("accept"))
      : resource.methods[(method === "HEAD" ? "GET" : method) as Method];
  if (handler === undefined) throw httpError(405);
  if (method !== "OPTIONS") negotiate(resource, request);
  const restRequest = toRestRequest(request);
  for (const guard of guards) {
    const refusal = guard(restRequest);
    // A refused preflight is the text that it would have been.
    if (refusal !== null) return method === "OPTIONS" ? { ...refusal, contentType: "text/plain" } : refusal;
  }
  return handler(restRequest);
}

/** Matching is by header: a wrong Content-Type is refused with or without a body. */
function negotiate(resource: Resource, request: Request): void {
  const contentType = request.get("content-type");
  const body = request.body as Buffer | undefined;
  if (resource.consumesJsonOnly) {
    if (contentType === undefined ? body !== undefined && body.length > 0 : !isMediaType(contentType, JSON_TYPE))
      throw httpError(415);
  }
  if (!accepts(request.get("accept"), resource.produces ?? JSON_TYPE)) throw httpError(406);
}

function optionsAnswer(resource: Resource, accept: string | undefined): Answer {
  const methods = allowedMethods(resource);
  const headers = { Allow: methods.join(",") };
  return accepts(accept, "text/plain")
    ? { status: 200, headers, contentType: "text/plain", text: methods.join(", ") }
    : { status: 200, headers, contentType: JSON_TYPE, text: "" };
}

function toRestRequest(request: Request): RestRequest {
  const target = request.url;
  const query = target.indexOf("?");
  const host = request.get("host");
  const { socket } = request;
  return {
    method: request.method,
    path: query < 0 ? target : target.slice(0, query),
    query: new URLSearchParams(query < 0 ? "" : target.slice(query)),
    body: (request.body as Buffer | undefined) ?? new Uint8Array(),
    header: (name) => request.get(name),
    param: (name) => request.params[name] as string,
    baseUrl:
      baseUrl(request.protocol, host, request.originalUrl) ??
      `${request.protocol}://${socket.localAddress ?? "localhost"}:${socket.localPort ?? 0}`,
  };
}

/** Sends the answer; HEAD's has the headers only. */
export function sendAnswer(response: Response, answer: Answer): void {
  response.status(answer.status);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  let body = Buffer.alloc(0);
  if (answer.json !== undefined) {
    body = Buffer.from(JSON.stringify(answer.json), "utf8");
    response.setHeader("Content-Type", JSON_TYPE);
  } else if (answer.text !== undefined) {
    body = Buffer.from(answer.text, "utf8");
    response.setHeader("Content-Type", answer.contentType ?? "text/plain");
  }
  if (answer.status !== 204) response.setHeader("Content-Length", body.length);
  response.end(body);
}
