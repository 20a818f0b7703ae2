import type { InternalTopic } from "../storage/internal-topics.js";
import { withPrefix } from "./properties.js";
import type { DistributedConfig } from "./worker-config.js";

const PURPOSES = {
  config: "connector configurations",
  offset: "source connector offsets",
  status: "connector and task statuses",
} as const;

/** One of Connect's topics as the worker file describes it: `<kind>.storage.<setting>` are settings for its creation. */
export function internalTopic(config: DistributedConfig, kind: keyof typeof PURPOSES): InternalTopic {
  const settings = config.distributed;
  const partitions = {
    // There is one order of configurations, so one partition.
    config: 1,
    offset: settings["offset.storage.partitions"],
    status: settings["status.storage.partitions"],
  };
  const ours = ["topic", "partitions", "replication.factor", "file.filename", "cleanup.policy"];
  const configs = Object.entries(withPrefix(config.properties, `${kind}.storage.`)).filter(
    ([key]) => !ours.includes(key),
  );
  return {
    name: settings[`${kind}.storage.topic`],
    property: `${kind}.storage.topic`,
    purpose: PURPOSES[kind],
    partitions: partitions[kind],
    replicationFactor: settings[`${kind}.storage.replication.factor`],
    configs: Object.fromEntries(configs),
  };
}
