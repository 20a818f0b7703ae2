import type {
  ConnectorInfo,
  ConnectorStatus,
  InstanceState,
  LoggerLevel,
  PluginInfo,
  SinkOffset,
  TaskInfo,
  TaskState,
} from "../runtime/herder.js";

/** What the herder knows, in the shape and field order of the JVM's entities (Kafka 4.1). */

export function connectorInfoJson({ name, config, tasks, type }: ConnectorInfo): object {
  return { name, config, tasks: tasks.map(({ connector, task }) => ({ connector, task })), type };
}

export function connectorStatusJson({ name, connector, tasks, type }: ConnectorStatus): object {
  return { name, connector: instanceStateJson(connector), tasks: tasks.map(taskStateJson), type };
}

export function taskStateJson(task: TaskState): object {
  return { id: task.id, ...instanceStateJson(task) };
}

function instanceStateJson({ state, workerId, version, trace }: InstanceState): object {
  // Clients decode these fields as strings; a version is missing only where an older worker wrote the status.
  return {
    state,
    worker_id: workerId,
    ...(version === null ? {} : { version }),
    ...(trace === null || trace === "" ? {} : { trace }),
  };
}

export function taskInfoJson({ id, config }: TaskInfo): object {
  return { id: { connector: id.connector, task: id.task }, config };
}

export function offsetsJson(offsets: readonly SinkOffset[]): object {
  return {
    offsets: offsets.map(({ partition, offset }) => ({
      partition: { kafka_topic: partition.kafka_topic, kafka_partition: partition.kafka_partition },
      offset: offset === null ? null : { kafka_offset: offset.kafka_offset },
    })),
  };
}

export function pluginInfoJson({ className, type, version }: PluginInfo): object {
  return { class: className, type, ...(version === "undefined" ? {} : { version }) };
}

export function loggerJson({ level, lastModifiedMs }: LoggerLevel): object {
  return { level, last_modified: lastModifiedMs };
}
