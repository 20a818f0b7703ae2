import type { RequestHandler } from "express";
import { javaRegexWhole } from "../runtime/api/index.js";

/** Methods that preflight answers name when `access.control.allow.methods` is empty. */
const DEFAULT_METHODS = "GET,POST,HEAD";
const PREFLIGHT_MAX_AGE_S = "60";

/**
 * Cross-origin headers for the origins of `access.control.allow.origin`: `*`, origins, origins with `*` in the host, or patterns.
 * A preflight goes on to its resource, as with Jetty 12 in Connect 4.1.
 */
export function corsFilter(allowedOrigins: string, allowedMethods: string): RequestHandler {
  const isAllowed = originMatcher(allowedOrigins);
  const methods = allowedMethods.trim() === "" ? DEFAULT_METHODS : allowedMethods.replace(/\s+/g, "");
  return (request, response, next) => {
    response.setHeader("Vary", "Origin");
    const origin = request.get("origin");
    if (origin !== undefined && isAllowed(origin)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
      if (request.method === "OPTIONS" && request.get("access-control-request-method") !== undefined) {
        response.setHeader("Access-Control-Allow-Methods", methods);
        response.setHeader("Access-Control-Allow-Headers", "Content-Type");
        response.setHeader("Access-Control-Max-Age", PREFLIGHT_MAX_AGE_S);
      }
    }
    next();
  };
}

function originMatcher(allowed: string): (origin: string) => boolean {
  const items = allowed
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.includes("*")) return () => true;
  const exact = new Set(items.map((item) => item.toLowerCase()));
  const patterns = items.flatMap(patternsOf);
  return (origin) => exact.has(origin.toLowerCase()) || patterns.some((pattern) => pattern.test(origin));
}

/** An item with a `*` in its host, and the item as a pattern where it is one. */
function patternsOf(item: string): RegExp[] {
  const glob = item.replace(/[\\^$.+?()[\]{}|/]/g, "\\$&").replace(/\*/g, "[^/]*");
  const patterns = [new RegExp(`^${glob}$`, "i")];
  try {
    patterns.push(javaRegexWhole(item));
  } catch {
    // An origin with a wildcard need not be a pattern.
  }
  return patterns;
}
