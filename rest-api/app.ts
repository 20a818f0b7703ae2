import express, { Router, type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { Resource } from "./answer.js";
import { dispatch, sendAnswer, type Guard } from "./dispatch.js";
import { errorAnswer, httpError } from "./errors.js";
import { normalizeTarget } from "./path.js";

/** Bytes of a request body; Connect has no limit, this one is far above any configuration. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export interface AppOptions {
  readonly resources: readonly Resource[];
  /** What every answer goes through: log, headers, CORS. */
  readonly filters: readonly RequestHandler[];
  readonly guards: readonly Guard[];
}

/** The Express application of one kind of listener: filters, the resources, and JSON for all that goes wrong. */
export function createApp({ resources, filters, guards }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // No X-Forwarded-* is trusted, as in Connect.
  app.set("trust proxy", false);
  for (const filter of filters) app.use(filter);
  app.use(normalize);
  app.use(express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false }));
  const router = Router({ caseSensitive: true, strict: false });
  for (const resource of resources)
    router.all(resource.path, (request, response) => dispatch(resource, guards, request, response));
  app.use(router);
  app.use(() => {
    throw httpError(404);
  });
  app.use(failure);
  return app;
}

const normalize: RequestHandler = (request, _response, next) => {
  request.url = normalizeTarget(request.url);
  next();
};

/** Express's own errors (a body too large, a broken connection) carry a status. */
const failure: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const status = (error as { status?: unknown }).status;
  sendAnswer(response, errorAnswer(typeof status === "number" ? httpError(status) : error));
};
