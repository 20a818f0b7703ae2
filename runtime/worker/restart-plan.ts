import type { ConnectorStatus, ConnectorTaskId, RestartRequest } from "../herder.js";

/** Which instances a restart request is about (KIP-745), decided from the statuses. Source: `RestartPlan`, Connect 4.1. */
export interface RestartPlan {
  readonly restartConnector: boolean;
  readonly tasks: readonly ConnectorTaskId[];
  /** The status with all chosen instances RESTARTING: what REST answers. */
  readonly status: ConnectorStatus;
}

export function planRestart(request: RestartRequest, status: ConnectorStatus): RestartPlan {
  const chosen = (state: string): boolean => !request.onlyFailed || state === "FAILED";
  const restartConnector = chosen(status.connector.state);
  const tasks = request.includeTasks ? status.tasks.filter((task) => chosen(task.state)) : [];
  return {
    restartConnector,
    tasks: tasks.map((task) => ({ connector: request.connector, task: task.id })),
    status: {
      ...status,
      connector: restartConnector ? { ...status.connector, state: "RESTARTING" } : status.connector,
      tasks: status.tasks.map((task) => (tasks.includes(task) ? { ...task, state: "RESTARTING" } : task)),
    },
  };
}

/** Of two waiting requests for a connector, the one that does more counts; the later one if they are equal. */
export function strongerRestart(a: RestartRequest, b: RestartRequest): RestartRequest {
  return impact(a) > impact(b) ? a : b;
}

function impact(request: RestartRequest): number {
  return (request.onlyFailed ? 0 : 2) + (request.includeTasks ? 1 : 0);
}
