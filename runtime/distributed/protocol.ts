import { ConnectError } from "../api/index.js";
import type { ConnectorTaskId } from "../herder.js";
import { NO_WORK, type Work } from "./work.js";

/**
 * Bytes of Connect's group protocol: what a member says when it joins, and what the leader answers. Big-endian Kafka primitives.
 * Version 0 is `default` (eager), 1 `compatible` and 2 `sessioned` (both incremental; 2 also signs requests between workers).
 * Sources: `ConnectProtocol`, `IncrementalCooperativeConnectProtocol` (KIP-415, KIP-507), Connect 4.1.
 */

export type ProtocolName = "default" | "compatible" | "sessioned";

export const PROTOCOL_VERSIONS: Readonly<Record<ProtocolName, number>> = { default: 0, compatible: 1, sessioned: 2 };

/** Error code of an assignment that nobody can start, as the leader has not read what a member has read. */
export const CONFIG_MISMATCH = 1;

export interface MemberMetadata {
  readonly version: number;
  /** REST URL of the worker, with a trailing slash. */
  readonly url: string;
  /** Offset of the last config record read + 1. */
  readonly configOffset: number;
  /** All that the member runs; null before its first assignment and in version 0. */
  readonly allocation: Assignment | null;
}

export interface Assignment {
  readonly version: number;
  readonly error: number;
  /** Group member id of the leader. */
  readonly leader: string;
  readonly leaderUrl: string;
  readonly configOffset: number;
  /** Version 0: everything. Later versions: what is new, or, within a member's metadata, everything. */
  readonly assigned: Work;
  readonly revoked: Work;
  /** Time until lost work is given out; 0: nothing is lost. */
  readonly delayMs: number;
}

export function encodeMetadata(metadata: MemberMetadata): Uint8Array {
  const writer = new Writer();
  writer.int16(metadata.version).string(metadata.url).int64(metadata.configOffset);
  if (metadata.version > 0)
    writer.nullableBytes(metadata.allocation === null ? null : encodeAssignment(metadata.allocation));
  return writer.bytes();
}

/** Throws ConnectError `fatal` when the bytes are cut short. */
export function decodeMetadata(bytes: Uint8Array): MemberMetadata {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const url = reader.string();
  const configOffset = reader.int64();
  const allocation = version > 0 && reader.hasMore() ? reader.nullableBytes() : null;
  return {
    version,
    url,
    configOffset,
    allocation: allocation === null || allocation.length === 0 ? null : decodeAssignment(allocation),
  };
}

export function encodeAssignment(assignment: Assignment): Uint8Array {
  const writer = new Writer();
  writer.int16(assignment.version).int16(assignment.error).string(assignment.leader).string(assignment.leaderUrl);
  writer.int64(assignment.configOffset);
  writer.work(assignment.assigned);
  if (assignment.version > 0) writer.work(assignment.revoked).int32(assignment.delayMs);
  return writer.bytes();
}

/** Fields missing at the end count as empty. Throws ConnectError `fatal` when the bytes are cut short within a field. */
export function decodeAssignment(bytes: Uint8Array): Assignment {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const error = reader.int16();
  const leader = reader.string();
  const leaderUrl = reader.string();
  const configOffset = reader.int64();
  const assigned = reader.hasMore() ? reader.work() : NO_WORK;
  const revoked = version > 0 && reader.hasMore() ? reader.work() : NO_WORK;
  const delayMs = version > 0 && reader.hasMore() ? reader.int32() : 0;
  return { version, error, leader, leaderUrl, configOffset, assigned, revoked, delayMs };
}

/** Stands for the connector itself in a list of task ids. */
const CONNECTOR_ITSELF = -1;

class Writer {
  readonly #parts: Buffer[] = [];

  int16(value: number): this {
    const part = Buffer.alloc(2);
    part.writeInt16BE(value);
    return this.#push(part);
  }
  int32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32BE(value);
    return this.#push(part);
  }
  int64(value: number): this {
    const part = Buffer.alloc(8);
    part.writeBigInt64BE(BigInt(value));
    return this.#push(part);
  }
  string(value: string): this {
    const text = Buffer.from(value, "utf8");
    return this.int16(text.length).#push(text);
  }
  nullableBytes(value: Uint8Array | null): this {
    return value === null ? this.int32(-1) : this.int32(value.length).#push(Buffer.from(value));
  }
  /** Connectors first, then connectors of which there are tasks only, as Connect writes them. */
  work(work: Work): this {
    const entries = new Map<string, number[]>(work.connectors.map((name) => [name, [CONNECTOR_ITSELF]]));
    for (const { connector, task } of work.tasks) {
      const ids = entries.get(connector) ?? [];
      entries.set(connector, ids);
      ids.push(task);
    }
    this.int32(entries.size);
    for (const [connector, ids] of entries) {
      this.string(connector).int32(ids.length);
      for (const id of ids) this.int32(id);
    }
    return this;
  }
  bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
  #push(part: Buffer): this {
    this.#parts.push(part);
    return this;
  }
}

class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  hasMore(): boolean {
    return this.#at < this.#buffer.length;
  }
  int16(): number {
    return this.#buffer.readInt16BE(this.#take(2));
  }
  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4));
  }
  int64(): number {
    const value = Number(this.#buffer.readBigInt64BE(this.#take(8)));
    if (!Number.isSafeInteger(value)) throw new ConnectError("fatal", `Config offset out of range: ${String(value)}`);
    return value;
  }
  string(): string {
    const length = Math.max(0, this.int16());
    const start = this.#take(length);
    return this.#buffer.toString("utf8", start, start + length);
  }
  nullableBytes(): Uint8Array | null {
    const length = this.int32();
    if (length < 0) return null;
    const start = this.#take(length);
    return this.#buffer.subarray(start, start + length);
  }
  work(): Work {
    const connectors: string[] = [];
    const tasks: ConnectorTaskId[] = [];
    for (let entries = this.int32(); entries > 0; entries--) {
      const connector = this.string();
      for (let ids = this.int32(); ids > 0; ids--) {
        const id = this.int32();
        if (id === CONNECTOR_ITSELF) connectors.push(connector);
        else tasks.push({ connector, task: id });
      }
    }
    return { connectors, tasks };
  }
  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#buffer.length) throw new ConnectError("fatal", "Group protocol message is cut short");
    this.#at += length;
    return start;
  }
}
