import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AvroCodec } from "../../../../connectors/objects/formats/avro/block-codec.js";
import { AvroContainer } from "../../../../connectors/objects/formats/avro/container.js";
import { ParquetFileWriter } from "../../../../connectors/objects/formats/parquet/file-writer.js";
import type { ParquetCodec } from "../../../../connectors/objects/formats/parquet/page-compression.js";
import { planParquet } from "../../../../connectors/objects/formats/parquet/plan.js";
import { compileShredder } from "../../../../connectors/objects/formats/parquet/shredder.js";
import { AvroInput } from "../../../../runtime/api/avro/avro-input.js";
import { AvroOutput } from "../../../../runtime/api/avro/avro-output.js";
import { printableAvro } from "../../../../runtime/api/avro/avro-print.js";
import { parseAvroSchema } from "../../../../runtime/api/avro/avro-schema.js";
import { compileAvroWriter } from "../../../../runtime/api/avro/avro-writer.js";
import { avroSchemaOf } from "../../../../runtime/api/avro/connect-to-avro.js";
import { sampleRow, sampleSchema } from "../../../support/avro-sample.js";
import { temporaryFolder } from "../../../support/folders.js";
import { runCommand } from "../../../support/process.js";
import { judgePython } from "../../../support/python.js";

/** More than a page of 20,000 rows. */
const ROWS = 21_000;
const FEW_ROWS = 2000;
const json = printableAvro(avroSchemaOf(sampleSchema));
const type = parseAvroSchema(json);

/** Every row of the file, as fastavro (avro) or pyarrow and DuckDB (parquet) read it, must equal fastavro's reading of `reference`. */
const JUDGE = `
import sys, fastavro, pyarrow.parquet as pq, duckdb
reference, *files = sys.argv[1:]
def avro(name):
    with open(name, "rb") as f: return list(fastavro.reader(f))
expected = avro(reference)
for name in files:
    if name.endswith(".avro"):
        rows = avro(name)
    else:
        rows = pq.read_table(name).to_pylist()
        for row in rows: row["map"] = dict(row["map"])
        [(count, total, texts)] = duckdb.sql(f"select count(*), sum(id), count(distinct text) from '{name}'").fetchall()
        assert (count, total) == (len(rows), sum(r["id"] for r in expected[:len(rows)])), name
        stats = pq.read_metadata(name).row_group(0).column(0).statistics
        assert stats.min <= min(r["id"] for r in expected[:1000]), stats
    for a, b in zip(rows, expected): assert a == b, (name, a, b)
    print("same", len(rows))
`;

async function writeAvro(path: string, codec: AvroCodec, count: number): Promise<void> {
  const parts: Buffer[] = [];
  const container = new AvroContainer(JSON.stringify(json), codec, (bytes) => parts.push(Buffer.from(bytes)));
  for (const encoded of encodedRows(count)) {
    container.append(encoded.buffer, 0, encoded.length);
    await container.settle();
  }
  await container.finish();
  writeFileSync(path, Buffer.concat(parts));
}

async function writeParquet(
  path: string,
  codec: ParquetCodec,
  oldListStructure: boolean,
  count: number,
): Promise<void> {
  assert.equal(type.kind, "record");
  const parts: Buffer[] = [];
  const plan = planParquet(type, { oldListStructure });
  const options = { codec, rowGroupBytes: 300_000, keyValues: [], createdBy: "test" };
  const writer = new ParquetFileWriter(plan, options, (bytes) => parts.push(Buffer.from(bytes)));
  const shred = compileShredder(plan, writer.vectors);
  const input = new AvroInput();
  for (const encoded of encodedRows(count)) {
    input.reset(encoded.buffer, 0, encoded.length);
    writer.appendRow(shred, input);
    if (writer.pagesDue) await writer.flushPages();
  }
  await writer.finish();
  writeFileSync(path, Buffer.concat(parts));
}

function* encodedRows(count: number): Generator<AvroOutput> {
  const write = compileAvroWriter(sampleSchema, type);
  const out = new AvroOutput();
  for (let i = 0; i < count; i++) {
    out.clear();
    write(sampleRow(i), out);
    yield out;
  }
}

describe("Avro and Parquet objects, judged by other implementations", () => {
  it("AvroContainer and ParquetFileWriter write what fastavro, pyarrow and DuckDB read back, with every codec", async () => {
    const folder = temporaryFolder("judged");
    const files: string[] = [];
    const counts: number[] = [];
    const file = (name: string, count: number): string => {
      counts.push(count);
      files.push(join(folder, name));
      return files.at(-1)!;
    };
    await writeAvro(file("null.avro", ROWS), "null", ROWS);
    for (const codec of ["deflate", "snappy", "bzip2", "zstandard"] as const) {
      await writeAvro(file(`${codec}.avro`, FEW_ROWS), codec, FEW_ROWS);
    }
    await writeParquet(file("many.parquet", ROWS), "snappy", true, ROWS);
    for (const codec of ["none", "gzip", "zstd"] as const) {
      await writeParquet(file(`${codec}.parquet`, FEW_ROWS), codec, codec === "none", FEW_ROWS);
    }
    const script = join(folder, "judge.py");
    writeFileSync(script, JUDGE);
    const said = await runCommand({ name: "judge", command: await judgePython(), args: [script, files[0]!, ...files] });
    assert.equal(said.trim(), counts.map((count) => `same ${count}`).join("\n"));
  });
});
