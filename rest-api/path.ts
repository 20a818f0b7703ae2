import { ConnectError } from "../runtime/api/index.js";

/** Longest request line that is looked at; Jetty's limit. */
const MAX_URL_LENGTH = 8192;

/**
 * The request target as the routes see it: without scheme and authority (absolute form), matrix parameters (`;…`) cut off each
 * segment, `.` and `..` resolved, segments still percent-encoded, query unchanged.
 * Throws ConnectError with status 414 or 400.
 */
export function normalizeTarget(target: string): string {
  if (target.length > MAX_URL_LENGTH) throw refused(414, "HTTP 414 URI Too Long");
  const url = target.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]*/, "");
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  if (path !== "" && !path.startsWith("/")) throw refused(400, "HTTP 400 Bad Request");
  const segments: string[] = [];
  for (const raw of path.split("/").slice(1)) {
    const segment = raw.split(";")[0]!;
    checkEncoding(segment);
    if (segment === "..") segments.pop();
    else if (segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}${query < 0 ? "" : url.slice(query)}`;
}

/** A segment must be UTF-8, percent-encoded where need be, without control characters. */
function checkEncoding(segment: string): void {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    throw refused(400, "HTTP 400 Bad Request");
  }
  // eslint-disable-next-line no-control-regex -- no connector can have such a name
  if (/[\u0000-\u001f\u007f]/.test(decoded)) throw refused(400, "HTTP 400 Bad Request");
}

function refused(status: number, message: string): ConnectError {
  return new ConnectError("bad-request", message, { at: { status } });
}

/**
 * The base of the URLs in `Location`: scheme and authority of the request, without a slash at the end. Null where the request does
 * not say.
 */
export function baseUrl(protocol: string, host: string | undefined, target: string): string | null {
  const absolute = /^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?]+)/.exec(target);
  if (absolute !== null) return absolute[1]!;
  return host === undefined || host === "" ? null : `${protocol}://${host}`;
}

/**
 * A connector's name in `Location`, as JAX-RS's UriBuilder encodes a path: what may stand in a path stays, among it the slash.
 */
export function encodeName(name: string): string {
  return encodeURI(name).replace(/[?#[\]]/g, (char) => encodeURIComponent(char));
}
