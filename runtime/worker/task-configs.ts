import { ConnectError, type Logger, type SinkConnectorPlugin } from "../api/index.js";
import type { ConnectorConfig } from "../herder.js";
import { reverseTransform } from "./config-providers.js";
import type { Properties } from "./properties.js";

/** The task configurations of a connector as the JVM would generate them. Spec connect-runtime §4. */

/** Throws ConnectError when the connector makes more tasks than `tasks.max` allows. `resolved` is `raw` without references. */
export function generateTaskConfigs(
  plugin: SinkConnectorPlugin,
  name: string,
  raw: ConnectorConfig,
  resolved: Properties,
  log: Logger,
): ConnectorConfig[] {
  const tasksMax = tasksMaxOf(resolved);
  const generated = plugin.taskConfigs(resolved, tasksMax).map((task) => {
    const config: Record<string, string> = { ...task, "task.class": plugin.taskClassName };
    for (const key of ["topics", "topics.regex"]) if (resolved[key] !== undefined) config[key] = resolved[key];
    return reverseTransform(raw, config);
  });
  checkTasksMax(name, generated.length, resolved, log);
  return generated;
}

function tasksMaxOf(config: Properties): number {
  return Number((config["tasks.max"] ?? "1").trim());
}

/** Throws ConnectError `fatal` when there are more tasks than `tasks.max`, unless `tasks.max.enforce` is false. */
export function checkTasksMax(name: string, count: number, config: Properties, log: Logger): void {
  const tasksMax = tasksMaxOf(config);
  if (count <= tasksMax) return;
  if ((config["tasks.max.enforce"] ?? "true").trim().toLowerCase() === "true")
    throw new ConnectError(
      "fatal",
      `The connector ${name} has generated ${String(count)} tasks, which is greater than ${String(tasksMax)}, ` +
        "the maximum number of tasks it is configured to create. This behaviour should be considered a bug and is disallowed. " +
        "If necessary, it can be permitted by reconfiguring the connector with 'tasks.max.enforce' set to false; however, this " +
        "option will be removed in a future release of Kafka Connect.",
      { javaClass: "org.apache.kafka.connect.runtime.TooManyTasksException" },
    );
  log.warn("The connector has generated more tasks than tasks.max allows", { connector: name, count, tasksMax });
}

/** Whether a generated set has to be published. Spec connect-runtime §4; source: `AbstractHerder.taskConfigsChanged`. */
export function taskConfigsChanged(
  current: readonly ConnectorConfig[],
  generated: readonly ConnectorConfig[],
  config: ConnectorConfig,
  appliedConfig: ConnectorConfig | null,
): boolean {
  if (current.length !== generated.length) return true;
  if (current.some((task, index) => !sameConfig(task, generated[index]!))) return true;
  // Tasks made from an older connector configuration restart, even where their own configurations are the same.
  return appliedConfig === null || !sameConfig(appliedConfig, config);
}

function sameConfig(a: ConnectorConfig, b: ConnectorConfig): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
