import type { MetricSample, MetricsSource, State } from "../herder.js";
import type { StatusStore } from "../storage/status-store.js";
import type { HostMetrics } from "./task-host.js";
import type { StartCounts, Worker } from "./worker.js";

/** What is measured of the group; absent in standalone mode. */
export interface RebalanceMetrics {
  readonly leaderUrl: string | null;
  readonly generation: number;
  readonly protocol: string;
  readonly completed: number;
  readonly rebalancing: boolean;
  readonly lastCompletedMs: number | null;
  readonly maxTimeMs: number;
  readonly averageTimeMs: number;
}

export interface MetricsParts {
  readonly worker: Worker;
  readonly tasks: { metrics(): Promise<HostMetrics> };
  readonly statuses: StatusStore;
  readonly workerId: string;
  readonly rebalances?: () => RebalanceMetrics;
}

type Labels = Readonly<Record<string, string>>;

/** Connect's metrics (spec connect-runtime §13) under their JMX names: texts are labels of a sample with the value 1. */
export function workerMetrics(parts: MetricsParts): MetricsSource {
  return {
    samples: async () => [
      ...workerSamples(parts),
      ...connectorSamples(parts),
      ...(parts.rebalances === undefined ? [] : rebalanceSamples(parts.rebalances())),
      ...taskSamples(parts.worker, await parts.tasks.metrics()),
    ],
  };
}

function gauge(group: string, name: string, value: number, labels: Labels = {}): MetricSample {
  return { group, name, labels, value, kind: "gauge" };
}

function workerSamples({ worker, statuses, workerId }: MetricsParts): MetricSample[] {
  const group = "connect-worker-metrics";
  const samples = [
    gauge(group, "connector-count", worker.connectorNames.length),
    gauge(group, "task-count", worker.taskIds.length),
    ...startSamples(group, "connector-startup", worker.connectorStarts),
    ...startSamples(group, "task-startup", worker.taskStarts),
  ];
  for (const connector of worker.connectorNames) {
    const tasks = statuses.tasks(connector).filter(({ status }) => status.workerId === workerId);
    const count = (state: State): number => tasks.filter(({ status }) => status.state === state).length;
    const add = (name: string, value: number): void => {
      samples.push(gauge(group, `connector-${name}-task-count`, value, { connector }));
    };
    add("total", worker.taskIds.filter((id) => id.connector === connector).length);
    for (const state of ["RUNNING", "PAUSED", "FAILED", "UNASSIGNED", "DESTROYED", "RESTARTING"] as const)
      add(state.toLowerCase(), count(state));
  }
  return samples;
}

function startSamples(group: string, prefix: string, { attempts, failures }: StartCounts): MetricSample[] {
  const counter = (name: string, value: number): MetricSample => ({
    group,
    name: `${prefix}-${name}`,
    labels: {},
    value,
    kind: "counter",
  });
  const share = (part: number): number => (attempts === 0 ? 0 : part / attempts);
  return [
    counter("attempts-total", attempts),
    counter("success-total", attempts - failures),
    counter("failure-total", failures),
    gauge(group, `${prefix}-success-percentage`, share(attempts - failures)),
    gauge(group, `${prefix}-failure-percentage`, share(failures)),
  ];
}

function connectorSamples({ worker, statuses }: MetricsParts): MetricSample[] {
  const group = "connector-metrics";
  return worker.connectorNames.flatMap((connector) => {
    const status = statuses.connector(connector)?.state.toLowerCase() ?? "unassigned";
    const info = worker.connectorPlugin(connector);
    return [
      gauge(group, "status", 1, { connector, status }),
      gauge(group, "connector-type", 1, { connector, "connector-type": "sink" }),
      gauge(group, "connector-class", 1, { connector, "connector-class": info?.className ?? "unknown" }),
      gauge(group, "connector-version", 1, { connector, "connector-version": info?.version ?? "unknown" }),
    ];
  });
}

function rebalanceSamples(state: RebalanceMetrics): MetricSample[] {
  const group = "connect-worker-rebalance-metrics";
  const since = state.lastCompletedMs === null ? Number.NaN : Date.now() - state.lastCompletedMs;
  return [
    gauge(group, "leader-name", 1, { "leader-name": state.leaderUrl ?? "" }),
    gauge(group, "epoch", state.generation),
    gauge(group, "connect-protocol", 1, { "connect-protocol": state.protocol }),
    { group, name: "completed-rebalances-total", labels: {}, value: state.completed, kind: "counter" },
    gauge(group, "rebalancing", state.rebalancing ? 1 : 0),
    gauge(group, "rebalance-max-time-ms", state.maxTimeMs),
    gauge(group, "rebalance-avg-time-ms", state.averageTimeMs),
    gauge(group, "time-since-last-rebalance-ms", since),
  ];
}

/** Names of the threads are `group/name` for Connect's metrics and plain for ours. */
function taskSamples(worker: Worker, { tasks, threads }: HostMetrics): MetricSample[] {
  const ids = new Map(worker.taskIds.map((id) => [`${id.connector}-${String(id.task)}`, id]));
  const sample = (path: string, value: number, labels: Labels): MetricSample => {
    const slash = path.indexOf("/");
    const [group, name] = slash < 0 ? ["sluice", path] : [path.slice(0, slash), path.slice(slash + 1)];
    return {
      group,
      name,
      labels,
      value,
      kind: name.endsWith("-total") || name.endsWith("_total") ? "counter" : "gauge",
    };
  };
  return [
    ...tasks.flatMap(({ key, values, partitions }) => {
      const id = ids.get(key);
      if (id === undefined) return [];
      const labels = { connector: id.connector, task: String(id.task) };
      return [
        ...Object.entries(values).map(([path, value]) => sample(path, value, labels)),
        ...partitions.flatMap(({ topic, partition, values: own }) =>
          Object.entries(own).map(([path, value]) =>
            sample(path, value, { ...labels, topic, partition: String(partition) }),
          ),
        ),
      ];
    }),
    ...threads.flatMap((thread, index) =>
      Object.entries({
        task_thread_buffered_bytes: thread.bufferedBytes,
        task_thread_budget_bytes: thread.budgetBytes,
        task_thread_event_loop_delay_p99_ms: thread.eventLoopDelayP99Ms,
      }).map(([name, value]) => sample(name, value, { thread: String(index) })),
    ),
  ];
}
