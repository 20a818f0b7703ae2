import type { RequestHandler } from "express";
import type { Logger } from "../runtime/api/index.js";

/** One line for every answer, as Connect's: NCSA extended format and the latency in milliseconds. */
export function requestLog(log: Logger): RequestHandler {
  return (request, response, next) => {
    if (!log.isEnabled("INFO")) {
      next();
      return;
    }
    const startedMs = Date.now();
    const { method, originalUrl, httpVersion } = request;
    const remote = request.socket.remoteAddress ?? "-";
    response.on("finish", () => {
      const length = response.getHeader("content-length") ?? "-";
      const referrer = quoted(request.get("referer"));
      const agent = quoted(request.get("user-agent"));
      log.info(
        `${remote.replace(/^::ffff:/, "")} - - [${ncsaDate(startedMs)}] "${method} ${originalUrl} HTTP/${httpVersion}" ` +
          `${response.statusCode} ${String(length)} "${referrer}" "${agent}" ${Date.now() - startedMs}`,
      );
    });
    next();
  };
}

/** A header in the log cannot end its quotes or its line. */
function quoted(header: string | undefined): string {
  // eslint-disable-next-line no-control-regex -- what must not reach a log line
  return (header ?? "-").replace(/["\\\u0000-\u001f\u007f]/g, "?");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function ncsaDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, "0");
  return (
    `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]!}/${date.getUTCFullYear()}:` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
  );
}
