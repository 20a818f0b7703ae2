import { NO_CONTENT, ok, type Answer, type Resource, type RestRequest } from "../answer.js";
import { inTime, type RestContext } from "../context.js";
import { loggerJson } from "../entities.js";
import { statusError } from "../errors.js";
import { readLevel } from "../request-body.js";

const LEVELS = ["OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL"];

/** Log levels at run time (KIP-495, KIP-976). */
export function loggerRoutes(context: RestContext): Resource[] {
  return [
    { path: "/admin/loggers", consumesJsonOnly: true, methods: { GET: () => list(context) } },
    {
      path: "/admin/loggers/:logger",
      consumesJsonOnly: true,
      methods: { GET: (request) => read(context, request), PUT: (request) => setLevel(context, request) },
    },
  ];
}

function list({ herder }: RestContext): Answer {
  const sorted = [...herder.loggers()].sort(([a], [b]) => (a < b ? -1 : 1));
  return ok(Object.fromEntries(sorted.map(([name, level]) => [name, loggerJson(level)])));
}

function read({ herder }: RestContext, request: RestRequest): Answer {
  const name = request.param("logger");
  const level = herder.logger(name);
  if (level === null) throw statusError(404, `Logger ${name} not found.`);
  return ok(loggerJson(level));
}

async function setLevel(context: RestContext, request: RestRequest): Promise<Answer> {
  const given = readLevel(request.body);
  if (given === null) throw statusError(400, "Desired 'level' parameter was not specified in request.");
  const level = given.trim().toUpperCase();
  if (!LEVELS.includes(level)) throw statusError(404, `invalid log level '${given.trim()}'.`);
  const name = request.param("logger");
  // An unknown scope counts as the worker's.
  if (request.query.get("scope")?.toLowerCase() !== "cluster") return ok(context.herder.setWorkerLogger(name, level));
  await inTime(context, context.herder.setClusterLogger(name, level));
  return NO_CONTENT;
}
