import { ConnectError, javaRegexWhole, parseType, type Logger } from "../api/index.js";
import type { ClientProperties, KafkaAdmin, Producer, SinkConsumer, Subscription } from "../kafka/seam.js";
import { createConverter, createHeaderConverter, createTransformations } from "../plugins/instantiate.js";
import type { PluginRegistry } from "../plugins/registry.js";
import { DeadLetterQueue } from "./dead-letter-queue.js";
import { ErrantReporter } from "./errant-reporter.js";
import { parseErrorConfig, type ErrorConfig } from "./error-config.js";
import { ErrorLog } from "./error-log.js";
import { ErrorPolicy, type ErrorReporter } from "./error-policy.js";
import type { RunnerMetrics } from "./metrics.js";
import { Pipeline } from "./pipeline.js";
import type { TaskSpec } from "./protocol.js";
import type { TaskParts } from "./running-task.js";

/** What the task thread offers to every task. */
export interface TaskEnvironment {
  readonly registry: PluginRegistry;
  readonly createConsumer: (properties: ClientProperties, log: Logger) => SinkConsumer;
  readonly createProducer: (properties: ClientProperties, log: Logger) => Producer;
  readonly createAdmin: (properties: ClientProperties, log: Logger) => KafkaAdmin;
  /** A logger of that name whose lines name the task. */
  readonly logger: (name: string) => Logger;
  readonly nowMs: () => number;
}

export interface TaskPartsOptions {
  readonly spec: TaskSpec;
  readonly environment: TaskEnvironment;
  readonly metrics: RunnerMetrics;
  readonly stopping: AbortSignal;
  readonly onTopic: (topic: string) => void;
}

/** Makes all that a task consists of, in Connect's order. Throws ConnectError; then nothing stays open. */
export async function createTaskParts(options: TaskPartsOptions): Promise<TaskParts> {
  const { spec, environment, metrics, stopping, onTopic } = options;
  const { registry, nowMs } = environment;
  const { connectorConfig, worker } = spec;
  const plugin = registry.connector(spec.connectorClass, connectorConfig).plugin;
  const key = createConverter(registry, "key", connectorConfig, worker);
  const value = createConverter(registry, "value", connectorConfig, worker);
  const header = createHeaderConverter(registry, connectorConfig, worker);
  const transformations = createTransformations(registry, connectorConfig);
  const config = parseErrorConfig(connectorConfig);
  const reporters = await createReporters(options, config);
  const policy = new ErrorPolicy({ config, reporters, metrics: metrics.errors, nowMs, stopping });
  const reporter =
    reporters.length === 0
      ? null
      : new ErrantReporter({
          policy,
          metrics: metrics.errors,
          key: key.instance,
          value: value.instance,
          header: header.instance,
          log: environment.logger("org.apache.kafka.connect.runtime.errors.WorkerErrantRecordReporter"),
        });
  return {
    task: plugin.createTask(),
    consumer: environment.createConsumer(
      spec.consumer,
      environment.logger("org.apache.kafka.clients.consumer.KafkaConsumer"),
    ),
    pipeline: new Pipeline({ key, value, header, transformations, policy, onTopic }),
    policy,
    reporter,
    close() {
      for (const { instance, condition } of transformations) {
        instance.close?.();
        condition?.instance.close?.();
      }
      key.instance.close?.();
      value.instance.close?.();
      header.instance.close?.();
    },
  };
}

async function createReporters(options: TaskPartsOptions, config: ErrorConfig): Promise<ErrorReporter[]> {
  const { spec, environment, metrics } = options;
  const reporters: ErrorReporter[] = [];
  if (config["errors.log.enable"]) {
    const log = environment.logger("org.apache.kafka.connect.runtime.errors.LogReporter");
    reporters.push(new ErrorLog(spec.key, config["errors.log.include.messages"], log, metrics.errors));
  }
  if (config["errors.deadletterqueue.topic.name"] !== "") {
    const log = environment.logger("org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter");
    reporters.push(
      await DeadLetterQueue.open({
        config,
        connector: spec.connector,
        taskId: spec.taskId,
        createAdmin: () => environment.createAdmin(spec.deadLetterAdmin, log),
        createProducer: () => environment.createProducer(spec.deadLetterProducer, log),
        metrics: metrics.errors,
        log,
      }),
    );
  }
  return reporters;
}

/** `topics` (blanks and duplicates dropped) or `topics.regex`, exactly one of them. Throws ConnectError `config`. */
export function subscriptionOf(config: Readonly<Record<string, string>>): Subscription {
  const list = parseType("topics", "LIST", config["topics"] ?? "") as readonly string[];
  const topics = [...new Set(list.filter((topic) => topic !== ""))];
  const pattern = (config["topics.regex"] ?? "").trim();
  if (topics.length > 0 && pattern !== "")
    throw new ConnectError("config", "topics and topics.regex are mutually exclusive options, but both are set.");
  if (topics.length > 0) return { topics };
  if (pattern !== "") return { pattern: javaRegexWhole(pattern) };
  throw new ConnectError("config", "Must configure one of topics or topics.regex");
}
