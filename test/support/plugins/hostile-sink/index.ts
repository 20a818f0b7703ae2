import type { Plugin, SinkBatch, SinkTask } from "../../../../runtime/api/index.js";

/** A sink that does to its thread what records tell it: `throw` outside of any call, `exit`, `block` for ever. */
class HostileSinkTask implements SinkTask {
  start(): Promise<void> {
    return Promise.resolve();
  }

  put(batches: readonly SinkBatch[]): Promise<void> {
    for (const batch of batches) for (let i = 0; i < batch.count; i++) obey(String(batch.record(i).value.value));
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function obey(order: string): void {
  if (order === "exit") process.exit(3);
  if (order === "throw")
    setImmediate(() => {
      throw new TypeError("thrown outside of any call");
    });
  while (order === "block");
}

export const plugins: readonly Plugin[] = [
  {
    kind: "sink",
    className: "sluice.test.HostileSinkConnector",
    taskClassName: "sluice.test.HostileSinkTask",
    version: "1",
    configDef: {},
    taskConfigs: (config, maxTasks) => Array.from({ length: maxTasks }, () => ({ ...config })),
    createTask: () => new HostileSinkTask(),
  },
];
