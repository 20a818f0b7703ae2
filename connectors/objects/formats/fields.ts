/** A part of a record that an envelope holds. */
export type OutputField = "key" | "value" | "offset" | "timestamp" | "headers";

/** What of a record goes into an object, and how. */
export interface EnvelopeOptions {
  /** In the configured order, possibly with duplicates. */
  readonly fields: readonly OutputField[];
  /** False: the single field stands alone. */
  readonly envelope: boolean;
}
