import type { WorkerHealth } from "../../runtime/herder.js";
import { ok, type Answer, type Resource } from "../answer.js";
import type { RestContext } from "../context.js";
import { HEALTH_TIMEOUT_MS, stageSummary, withTimeout } from "../timeout.js";

const HEALTH_STATUSES: Record<WorkerHealth["status"], number> = { healthy: 200, starting: 503, unhealthy: 500 };

/** `/` and `/health` (KIP-1017). */
export function rootRoutes(context: RestContext): Resource[] {
  const { herder, version, commit } = context;
  return [
    {
      path: "/",
      consumesJsonOnly: false,
      methods: { GET: () => ok({ version, commit, kafka_cluster_id: herder.clusterId }) },
    },
    { path: "/health", consumesJsonOnly: false, methods: { GET: () => health(context) } },
  ];
}

async function health({ herder }: RestContext): Promise<Answer> {
  let { status, message }: WorkerHealth = {
    status: "unhealthy",
    message: "Worker was unable to handle this request and may be unable to handle other requests.",
  };
  try {
    // A moment more than the herder has, whose own answer says more.
    ({ status, message } = await withTimeout(herder.health(), HEALTH_TIMEOUT_MS + 1000, () => null));
  } catch {
    const stage = herder.stage?.() ?? null;
    if (stage !== null) message += ` ${stageSummary(stage)}`;
  }
  return { status: HEALTH_STATUSES[status], json: { status, message } };
}
