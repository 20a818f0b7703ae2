/** The entry for plug-in authors: everything that a plug-in may import. */
export * from "./config-def.js";
export * from "./converter.js";
export * from "./errors.js";
export * from "./exact-number.js";
export * from "./java-number.js";
export * from "./log.js";
export * from "./plugin.js";
export { DatumVerdict } from "./record-columns.js";
export type { LazyColumn, LazyColumns, RecordColumns, SinkBatch } from "./record-columns.js";
export * from "./schema.js";
export * from "./sink-record.js";
export * from "./sink-task.js";
export * from "./topic-partition.js";
export * from "./transformation.js";
