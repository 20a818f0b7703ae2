import { ConnectError } from "../../runtime/api/index.js";
import type { ConnectorInfo } from "../../runtime/herder.js";
import { NO_CONTENT, ok, type Answer, type Resource, type RestRequest } from "../answer.js";
import { forwardable, inTime, requestedName, withName, type RestContext } from "../context.js";
import { connectorInfoJson, connectorStatusJson } from "../entities.js";
import { statusError } from "../errors.js";
import { encodeName } from "../path.js";
import { readConfig, readConfigOrNull, readCreateRequest } from "../request-body.js";

/** Connectors and their configurations. */
export function connectorRoutes(context: RestContext): Resource[] {
  const { herder } = context;
  const infoOf = (request: RestRequest): Promise<ConnectorInfo> =>
    inTime(context, herder.connectorInfo(request.param("connector")));
  const remove = (request: RestRequest): Promise<Answer> =>
    forwardable(
      context,
      { request },
      () => herder.deleteConnector(request.param("connector")),
      () => NO_CONTENT,
    );
  return [
    {
      path: "/connectors",
      consumesJsonOnly: true,
      methods: { GET: (request) => list(context, request), POST: (request) => create(context, request) },
    },
    {
      path: "/connectors/:connector",
      consumesJsonOnly: true,
      methods: { GET: async (request) => ok(connectorInfoJson(await infoOf(request))), DELETE: remove },
    },
    {
      path: "/connectors/:connector/config",
      consumesJsonOnly: true,
      methods: {
        GET: async (request) => ok((await infoOf(request)).config),
        PUT: (request) => putConfig(context, request),
        PATCH: (request) => patchConfig(context, request),
      },
    },
    {
      path: "/connectors/:connector/status",
      consumesJsonOnly: true,
      methods: { GET: (request) => ok(connectorStatusJson(herder.connectorStatus(request.param("connector")))) },
    },
  ];
}

/** Names; with any `expand` an object that holds what was asked for and is known. */
function list({ herder }: RestContext, { query }: RestRequest): Answer {
  if (!query.has("expand")) return ok(herder.connectors());
  const expansions = new Set(query.getAll("expand"));
  const entries: [string, object][] = [];
  for (const name of herder.connectors()) {
    const entry: Record<string, unknown> = {};
    if (expansions.has("status")) {
      const status = nullIfNotFound(() => connectorStatusJson(herder.connectorStatus(name)));
      if (status === null) continue;
      entry["status"] = status;
    }
    if (expansions.has("info")) {
      const info = herder.connectorInfoNow(name);
      entry["info"] = info === null ? null : connectorInfoJson(info);
    }
    entries.push([name, entry]);
  }
  return ok(Object.fromEntries(entries));
}

/** Between its creation and its first status a connector has none. */
function nullIfNotFound<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConnectError && error.kind === "not-found") return null;
    throw error;
  }
}

function created(request: RestRequest, name: string, json: unknown): Answer {
  // The JVM fails to make the URL of a name with a brace in it; such a URL is as good as any other.
  return { status: 201, json, headers: { Location: `${request.baseUrl}/connectors/${encodeName(name)}` } };
}

function create(context: RestContext, request: RestRequest): Promise<Answer> {
  const { name: given, config: givenConfig, initialState } = readCreateRequest(request.body);
  const name = requestedName(given);
  const config = withName(givenConfig, name);
  return forwardable(
    context,
    { request, body: { name, config, initial_state: initialState === "STARTED" ? "RUNNING" : initialState } },
    () => context.herder.createConnector(name, config, initialState),
    (info) => created(request, name, connectorInfoJson(info)),
    ({ json }) => created(request, name, json),
  );
}

function putConfig(context: RestContext, request: RestRequest): Promise<Answer> {
  const name = request.param("connector");
  const config = withName(readConfig(request.body), name);
  const answer = (isNew: boolean, json: unknown): Answer => (isNew ? created(request, name, json) : ok(json));
  return forwardable(
    context,
    { request, body: config },
    () => context.herder.putConnectorConfig(name, config),
    (result) => answer(result.created, connectorInfoJson(result.info)),
    ({ status, json }) => answer(status === 201, json),
  );
}

async function patchConfig(context: RestContext, request: RestRequest): Promise<Answer> {
  const name = request.param("connector");
  const patch = readConfigOrNull(request.body);
  if (patch === null) {
    // An unknown connector is found out before the missing body.
    await inTime(context, context.herder.connectorInfo(name));
    throw statusError(500, 'Cannot invoke "java.util.Map.entrySet()" because "configPatch" is null');
  }
  return forwardable(
    context,
    { request, body: patch },
    () => context.herder.patchConnectorConfig(name, patch),
    (info) => ok(connectorInfoJson(info)),
  );
}
