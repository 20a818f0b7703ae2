import type { ConnectorTaskId, InternalRequest } from "../../runtime/herder.js";
import { NO_CONTENT, ok, type Answer, type Resource, type RestRequest } from "../answer.js";
import { forwardable, inTime, type RestContext } from "../context.js";
import { taskInfoJson, taskStateJson } from "../entities.js";
import { httpError } from "../errors.js";
import { checkTaskConfigs } from "../request-body.js";

/** Tasks, and what workers ask of each other. */
export function taskRoutes(context: RestContext): Resource[] {
  const { herder } = context;
  const run = (request: RestRequest, operation: () => Promise<void>): Promise<Answer> =>
    forwardable(context, { request }, operation, () => NO_CONTENT);
  return [
    {
      path: "/connectors/:connector/tasks",
      consumesJsonOnly: true,
      methods: {
        GET: async (request) =>
          ok((await inTime(context, herder.taskInfos(request.param("connector")))).map(taskInfoJson)),
        POST: (request) => {
          checkTaskConfigs(request.body);
          return run(request, () => herder.putTaskConfigs(request.param("connector"), internalRequest(request)));
        },
      },
    },
    {
      path: "/connectors/:connector/fence",
      consumesJsonOnly: true,
      methods: {
        PUT: (request) => run(request, () => herder.fenceZombies(request.param("connector"), internalRequest(request))),
      },
    },
    {
      path: "/connectors/:connector/tasks/:task/status",
      consumesJsonOnly: true,
      methods: { GET: (request) => ok(taskStateJson(herder.taskStatus(taskId(request)))) },
    },
    {
      path: "/connectors/:connector/tasks/:task/restart",
      consumesJsonOnly: true,
      methods: {
        POST: (request) => {
          const id = taskId(request);
          return run(request, () => herder.restartTask(id));
        },
      },
    },
  ];
}

/** The number of a task is a Java int; with anything else the path does not exist. */
function taskId(request: RestRequest): ConnectorTaskId {
  const text = request.param("task");
  const task = Number(text);
  if (!/^[+-]?[0-9]+$/.test(text) || task < -(2 ** 31) || task >= 2 ** 31) throw httpError(404);
  return { connector: request.param("connector"), task };
}

function internalRequest(request: RestRequest): InternalRequest {
  return {
    body: request.body,
    signature: request.header("x-connect-authorization") ?? null,
    algorithm: request.header("x-connect-request-signature-algorithm") ?? null,
  };
}
