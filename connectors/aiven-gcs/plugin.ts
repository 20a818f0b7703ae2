import { ConnectError, validateConfig, type Plugin } from "../../runtime/api/index.js";
import { readConfig } from "./config.js";
import { CONFIG_DEF, FINE_START_CONFIG_DEF, hasFineUnits, VERSION } from "./config-def.js";
import { AivenGcsTask } from "./task.js";

/** The Aiven sink for Google Cloud Storage; also under the name that Redpanda gave it. */
export const plugins: readonly Plugin[] = [
  {
    kind: "sink",
    className: "io.aiven.kafka.connect.gcs.GcsSinkConnector",
    alsoKnownAs: ["com.redpanda.kafka.connect.gcs.GcsSinkConnector"],
    version: VERSION,
    configDef: CONFIG_DEF,
    taskClassName: "io.aiven.kafka.connect.gcs.GcsSinkTask",
    validate: (config, values) => {
      const template = values.find(({ name }) => name === "file.name.template");
      if (template !== undefined && hasFineUnits(config)) {
        const key = FINE_START_CONFIG_DEF["file.name.template"];
        template.errors = validateConfig({ [template.name]: key }, config)[0]!.errors;
      }
      // The original dereferences the number that is not there; REST answers 500 with this text.
      const maxRecords = values.find(({ name }) => name === "file.max.records");
      if (config["file.max.records"] !== undefined && maxRecords?.value === null)
        throw new ConnectError("data", 'Cannot invoke "java.lang.Integer.intValue()" because "<parameter2>" is null', {
          javaClass: "java.lang.NullPointerException",
        });
    },
    start: (config) => {
      readConfig(config);
    },
    taskConfigs: (config, maxTasks) => Array.from({ length: maxTasks }, () => ({ ...config })),
    createTask: () => new AivenGcsTask(),
  },
];
