import type { NextOffsets, SinkBatch, TopicPartition } from "../../runtime/api/index.js";

/** How a task turns records into objects: by offset (`offset-files`) or by key (`keyed-objects`). Calls as in `SinkTask`. */
export interface RecordSink {
  open(partitions: readonly TopicPartition[]): Promise<void>;
  put(batches: readonly SinkBatch[]): Promise<void>;
  /** As `preCommit`. */
  flush(current: NextOffsets): Promise<NextOffsets>;
  close(partitions: readonly TopicPartition[]): Promise<void>;
  /** Lets go of everything that is not visible yet. */
  abandon(): Promise<void>;
}
