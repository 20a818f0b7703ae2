/**
 * A place that keeps objects, as the rest of the connectors sees it. Nothing of an object is visible before its upload is
 * finished, and an abandoned upload leaves nothing.
 * All methods throw ConnectError: `already-exists` when a precondition does not hold, `retriable` for what may pass (retries
 * within the store are used up by then), `fatal` else.
 */
export interface ObjectStore {
  /** Chunks given to {@link ObjectUpload.write} are multiples of this. */
  readonly chunkUnitBytes: number;
  /** Makes an object in one request. `body` belongs to the store until the promise settles. */
  put(target: ObjectTarget, body: readonly Buffer[], precondition: Precondition): Promise<StoredObject>;
  /** An upload in chunks. Does no I/O before the first `write`. */
  begin(target: ObjectTarget, precondition: Precondition): ObjectUpload;
  /** Null where there is no such object. */
  stat(name: string): Promise<StoredObject | null>;
  /** Closes idle connections. */
  close(): void;
}

export interface ObjectTarget {
  readonly name: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** Custom metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StoredObject {
  readonly name: string;
  /** Changes with every overwrite; digits. */
  readonly generation: string;
  readonly sizeBytes: number;
  /** CRC-32C of the contents, unsigned; null where the store does not know it. */
  readonly crc32c: number | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What must hold for an object to be made. */
export type Precondition =
  | { readonly kind: "absent" }
  | { readonly kind: "generation"; readonly generation: string }
  /** Whatever is there is replaced. */
  | { readonly kind: "any" };

/** One upload. One call at a time. */
export interface ObjectUpload {
  /** Sends whole chunk units. The buffers belong to the upload until the promise settles. */
  write(chunk: readonly Buffer[]): Promise<void>;
  /** Sends the rest, of any length, and makes the object visible. */
  finish(rest: readonly Buffer[]): Promise<StoredObject>;
  /** Drops what was sent. Never throws; settles when the store was told. Does nothing after `finish` settled. */
  abandon(): Promise<void>;
}
