import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RecordColumns } from "../../../runtime/api/index.js";
import { FetchedRecords } from "../../../runtime/kafka/fetched-records.js";
import type { AbortedTransaction } from "../../../runtime/kafka/requests/fetch.js";
import type { PartitionBatch } from "../../../runtime/kafka/seam.js";
import { projectFolder } from "../../support/folders.js";

/** Offset, timestamp, key, value, headers; bytes as base64. */
type ExpectedRecord = [number, number, string | null, string | null, [string, string | null][]];

interface Golden {
  readonly bytes: string;
  readonly records?: ExpectedRecord[];
  readonly sha256?: string;
}

/** Made by Kafka's Java client: test/fixtures/kafka/RecordBatches.java. */
const goldens = JSON.parse(readFileSync(`${projectFolder}/test/fixtures/kafka/record-batches.json`, "utf8")) as Record<
  string,
  Golden
>;

interface ReadOptions {
  readonly fetchOffset?: number;
  readonly aborted?: readonly AbortedTransaction[];
  readonly readCommitted?: boolean;
  readonly limitBytes?: number;
  readonly checkCrcs?: boolean;
}

function fetched(bytes: Buffer, options: ReadOptions): FetchedRecords {
  const { fetchOffset = 0, aborted = [], readCommitted = false, checkCrcs = true } = options;
  // somewhere in a larger buffer, as in an answer with several partitions
  const buffer = Buffer.concat([Buffer.alloc(11, 0xff), bytes, Buffer.alloc(5, 0xff)]);
  const partition = {
    topic: "t",
    partition: 3,
    errorCode: 0,
    highWatermark: 0,
    lastStableOffset: 0,
    aborted,
    preferredReplica: -1,
    start: 11,
    end: 11 + bytes.length,
  };
  return new FetchedRecords({ topic: "t", partition: 3 }, buffer, partition, fetchOffset, { readCommitted, checkCrcs });
}

async function readAll(
  bytes: Buffer,
  options: ReadOptions = {},
): Promise<{ batches: PartitionBatch[]; nextOffset: number }> {
  const records = fetched(bytes, options);
  const batches: PartitionBatch[] = [];
  while (!records.drained) batches.push(...(await records.take(options.limitBytes ?? 1 << 20)));
  return { batches, nextOffset: records.nextOffset };
}

function rows(batches: readonly PartitionBatch[]): ExpectedRecord[] {
  return batches.flatMap(({ columns }) => Array.from({ length: columns.count }, (_, row) => readRow(columns, row)));
}

function readRow(c: RecordColumns, row: number): ExpectedRecord {
  const slice = (start: Int32Array, length: Int32Array): string | null =>
    length[row]! < 0 ? null : c.buffer.toString("base64", start[row], start[row]! + length[row]!);
  const headers: [string, string | null][] = [];
  let at = c.headersStart[row]!;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = c.buffer[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return (value >>> 1) ^ -(value & 1);
    }
  };
  const text = (): string | null => {
    const length = varint();
    if (length < 0) return null;
    at += length;
    return c.buffer.toString("base64", at - length, at);
  };
  assert.equal(varint(), c.headerCount[row]);
  for (let i = 0; i < c.headerCount[row]!; i++) headers.push([text()!, text()]);
  return [
    c.offsets[row]!,
    c.timestampsMs[row]!,
    slice(c.keyStart, c.keyLength),
    slice(c.valueStart, c.valueLength),
    headers,
  ];
}

function golden(name: string): Buffer {
  return Buffer.from(goldens[name]!.bytes, "base64");
}

describe("FetchedRecords", () => {
  for (const [name, { bytes, records, sha256 }] of Object.entries(goldens)) {
    if (name.startsWith("magic")) continue;
    it(`take() reads what Java reads: ${name}`, async () => {
      const { batches } = await readAll(Buffer.from(bytes, "base64"));
      const found = rows(batches);
      if (records !== undefined) assert.deepEqual(found, records);
      else assert.equal(createHash("sha256").update(JSON.stringify(found)).digest("base64"), sha256);
    });
  }

  it("take() says how far it read: behind control batches and what was compacted away", async () => {
    assert.equal((await readAll(golden("transactions"))).nextOffset, 15);
    const { batches, nextOffset } = await readAll(golden("compacted"));
    assert.equal(nextOffset, 31);
    assert.equal(batches.at(-1)?.nextOffset, 31);
  });

  it("take() puts neighbouring uncompressed batches into one set of columns, unless their timestamps differ in kind", async () => {
    const { batches } = await readAll(golden("several batches"));
    assert.deepEqual(
      batches.map(({ columns, nextOffset }) => [columns.count, columns.timestampType, nextOffset]),
      [
        [8, "CreateTime", 8],
        [3, "LogAppendTime", 11],
        [3, "CreateTime", 14],
        [1, "CreateTime", 15],
      ],
    );
  });

  it("take() stops at about the limit and goes on from there", async () => {
    const records = fetched(golden("several batches"), {});
    const counts: number[] = [];
    while (!records.drained) counts.push(...(await records.take(1)).map(({ columns }) => columns.count));
    assert.deepEqual(counts, [5, 3, 3, 3, 1]);
  });

  it("take() leaves out records before the offset that was asked for", async () => {
    for (const name of ["codec none", "codec zstd"]) {
      const found = rows((await readAll(golden(name), { fetchOffset: 5_000_000_037 })).batches);
      assert.deepEqual(found, goldens[name]!.records!.slice(37));
    }
    const { batches, nextOffset } = await readAll(golden("several batches"), { fetchOffset: 100 });
    assert.deepEqual(batches, []);
    assert.equal(nextOffset, 100);
  });

  it("take() with read_committed leaves out aborted transactions, also two of one producer", async () => {
    const aborted = [
      { producerId: 7, firstOffset: 12 },
      { producerId: 7, firstOffset: 0 },
    ];
    for (const limitBytes of [1, 1 << 20]) {
      const { batches, nextOffset } = await readAll(golden("transactions"), {
        aborted,
        readCommitted: true,
        limitBytes,
      });
      assert.deepEqual(
        rows(batches).map(([offset]) => offset),
        [3, 4, 6, 7, 8, 9],
      );
      assert.equal(nextOffset, 15);
    }
  });

  it("take() with read_uncommitted gives aborted records too", async () => {
    const { batches } = await readAll(golden("transactions"), { aborted: [{ producerId: 7, firstOffset: 0 }] });
    assert.deepEqual(
      rows(batches).map(([offset]) => offset),
      [0, 1, 2, 3, 4, 6, 7, 8, 9, 12, 13],
    );
  });

  it("take() refuses a batch whose bytes changed, after all that precedes it", async () => {
    const bytes = golden("several batches");
    bytes[bytes.length - 3]! ^= 1;
    const records = fetched(bytes, {});
    assert.equal(rows(await records.take(1 << 20)).length, 14);
    assert.equal(records.nextOffset, 14);
    await assert.rejects(records.take(1 << 20), {
      kind: "data",
      message: /Record is corrupt \(stored crc = \d+, computed/,
    });
  });

  it("take() never reads outside the batch, whatever its bytes are", async () => {
    for (const name of ["codec none", "codec gzip", "transactions", "compacted"]) {
      const original = golden(name);
      for (let at = 0; at < original.length; at += 3) {
        for (const value of [0, 0x7f, 0xff]) {
          const bytes = Buffer.from(original);
          bytes[at] = value;
          try {
            const { batches } = await readAll(bytes, { checkCrcs: false });
            for (const { columns } of batches) {
              for (let row = 0; row < columns.count; row++) {
                assert.ok(columns.headersStart[row]! < columns.buffer.length);
                assert.ok(columns.valueStart[row]! + columns.valueLength[row]! <= columns.buffer.length);
              }
            }
          } catch (error) {
            assert.equal((error as { kind?: string }).kind, "data", String(error));
          }
        }
      }
    }
  });

  it("take() is done with a batch that the broker has cut", async () => {
    const bytes = golden("several batches");
    const records = fetched(bytes.subarray(0, bytes.length - 1), {});
    assert.equal(rows(await records.take(1 << 20)).length, 14);
    assert.deepEqual(await records.take(1 << 20), []);
    assert.ok(records.drained);
    assert.equal(records.nextOffset, 14);
  });

  it("take() says so of the message formats before Kafka 0.11", async () => {
    for (const magic of [0, 1]) {
      await assert.rejects(readAll(golden(`magic ${magic}`)), { message: new RegExp(`old message format ${magic}`) });
    }
  });
});
