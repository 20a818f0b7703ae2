import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { judgePython } from "../../support/python.js";
import { parseExactly } from "./json-same.js";

/**
 * Reads a line of JSON, `{"format", "compression", "base64"}`, and answers with a line: what fastavro or pyarrow find in the object, in
 * the shape of the recorded cases, or the decompressed bytes.
 */
const PROGRAM = `
import base64, datetime, gzip, io, json, math, struct, sys
from decimal import Decimal
import cramjam, fastavro, zstandard, pyarrow.parquet as pq
import fastavro._read as reading
reading.LOGICAL_READERS.clear()

def unpack(b, compression):
    if compression == "gzip":
        return gzip.decompress(b)
    if compression == "zstd":
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(b), read_across_frames=True).read()
    if compression == "snappy":
        assert b[:16] == bytes.fromhex("82534e41505059000000000100000001"), "not a snappy-java stream"
        at, out = 16, b""
        while at < len(b):
            size = struct.unpack_from(">I", b, at)[0]
            out += bytes(cramjam.snappy.decompress_raw(b[at + 4:at + 4 + size]))
            at += 4 + size
        return out
    return b

def plain(v):
    if isinstance(v, (bytes, bytearray)): return {"__bytes__": base64.b64encode(bytes(v)).decode()}
    if isinstance(v, dict): return {str(k): plain(x) for k, x in v.items()}
    if isinstance(v, tuple): return [plain(x) for x in v]
    if isinstance(v, list):
        if v and all(isinstance(x, tuple) and len(x) == 2 for x in v):
            return {"__map__": sorted(([plain(a), plain(b)] for a, b in v), key=lambda p: json.dumps(p[0]))}
        return [plain(x) for x in v]
    if isinstance(v, float) and not math.isfinite(v): return {"__double__": repr(v)}
    if isinstance(v, Decimal): return {"__decimal__": str(v)}
    if isinstance(v, (datetime.datetime, datetime.date, datetime.time)): return {"__time__": v.isoformat()}
    return v

def avro(b):
    reader = fastavro.reader(io.BytesIO(b))
    meta = reader.metadata
    return {"schema": json.loads(meta["avro.schema"]), "codec": meta.get("avro.codec"), "metaKeys": sorted(meta),
            "rows": [plain(row) for row in reader]}

def parquet(b):
    f = pq.ParquetFile(io.BytesIO(b))
    md = f.metadata
    kv = {k.decode(): v.decode() for k, v in (md.metadata or {}).items() if k != b"ARROW:schema"}
    columns = [f.schema.column(i) for i in range(len(f.schema))]
    return {
        "columns": [{"path": c.path, "physical": c.physical_type, "logical": str(c.logical_type),
                     "maxDef": c.max_definition_level, "maxRep": c.max_repetition_level} for c in columns],
        "metaKeys": sorted(kv),
        "avroSchema": json.loads(kv["parquet.avro.schema"]) if "parquet.avro.schema" in kv else None,
        "codecs": sorted({md.row_group(g).column(c).compression for g in range(md.num_row_groups) for c in range(md.num_columns)}),
        "numRows": md.num_rows, "rows": [plain(row) for row in f.read().to_pylist()]}

for line in sys.stdin:
    try:
        ask = json.loads(line)
        b = base64.b64decode(ask["base64"])
        if ask["format"] == "parquet": answer = parquet(b)
        else:
            b = unpack(b, ask["compression"])
            answer = avro(b) if ask["format"] == "avro" else base64.b64encode(b).decode()
        answer = {"answer": answer}
    except Exception as e:
        answer = {"error": type(e).__name__ + ": " + str(e)}
    print(json.dumps(answer), flush=True)
`;

/** Other implementations of the formats, asked one question after the other. */
export class Judge {
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start(): Promise<Judge> {
    const process = spawn(await judgePython(), ["-c", PROGRAM]);
    process.stderr.pipe(globalThis.process.stderr);
    return new Judge(process, createInterface(process.stdout)[Symbol.asyncIterator]());
  }

  /** Decompressed bytes of an object. */
  async unpack(bytes: Buffer, compression: string): Promise<Buffer> {
    return Buffer.from(
      (await this.#ask({ format: "text", compression, base64: bytes.toString("base64") })) as string,
      "base64",
    );
  }

  /** Schema, codec, metadata and rows of an Avro or Parquet object; numbers as {@link parseExactly} has them. */
  async decode(bytes: Buffer, format: "avro" | "parquet", compression: string): Promise<unknown> {
    return this.#ask({ format, compression, base64: bytes.toString("base64") });
  }

  stop(): void {
    this.process.stdin.end();
  }

  #ask(question: object): Promise<unknown> {
    const answer = this.#last.then(async () => {
      this.process.stdin.write(`${JSON.stringify(question)}\n`);
      const line = await this.lines.next();
      if (line.done === true) throw new Error("the judge has ended");
      const { answer: found, error } = parseExactly(line.value) as { answer?: unknown; error?: string };
      if (error !== undefined) throw new Error(`the judge cannot read the object: ${error}`);
      return found;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}
