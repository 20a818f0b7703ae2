import { setTimeout as sleep } from "node:timers/promises";
import type { Stage, WorkerHealth } from "../herder.js";
import { stageSummary } from "./stage.js";

/** How long `/health` waits for the worker's loop (KIP-1017). */
const HEALTH_TIMEOUT_MS = 10000;

/** Healthy once `probe`, a request to the worker's own loop, has been answered. Texts of Connect 4.1. */
export async function awaitHealth(
  probe: Promise<void>,
  isReady: () => boolean,
  stage: () => Stage | null,
  timeoutMs = HEALTH_TIMEOUT_MS,
): Promise<WorkerHealth> {
  const answered = await Promise.race([
    probe.then(
      () => true,
      () => false,
    ),
    sleep(timeoutMs, false, { ref: false }),
  ]);
  if (answered) return { status: "healthy", message: "Worker has completed startup and is ready to handle requests." };
  const current = stage();
  const more = current === null ? "" : ` ${stageSummary(current)}`;
  if (!isReady()) return { status: "starting", message: `Worker is still starting up.${more}` };
  return {
    status: "unhealthy",
    message: `Worker was unable to handle this request and may be unable to handle other requests.${more}`,
  };
}
