import type { ConnectorTaskId } from "../herder.js";

/** What a worker of a group has to run: connector instances and tasks. */
export interface Work {
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

export const NO_WORK: Work = { connectors: [], tasks: [] };

export function isEmpty(work: Work): boolean {
  return work.connectors.length === 0 && work.tasks.length === 0;
}

export function sameTask(a: ConnectorTaskId, b: ConnectorTaskId): boolean {
  return a.connector === b.connector && a.task === b.task;
}

/** Java's order of `ConnectorTaskId`: by connector, then number. */
export function compareTasks(a: ConnectorTaskId, b: ConnectorTaskId): number {
  return a.connector < b.connector ? -1 : a.connector > b.connector ? 1 : a.task - b.task;
}

export function minus(work: Work, less: Work): Work {
  const connectors = new Set(less.connectors);
  // By key: a worker may have thousands of tasks, and rebalances go through all of them several times.
  const tasks = new Set(less.tasks.map(keyOf));
  return {
    connectors: work.connectors.filter((name) => !connectors.has(name)),
    tasks: work.tasks.filter((task) => !tasks.has(keyOf(task))),
  };
}

/** A slash cannot be part of the number at the end, so no two tasks have the same key. */
function keyOf({ connector, task }: ConnectorTaskId): string {
  return `${connector}/${String(task)}`;
}

/** Both together, each item once. */
export function plus(work: Work, more: Work): Work {
  const added = minus(more, work);
  return { connectors: [...work.connectors, ...added.connectors], tasks: [...work.tasks, ...added.tasks] };
}
