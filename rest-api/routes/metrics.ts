import type { Registry } from "prom-client";
import type { MetricSample } from "../../runtime/herder.js";
import type { Resource } from "../answer.js";
import type { RestContext } from "../context.js";

/** `/metrics` for Prometheus: Connect's metrics under the names that the JMX exporter gives them, ours, and the process's. */
export function metricRoutes({ metrics }: RestContext): Resource[] {
  let process: Promise<Registry> | null = null;
  return [
    {
      path: "/metrics",
      consumesJsonOnly: false,
      produces: "text/plain",
      methods: {
        GET: async () => {
          const own = await (process ??= processMetrics());
          const text = `${await expose(await metrics.samples())}${await own.metrics()}`;
          return { status: 200, contentType: own.contentType, text };
        },
      },
    },
  ];
}

/** Observes the process from now on. The library takes 4 MB, and its observing time: only workers that are asked pay it. */
async function processMetrics(): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The samples in Prometheus's text format; values that are not there (NaN) are left out. */
export async function expose(samples: readonly MetricSample[]): Promise<string> {
  const byName = new Map<string, MetricSample[]>();
  for (const sample of samples) {
    if (Number.isNaN(sample.value)) continue;
    const name = metricName(sample);
    const same = byName.get(name);
    if (same === undefined) byName.set(name, [sample]);
    else same.push(sample);
  }
  const { Counter, Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  for (const [name, same] of byName) {
    const { group, kind } = same[0]!;
    const options = {
      name,
      help: group === "sluice" ? `Sluice: ${same[0]!.name}` : `Kafka Connect: ${group}, ${same[0]!.name}`,
      labelNames: [...new Set(same.flatMap(({ labels }) => Object.keys(labels)))].map(underscored),
      registers: [registry],
    };
    const metric = kind === "counter" ? new Counter(options) : new Gauge(options);
    for (const { labels, value } of same)
      metric.inc(Object.fromEntries(Object.entries(labels).map(([key, text]) => [underscored(key), text])), value);
  }
  return registry.metrics();
}

function metricName({ group, name }: MetricSample): string {
  return underscored(group === "sluice" ? `sluice_${name}` : `kafka_connect_${group}_${name}`);
}

function underscored(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_");
}
