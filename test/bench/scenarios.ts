import type { Result } from "./measure.js";
import { IDLE_PROPERTIES } from "./connector-run.js";
import { JVM, JVM_IDLE, jvmFileSink, jvmIdle, KAFKAJS, kafkajsConsumer } from "./peers.js";
import { jvmManyTasks, MANY_TASKS, MANY_TASKS_JVM, sluiceManyTasks } from "./many-tasks.js";
import { jsonLinesPath, jsonOrders, mainPaths, scalePaths } from "./sink-paths.js";
import { measureGrowth, measureIdleWorker, measurePath, warmUpOf, type SinkPath } from "./sink-runs.js";
import type { Stage } from "./stage.js";

export interface Scenario {
  readonly name: string;
  /** The least run that has it; `only` is a run that names it. */
  readonly runs: "quick" | "full" | "only";
  readonly needsTls: boolean;
  readonly run: (stage: Stage) => Promise<Result[]>;
}

/** All scenarios in the order in which they run. */
export function scenarios(records: number): Scenario[] {
  const orders = jsonOrders(records);
  const idle = jsonLinesPath("idle", "Sluice, idle", orders, { worker: () => IDLE_PROPERTIES });
  const path = (runs: Scenario["runs"]) => (of: SinkPath) => ({
    name: of.name,
    runs,
    needsTls: of.name === "tls",
    run: (stage: Stage) => measurePath(stage, of),
  });
  const other = (name: string, runs: Scenario["runs"], run: Scenario["run"]) => ({ name, runs, needsTls: false, run });
  return [
    ...mainPaths(records).map(path("quick")),
    other("idle", "quick", (stage) => measureIdleWorker(stage, idle)),
    other(KAFKAJS, "quick", (stage) => kafkajsConsumer(stage, orders, warmUpOf(orders))),
    other(JVM, "quick", (stage) => jvmFileSink(stage, orders, warmUpOf(orders))),
    other(JVM_IDLE, "full", jvmIdle),
    ...scalePaths(records).map(path("full")),
    other(MANY_TASKS, "full", sluiceManyTasks),
    // A thousand threads keep the machine busy for many minutes.
    other(MANY_TASKS_JVM, "only", jvmManyTasks),
    other("growth", "full", (stage) => measureGrowth(stage, jsonLinesPath("growth", "one worker", orders))),
  ];
}

/** Those that `only` names: whole names, or the first part of names that belong together (`jsonl`, `topic`). */
export function selectScenarios(all: readonly Scenario[], only: string | undefined, quick: boolean): Scenario[] {
  if (only === undefined) return all.filter(({ runs }) => runs === "quick" || (runs === "full" && !quick));
  const wanted = only.split(",");
  const unknown = wanted.filter((name) => !all.some((scenario) => isNamed(scenario.name, name)));
  if (unknown.length > 0) throw new Error(`no scenario ${unknown.join(", ")}`);
  return all.filter(({ name }) => wanted.some((given) => isNamed(name, given)));
}

function isNamed(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}-`);
}
