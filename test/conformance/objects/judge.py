"""Reads lines of JSON, {"shape", "format", "compression", "base64"}, and answers each with a line: what fastavro or pyarrow find in
the object, in the shape of one of the two sets of recorded cases, or the decompressed bytes."""
import base64, datetime, gzip, io, json, math, re, struct, sys
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


class Shape:
    """How values that JSON lacks are marked: `__bytes__` or `$bytes`; entries of maps come in any order."""

    def __init__(self, mark, every_double, sort_key):
        self.mark, self.every_double, self.sort_key = mark, every_double, sort_key

    def plain(self, v):
        if isinstance(v, (bytes, bytearray)): return {self.mark("bytes"): base64.b64encode(bytes(v)).decode()}
        if isinstance(v, dict): return {str(k): self.plain(x) for k, x in v.items()}
        if isinstance(v, tuple): return [self.plain(x) for x in v]
        if isinstance(v, list):
            if v and all(isinstance(x, tuple) and len(x) == 2 for x in v):
                return {self.mark("map"): sorted(([self.plain(a), self.plain(b)] for a, b in v), key=self.sort_key)}
            return [self.plain(x) for x in v]
        if isinstance(v, float) and (self.every_double or not math.isfinite(v)): return {self.mark("double"): repr(v)}
        if isinstance(v, Decimal): return {self.mark("decimal"): str(v)}
        if isinstance(v, (datetime.datetime, datetime.date, datetime.time)): return {self.mark("time"): v.isoformat()}
        return v


AIVEN = Shape(lambda name: f"__{name}__", False, lambda pair: json.dumps(pair[0]))
CONFLUENT = Shape(lambda name: f"${name}", True, json.dumps)


def aiven_avro(b):
    reader = fastavro.reader(io.BytesIO(b))
    meta = reader.metadata
    return {"schema": json.loads(meta["avro.schema"]), "codec": meta.get("avro.codec"), "metaKeys": sorted(meta),
            "rows": [AIVEN.plain(row) for row in reader]}


def confluent_avro(b):
    reader = fastavro.reader(io.BytesIO(b))
    return {"schema": json.loads(reader.metadata["avro.schema"]), "codec": reader.codec,
            "records": [CONFLUENT.plain(row) for row in reader]}


def codecs(md):
    chunks = [md.row_group(g).column(c) for g in range(md.num_row_groups) for c in range(md.num_columns)]
    return sorted({chunk.compression for chunk in chunks})


def aiven_parquet(b):
    f = pq.ParquetFile(io.BytesIO(b))
    md = f.metadata
    kv = {k.decode(): v.decode() for k, v in (md.metadata or {}).items() if k != b"ARROW:schema"}
    columns = [f.schema.column(i) for i in range(len(f.schema))]
    return {
        "columns": [{"path": c.path, "physical": c.physical_type, "logical": str(c.logical_type),
                     "maxDef": c.max_definition_level, "maxRep": c.max_repetition_level} for c in columns],
        "metaKeys": sorted(kv),
        "avroSchema": json.loads(kv["parquet.avro.schema"]) if "parquet.avro.schema" in kv else None,
        "codecs": codecs(md), "numRows": md.num_rows, "rows": [AIVEN.plain(row) for row in f.read().to_pylist()]}


def schema_lines(f):
    """pyarrow's rendering without its noise; the legacy annotation of a map's inner group counts for nothing."""
    lines = [re.sub(r", is_from_converted_type=\w+, force_set_converted_type=\w+", "", line.replace(" field_id=-1", ""))
             for line in str(f.schema).splitlines() if not line.startswith("<")]
    return [re.sub(r"( key_value| map) \((Map|MapKeyValue|Unknown)\) \{", r"\1 {", line) for line in lines]


def confluent_parquet(b):
    f = pq.ParquetFile(io.BytesIO(b))
    md = f.metadata
    schema = (md.metadata or {}).get(b"parquet.avro.schema")
    answer = {"schema": schema_lines(f), "codecs": codecs(md), "numRows": md.num_rows,
              "avroSchema": None if schema is None else json.loads(schema)}
    try:
        answer["rows"] = [CONFLUENT.plain(row) for row in f.read().to_pylist()]
    except Exception as e:
        # Nested shapes that pyarrow cannot rebuild; the recordings lack their rows for the same reason.
        answer["rows"] = None
        answer["unreadable"] = str(e)
    return answer


DECODERS = {"aiven": {"avro": aiven_avro, "parquet": aiven_parquet},
            "confluent": {"avro": confluent_avro, "parquet": confluent_parquet}}

for line in sys.stdin:
    try:
        ask = json.loads(line)
        b = base64.b64decode(ask["base64"])
        if ask["format"] != "parquet": b = unpack(b, ask["compression"])
        answer = base64.b64encode(b).decode() if ask["format"] == "text" else DECODERS[ask["shape"]][ask["format"]](b)
        answer = {"answer": answer}
    except Exception as e:
        answer = {"error": type(e).__name__ + ": " + str(e)}
    print(json.dumps(answer), flush=True)
