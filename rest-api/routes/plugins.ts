import { ConnectError } from "../../runtime/api/index.js";
import { ok, type Answer, type Resource, type RestRequest } from "../answer.js";
import { inTime, type RestContext } from "../context.js";
import { pluginInfoJson } from "../entities.js";
import { statusError } from "../errors.js";
import { readConfig } from "../request-body.js";

/** Plug-ins, their keys, and validation. */
export function pluginRoutes(context: RestContext): Resource[] {
  const { herder } = context;
  return [
    {
      path: "/connector-plugins",
      consumesJsonOnly: true,
      methods: {
        GET: ({ query }) => {
          const given = query.get("connectorsOnly") ?? "";
          return ok(herder.plugins(given === "" || given.toLowerCase() === "true").map(pluginInfoJson));
        },
      },
    },
    {
      path: "/connector-plugins/:plugin/config",
      consumesJsonOnly: true,
      methods: { GET: (request) => ok(herder.pluginConfig(request.param("plugin"), request.query.get("version"))) },
    },
    {
      path: "/connector-plugins/:plugin/config/validate",
      consumesJsonOnly: true,
      methods: { PUT: (request) => validate(context, request) },
    },
  ];
}

async function validate(context: RestContext, request: RestRequest): Promise<Answer> {
  const plugin = request.param("plugin");
  const config = readConfig(request.body);
  const included = config["connector.class"] ?? null;
  if (included !== null && !withoutSuffix(included).endsWith(withoutSuffix(plugin)))
    throw statusError(400, `Included connector type ${included} does not match request type ${plugin}`);
  try {
    return ok(await inTime(context, context.herder.validateConfig(config)));
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    // Connect builds the same sentence here, without its last period.
    if (error.kind === "timeout") throw new ConnectError("timeout", error.message.replace(/\.$/, ""));
    // Whatever fails inside of validation comes out of Connect's executor as the text of a wrapped exception.
    throw statusError(500, `${error.javaClass}: ${error.message}`);
  }
}

function withoutSuffix(className: string): string {
  const suffix = "Connector";
  return className.endsWith(suffix) && className.length > suffix.length
    ? className.slice(0, -suffix.length)
    : className;
}
