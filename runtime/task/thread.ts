import { monitorEventLoopDelay } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { collectWhenIdle } from "../api/index.js";
import { createAdmin } from "../kafka/admin.js";
import { createConsumer } from "../kafka/consumer.js";
import { createProducer } from "../kafka/producer.js";
import { Loggers } from "../logging/loggers.js";
import { loadPlugins } from "../plugins/load.js";
import { ThreadMemory } from "./memory-budget.js";
import type { FromThread, TaskKey, ThreadOptions, ToThread } from "./protocol.js";
import { TaskGroup } from "./task-group.js";

/** Entry of a task thread: puts the messages of the main thread to the tasks, and their events to the main thread. */

const PLUGIN_LOGGER = "org.apache.kafka.connect.runtime.isolation.PluginScanner";

/** How finely the event loop's delay is measured. */
const DELAY_RESOLUTION_MS = 50;

async function main(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("This module runs as a worker thread");
  const send = (message: FromThread): void => {
    port.postMessage(message);
  };
  const { plugins, budgetBytes, logLevels } = workerData as ThreadOptions;
  const loggers = new Loggers((line) => process.stdout.write(line));
  // The main thread has told already which plug-ins there are.
  loggers.configure(PLUGIN_LOGGER, "WARN");
  for (const [name, level] of logLevels) loggers.setLevel(name, level);
  const memory = new ThreadMemory(budgetBytes);
  const tasks = new TaskGroup({
    environment: {
      registry: await loadPlugins(plugins, loggers.get(PLUGIN_LOGGER)),
      createConsumer,
      createProducer,
      createAdmin,
      nowMs: Date.now,
    },
    logger: (name, key) => loggers.get(name, logContext(key)),
    memory,
    onEvent: send,
  });
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  port.on("message", (message: ToThread) => {
    switch (message.type) {
      case "start":
        tasks.start(message.task);
        return;
      case "pause":
        tasks.pause(message.key);
        return;
      case "resume":
        tasks.resume(message.key);
        return;
      case "stop":
        tasks.stop(message.key, message.timeoutMs);
        return;
      case "forget-topics":
        tasks.forgetTopics(message.connector);
        return;
      case "log-level":
        loggers.setLevel(message.logger, message.level);
        return;
      case "metrics":
        send({
          type: "metrics",
          request: message.request,
          tasks: tasks.metrics(),
          thread: {
            bufferedBytes: memory.usedBytes,
            budgetBytes: memory.limitBytes,
            eventLoopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS),
          },
        });
        delay.reset();
        return;
    }
  });
  collectWhenIdle();
  send({ type: "ready" });
}

/** What Connect prints before a task's messages: `[name|task-0] `. */
function logContext(key: TaskKey): string {
  const dash = key.lastIndexOf("-");
  return `[${key.slice(0, dash)}|task-${key.slice(dash + 1)}] `;
}

await main();
