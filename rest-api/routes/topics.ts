import { ACCEPTED, ok, type Resource } from "../answer.js";
import { inTime, type RestContext } from "../context.js";
import { statusError } from "../errors.js";

/** Topics that connectors were seen to use (KIP-558). */
export function topicRoutes(context: RestContext): Resource[] {
  const { herder, topicTracking, topicTrackingReset } = context;
  const checkTracking = (): void => {
    if (!topicTracking) throw statusError(403, "Topic tracking is disabled.");
  };
  return [
    {
      path: "/connectors/:connector/topics",
      consumesJsonOnly: true,
      methods: {
        GET: (request) => {
          checkTracking();
          const name = request.param("connector");
          return ok(Object.fromEntries([[name, { topics: herder.activeTopics(name) }]]));
        },
      },
    },
    {
      path: "/connectors/:connector/topics/reset",
      consumesJsonOnly: true,
      methods: {
        PUT: async (request) => {
          checkTracking();
          if (!topicTrackingReset) throw statusError(403, "Topic tracking reset is disabled.");
          await inTime(context, herder.resetActiveTopics(request.param("connector")));
          return ACCEPTED;
        },
      },
    },
  ];
}
