import type { Plugin } from "../../runtime/api/index.js";
import { checkConnector, validateTogether } from "./config.js";
import { CONFIG_DEF, VERSION } from "./config-def.js";
import { ConfluentGcsTask } from "./task.js";

/** Keys that only this sink's configurations have: they tell it from others called GcsSinkConnector. */
const OWN_KEYS = ["flush.size", "format.class", "output.data.format"];

/** The Confluent sink for Google Cloud Storage. */
export const plugins: readonly Plugin[] = [
  {
    kind: "sink",
    className: "io.confluent.connect.gcs.GcsSinkConnector",
    version: VERSION,
    configDef: CONFIG_DEF,
    taskClassName: "io.confluent.connect.gcs.GcsSinkTask",
    claims: (config) => OWN_KEYS.some((key) => (config[key] ?? null) !== null),
    validate: (_config, values) => {
      validateTogether(values);
    },
    start: checkConnector,
    taskConfigs: (config, maxTasks) => Array.from({ length: maxTasks }, () => ({ ...config })),
    createTask: () => new ConfluentGcsTask(),
  },
];
