import { defineConfig, parseConfig, range, type ConfigValues } from "../api/index.js";

/** Worker properties that matter to a task; all other keys of the worker are ignored here. */
const TASK_SETTINGS = defineConfig({
  "offset.flush.interval.ms": { type: "LONG", default: 60000, importance: "LOW", doc: "Interval of offset commits." },
  "offset.flush.timeout.ms": { type: "LONG", default: 5000, importance: "LOW", doc: "A commit that is longer failed." },
  "topic.tracking.enable": { type: "BOOLEAN", default: true, importance: "LOW", doc: "Report active topics." },
  "metrics.sample.window.ms": {
    type: "LONG",
    default: 30000,
    validator: range(0),
    importance: "LOW",
    doc: "Window of a metrics sample.",
  },
  "metrics.num.samples": { type: "INT", default: 2, validator: range(1), importance: "LOW", doc: "Samples kept." },
});

/** Consumer properties that concern how the task is fed rather than the connection. */
const FEED_SETTINGS = defineConfig({
  "max.poll.records": {
    type: "INT",
    default: 500,
    validator: range(1),
    importance: "MEDIUM",
    doc: "Most records in one call of put.",
  },
});

export type TaskSettings = ConfigValues<typeof TASK_SETTINGS>;

/** Throws ConnectError `config`. */
export function parseTaskSettings(worker: Readonly<Record<string, string>>): TaskSettings {
  return parseConfig(TASK_SETTINGS, worker);
}

/** `max.poll.records` of the consumer. Throws ConnectError `config`. */
export function parseMaxPollRecords(consumer: Readonly<Record<string, string>>): number {
  return parseConfig(FEED_SETTINGS, consumer)["max.poll.records"];
}
