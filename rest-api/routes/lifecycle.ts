import { ACCEPTED, NO_CONTENT, type Answer, type Resource, type RestRequest } from "../answer.js";
import { forwardable, inTime, queryFlag, type RestContext } from "../context.js";
import { connectorStatusJson } from "../entities.js";

/** Restart, pause, resume and stop. Bodies are ignored. */
export function lifecycleRoutes(context: RestContext): Resource[] {
  const { herder } = context;
  const resource = (action: string, method: "PUT" | "POST", handler: (request: RestRequest) => Promise<Answer>) => ({
    path: `/connectors/:connector/${action}`,
    consumesJsonOnly: true,
    methods: { [method]: handler },
  });
  const accepted = async (operation: Promise<void>): Promise<Answer> => {
    await inTime(context, operation);
    return ACCEPTED;
  };
  return [
    resource("restart", "POST", (request) => restart(context, request)),
    resource("pause", "PUT", (request) => accepted(herder.pauseConnector(request.param("connector")))),
    resource("resume", "PUT", (request) => accepted(herder.resumeConnector(request.param("connector")))),
    resource("stop", "PUT", (request) =>
      forwardable(
        context,
        { request },
        () => herder.stopConnector(request.param("connector")),
        () => NO_CONTENT,
      ),
    ),
  ];
}

/** KIP-745: with `includeTasks` or `onlyFailed` the restart is planned, and its plan answered. */
function restart(context: RestContext, request: RestRequest): Promise<Answer> {
  const connector = request.param("connector");
  const includeTasks = queryFlag(request.query, "includeTasks");
  const onlyFailed = queryFlag(request.query, "onlyFailed");
  if (!includeTasks && !onlyFailed)
    return forwardable(
      context,
      { request },
      () => context.herder.restartConnector(connector),
      () => NO_CONTENT,
    );
  return forwardable(
    context,
    { request, query: { includeTasks: String(includeTasks), onlyFailed: String(onlyFailed) } },
    () => context.herder.restartConnectorAndTasks({ connector, includeTasks, onlyFailed }),
    (status) => ({ status: 202, json: connectorStatusJson(status) }),
  );
}
