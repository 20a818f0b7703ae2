import { closeSync, openSync, writeSync } from "node:fs";
import {
  defineConfig,
  javaToString,
  parseConfig,
  type Plugin,
  type SinkBatch,
  type SinkTask,
  type SinkTaskContext,
} from "../../../../runtime/api/index.js";

const CONFIG = defineConfig({
  file: {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "Destination filename. If not specified, the standard output will be used",
  },
});

/** Kafka's example sink: each value as Java prints it, a line each, appended to a file. */
class FileStreamSinkTask implements SinkTask {
  #file: number | null = null;

  start(_context: SinkTaskContext, config: Readonly<Record<string, string>>): Promise<void> {
    const { file } = parseConfig(CONFIG, config);
    if (file !== null) this.#file = openSync(file, "a");
    return Promise.resolve();
  }

  put(batches: readonly SinkBatch[]): Promise<void> {
    let lines = "";
    for (const batch of batches)
      for (let i = 0; i < batch.count; i++) {
        const { value, schema } = batch.record(i).value;
        lines += `${javaToString(value, schema)}\n`;
      }
    if (lines !== "") writeSync(this.#file ?? 1, lines);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    if (this.#file !== null) closeSync(this.#file);
    return Promise.resolve();
  }
}

export const plugins: readonly Plugin[] = [
  {
    kind: "sink",
    className: "org.apache.kafka.connect.file.FileStreamSinkConnector",
    taskClassName: "org.apache.kafka.connect.file.FileStreamSinkTask",
    version: "4.1.1",
    configDef: CONFIG,
    taskConfigs: (config, maxTasks) => Array.from({ length: maxTasks }, () => ({ ...config })),
    createTask: () => new FileStreamSinkTask(),
  },
];
