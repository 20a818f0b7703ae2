import { connect, type Socket } from "node:net";
import { crc32c } from "@node-rs/crc32";
import { CODECS, compress, type Codec } from "../../runtime/kafka/compress.js";
import type { TestKafka } from "./topics.js";

export interface BulkRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

export interface BulkOptions {
  readonly recordsPerBatch?: number;
  readonly compression?: Codec;
  /** Of every record. */
  readonly timestampMs?: number;
}

/**
 * Fills partitions with many records fast: whole record batches (format 2) are encoded here and sent with plain Produce
 * requests (version 7), one partition after the other, acknowledged by the leader. `record` gives the record for an
 * index within the partition.
 */
export async function produceBulk(
  kafka: TestKafka,
  topic: string,
  recordsPerPartition: number,
  record: (index: number, partition: number) => BulkRecord,
  { recordsPerBatch = 5_000, compression = "none", timestampMs = Date.now() }: BulkOptions = {},
): Promise<void> {
  for (const { partition, address } of await leaders(kafka, topic)) {
    const connection = await BrokerConnection.open(address);
    try {
      for (let first = 0; first < recordsPerPartition; first += recordsPerBatch) {
        const count = Math.min(recordsPerBatch, recordsPerPartition - first);
        const records = Array.from({ length: count }, (_, i) => record(first + i, partition));
        await connection.produce(topic, partition, encodeRecordBatch(records, timestampMs, compression));
      }
    } finally {
      connection.close();
    }
  }
}

async function leaders(kafka: TestKafka, topic: string) {
  return kafka.withAdmin(async (admin) => {
    const { brokers } = await admin.describeCluster();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.flatMap(({ partitions }) =>
      partitions.map(({ partitionId, leader }) => {
        const broker = brokers.find(({ nodeId }) => nodeId === leader);
        if (broker === undefined) throw new Error(`${topic}-${partitionId} has no leader`);
        return { partition: partitionId, address: { host: broker.host, port: broker.port } };
      }),
    );
  });
}

/** A record batch as the broker stores it; base offset 0, no producer id. */
export function encodeRecordBatch(
  records: readonly BulkRecord[],
  timestampMs: number,
  compression: Codec = "none",
): Buffer {
  const body = compress(compression, encodeRecords(records));
  const batch = Buffer.allocUnsafe(61 + body.length);
  batch.writeBigInt64BE(0n, 0); // base offset
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12); // leader epoch
  batch.writeInt8(2, 16); // format
  batch.writeInt16BE(CODECS[compression], 21);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(timestampMs), 27);
  batch.writeBigInt64BE(BigInt(timestampMs), 35);
  batch.writeBigInt64BE(-1n, 43); // producer id
  batch.writeInt16BE(-1, 51); // producer epoch
  batch.writeInt32BE(-1, 53); // base sequence
  batch.writeInt32BE(records.length, 57);
  body.copy(batch, 61);
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
  return batch;
}

function encodeRecords(records: readonly BulkRecord[]): Buffer {
  let size = 0;
  for (const { key, value } of records) size += 32 + (key?.length ?? 0) + (value?.length ?? 0);
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [index, { key, value }] of records.entries()) {
    const keySize = varintSize(key === null ? -1 : key.length) + (key?.length ?? 0);
    const valueSize = varintSize(value === null ? -1 : value.length) + (value?.length ?? 0);
    // Attributes, timestamp delta 0 and header count 0 take one byte each.
    at = writeVarint(out, at, 3 + varintSize(index) + keySize + valueSize);
    out[at++] = 0;
    at = writeVarint(out, at, 0);
    at = writeVarint(out, at, index);
    at = writeBytes(out, at, key);
    at = writeBytes(out, at, value);
    at = writeVarint(out, at, 0);
  }
  return out.subarray(0, at);
}

function writeBytes(out: Buffer, at: number, bytes: Uint8Array | null): number {
  const start = writeVarint(out, at, bytes === null ? -1 : bytes.length);
  if (bytes === null) return start;
  out.set(bytes, start);
  return start + bytes.length;
}

/** Kafka's varint: zigzag, seven bits per byte. */
function writeVarint(out: Buffer, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    out[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  out[at++] = rest;
  return at;
}

function varintSize(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  while (rest >= 0x80) {
    rest >>>= 7;
    size++;
  }
  return size;
}

/** One plaintext connection that knows one request. */
class BrokerConnection {
  private correlationId = 0;
  private received = Buffer.alloc(0);
  private waiter: { resolve: (frame: Buffer) => void; reject: (error: Error) => void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      if (this.received.length < 4) return;
      const end = 4 + this.received.readInt32BE(0);
      if (this.received.length < end) return;
      this.waiter?.resolve(this.received.subarray(4, end));
      this.received = this.received.subarray(end);
    });
    socket.on("error", (error) => this.waiter?.reject(error));
    socket.on("close", () => this.waiter?.reject(new Error("the broker closed the connection")));
  }

  static async open(address: { host: string; port: number }): Promise<BrokerConnection> {
    const socket = connect(address.port, address.host);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new BrokerConnection(socket);
  }

  async produce(topic: string, partition: number, batch: Buffer): Promise<void> {
    const head = Buffer.concat([
      int16(0), // Produce
      int16(7),
      int32(++this.correlationId),
      text("sluice-test"),
      int16(-1), // no transactional id
      int16(1), // acks
      int32(30_000),
      int32(1),
      text(topic),
      int32(1),
      int32(partition),
      int32(batch.length),
    ]);
    const answered = new Promise<Buffer>((resolve, reject) => {
      this.waiter = { resolve, reject };
    });
    this.socket.write(Buffer.concat([int32(head.length + batch.length), head, batch]));
    const answer = await answered;
    // correlation id, topic count, topic, partition count, partition, error
    const error = answer.readInt16BE(4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4);
    if (error !== 0) throw new Error(`the broker refused a batch for ${topic}-${partition}: error code ${error}`);
  }

  close(): void {
    this.socket.destroy();
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)]);
}
