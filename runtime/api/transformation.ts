import type { SinkRecord } from "./sink-record.js";

/** Connect's `Transformation` (SMT). Synchronous and without I/O. */
export interface Transformation {
  /** `config` holds the SMT's own keys without the `transforms.<alias>.` prefix. Throws ConnectError `config`. */
  configure(config: Readonly<Record<string, string>>): void;
  /** The changed record, the same record, or null to drop it. Throws ConnectError `data`. */
  apply(record: SinkRecord): SinkRecord | null;
  close?(): void;
}

/** Connect's `Predicate`. */
export interface Predicate {
  configure(config: Readonly<Record<string, string>>): void;
  test(record: SinkRecord): boolean;
  close?(): void;
}
