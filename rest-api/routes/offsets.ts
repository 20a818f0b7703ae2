import { ok, type Answer, type Resource, type RestRequest } from "../answer.js";
import { forwardable, inTime, type RestContext } from "../context.js";
import { offsetsJson } from "../entities.js";
import { statusError } from "../errors.js";
import { readOffsets } from "../request-body.js";

/** Offsets of a connector (KIP-875). */
export function offsetRoutes(context: RestContext): Resource[] {
  const { herder } = context;
  const read = async (request: RestRequest): Promise<Answer> =>
    ok(offsetsJson(await inTime(context, herder.connectorOffsets(request.param("connector")))));
  const reset = (request: RestRequest): Promise<Answer> =>
    forwardable(context, { request }, () => herder.resetConnectorOffsets(request.param("connector")), messageAnswer);
  return [
    {
      path: "/connectors/:connector/offsets",
      consumesJsonOnly: true,
      methods: { GET: read, PATCH: (request) => alter(context, request), DELETE: reset },
    },
  ];
}

function alter(context: RestContext, request: RestRequest): Promise<Answer> {
  const offsets = readOffsets(request.body);
  if (offsets === null || offsets.length === 0)
    throw statusError(400, "Partitions / offsets need to be provided for an alter offsets request");
  return forwardable(
    context,
    { request, body: { offsets } },
    () => context.herder.alterConnectorOffsets(request.param("connector"), offsets),
    messageAnswer,
  );
}

function messageAnswer(message: string): Answer {
  return ok({ message });
}
