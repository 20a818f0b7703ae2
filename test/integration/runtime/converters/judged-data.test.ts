import assert from "node:assert/strict";
import {
  DatumVerdict,
  Decimal,
  Struct,
  type Converter,
  type Plugin,
  type Schema,
} from "../../../../runtime/api/index.js";
import { avroPlugins } from "../../../../runtime/converters/avro/avro-converter.js";
import { jsonSchemaPlugins } from "../../../../runtime/converters/json-schema/json-schema-converter.js";
import { protobufPlugins } from "../../../../runtime/converters/protobuf/protobuf-converter.js";
import { temporaryFolder } from "../../../support/folders.js";
import { runCommand } from "../../../support/process.js";
import { pythonWith } from "../../../support/python.js";
import { SchemaRegistry } from "../../../support/schema-registry.js";
import { valueColumns, wireMessage } from "../../../support/wire-format.js";

/** Prints a line of JSON for each datum: its schema, its bytes and what was written, as `plain` below prints it. */
const WRITERS = String.raw`
import base64, io, json, struct, sys
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MIN, MAX = -2**63, 2**63 - 1
FLOATS = [0.1, -0.0, 5e-324, -1.7976931348623157e308, 2.2250738585072014e-308, 1e23, float("inf"), float("-inf"), float("nan")]
SINGLES = [struct.unpack(">f", bytes.fromhex(h))[0] for h in ("00000001", "7f7fffff", "ff7fffff", "3dcccccd", "80000000", "7f800000")]
TEXTS = ["", "\0", "é", "日本語", "😀👩‍👩‍👧", "a\"\\\n", "\u2028\uffff", "x" * 70000]

def plain(v):
    if v is None: return None
    if isinstance(v, bool): return "true" if v else "false"
    if isinstance(v, float): return "nan" if v != v else struct.pack(">d", v).hex()
    if isinstance(v, bytes): return "0x" + v.hex()
    if isinstance(v, datetime): return str((v - EPOCH) // timedelta(milliseconds=1))
    if isinstance(v, date): return str((v - EPOCH.date()).days * 86400000)
    if isinstance(v, time): return str(((v.hour * 60 + v.minute) * 60 + v.second) * 1000 + v.microsecond // 1000)
    if isinstance(v, dict): return {str(k): plain(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)): return [plain(x) for x in v]
    return str(v)

def out(format, schema, datum, expected):
    print(json.dumps({"format": format, "schema": schema, "datum": base64.b64encode(datum).decode(), "expected": plain(expected)}))

def avro():
    import fastavro
    count = 0
    def each(schema, written, expected=None):
        nonlocal count
        for i, value in enumerate(written):
            count += 1
            record = {"type": "record", "name": f"R{count}", "fields": [{"name": "before", "type": "int"}, {"name": "v", "type": schema}, {"name": "after", "type": "string"}]}
            data = io.BytesIO()
            row = {"before": -count, "v": value, "after": "end"}
            fastavro.schemaless_writer(data, fastavro.parse_schema(record), row)
            out("AVRO", json.dumps(record), data.getvalue(), {**row, "v": expected[i] if expected else value})
    each("long", [MIN, MAX, MIN + 1, 2**53, 2**53 + 1, -2**53 - 1, 2**31, -2**31 - 1, 0, -1, 63, 64, -64, -65] + [s * 2**k + d for k in range(6, 63, 7) for s in (1, -1) for d in (-1, 0, 1)])
    each("int", [-2**31, 2**31 - 1, 0, -1])
    each("double", FLOATS)
    each("float", SINGLES)
    each("string", TEXTS)
    each("bytes", [b"", bytes(range(256))])
    each("boolean", [True, False])
    decimals = [Decimal(t) for t in ("0E-10", "0.0000000001", "-0.0000000001", "1.2800000000", "-1.2800000000", "0.0000000128", "-0.0000000129", "9" * 28 + "." + "9" * 10, "-" + "9" * 28 + "." + "9" * 10, "9223372036.8547758080")]
    logical = {"logicalType": "decimal", "precision": 38, "scale": 10}
    each({"type": "bytes", **logical}, decimals)
    each({"type": "fixed", "name": "F", "size": 16, **logical}, decimals)
    each(["null", {"type": "fixed", "name": "F", "size": 20, **logical}], decimals + [None])
    each({"type": "fixed", "name": "F", "size": 3}, [b"\0\xff\x80"])
    each({"type": "enum", "name": "E", "symbols": ["A", "_b", "C9"]}, ["A", "_b", "C9"])
    each(["null", "long"], [None, MIN, MAX])
    each(["string", "null"], ["", "😀", None])
    named = [{"type": "record", "name": "n.Rec", "fields": [{"name": "a", "type": ["null", "string"]}]}, {"type": "enum", "name": "n.En", "symbols": ["X", "Y"]}, {"type": "fixed", "name": "n.Fi", "size": 2}]
    union = ["null", "int", "long", "double", "boolean", "string", "bytes", {"type": "array", "items": "long"}, {"type": "map", "values": ["null", "double"]}, *named]
    names = ["int", "long", "double", "boolean", "string", "bytes", "array", "map", "Rec", "En", "Fi"]
    chosen = [("int", 7), ("long", MIN), ("double", 1.0), ("boolean", False), ("string", "é"), ("bytes", b"\xff"), ("array", [MAX, -1]), ("map", {"k": None, "😀": 0.1}), ("Rec", {"a": None}), ("En", "Y"), ("Fi", b"ab")]
    branch = lambda n: "n." + n if n in ("Rec", "En", "Fi") else n
    each(union, [None] + [(branch(n), v) for n, v in chosen], [None] + [{**dict.fromkeys(names), n: v} for n, v in chosen])
    deep = {"type": "array", "items": {"type": "map", "values": ["null", {"type": "record", "name": "In", "fields": [{"name": "xs", "type": {"type": "array", "items": {"type": "array", "items": "long"}}}, {"name": "next", "type": ["null", "In"]}]}]}}
    inner = {"xs": [[], [MIN, MAX], [0] * 300], "next": {"xs": [], "next": None}}
    each(deep, [[], [{}], [{"a": None, "": inner, "__proto__": inner}, {str(i): inner for i in range(40)}]])
    each({"type": "int", "logicalType": "date"}, [date(1970, 1, 1), date(1969, 12, 31), date(1, 1, 1), date(9999, 12, 31), date(2000, 2, 29)])
    each({"type": "int", "logicalType": "time-millis"}, [time(0), time(23, 59, 59, 999000)])
    stamps = [EPOCH, EPOCH - timedelta(milliseconds=1), datetime(1, 1, 1, tzinfo=timezone.utc), datetime(9999, 12, 31, 23, 59, 59, 999000, timezone.utc)]
    each({"type": "long", "logicalType": "timestamp-millis"}, stamps)
    each(["null", {"type": "long", "logicalType": "timestamp-millis"}], stamps + [None])
    micros = [s + timedelta(microseconds=7) for s in stamps]
    each({"type": "long", "logicalType": "timestamp-micros"}, micros, [(s - EPOCH) // timedelta(microseconds=1) for s in micros])
    each({"type": "long", "logicalType": "time-micros"}, [time(23, 59, 59, 999999)], [86399999999])

PROTO = """syntax = "proto3";
message M {
  enum E { ZERO = 0; NEGATIVE = -1; LAST = 2147483647; }
  message In { map<int64, string> names = 1; repeated sint64 zs = 2; In next = 3; }
  int64 i64 = 1; uint64 u64 = 2; sint64 s64 = 3; fixed64 f64 = 4; sfixed64 sf64 = 5; int32 i32 = 6; uint32 u32 = 7; sint32 s32 = 8;
  fixed32 f32 = 9; sfixed32 sf32 = 10; double d = 11; float f = 12; string s = 13; bytes b = 14; bool t = 15; E e = 16;
  map<string, In> ins = 17; repeated E es = 18; repeated double ds = 19; optional int64 maybe = 20; map<bool, E> flags = 21;
  oneof pick { int64 number = 100; string text = 1000; In message = 536870911; }
}
"""

def protobuf(folder):
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from grpc_tools import protoc
    with open(folder + "/m.proto", "w") as f: f.write(PROTO)
    assert protoc.main(["protoc", "-I" + folder, "-o" + folder + "/m.bin", "m.proto"]) == 0
    with open(folder + "/m.bin", "rb") as f: files = descriptor_pb2.FileDescriptorSet.FromString(f.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file: pool.Add(file)
    M = message_factory.GetMessageClass(pool.FindMessageTypeByName("M"))
    zero = {**dict.fromkeys("i64 u64 s64 f64 sf64 i32 u32 s32 f32 sf32".split(), 0), "d": 0.0, "f": 0.0, "s": "", "b": b"", "t": False, "e": "ZERO", "ins": {}, "es": [], "ds": [], "maybe": None, "flags": {}, "pick_0": None}
    def each(expected=None, **set):
        fields = {k: v for k, v in set.items() if k in zero}
        out("PROTOBUF", PROTO, b"\0" + M(**set).SerializeToString(), {**zero, **fields, **(expected or {})})
    # Java has no unsigned long: the same 64 bits.
    low = {**dict.fromkeys(["i64", "s64", "sf64"], MIN), **dict.fromkeys(["i32", "s32", "sf32"], -2**31)}
    high = {**dict.fromkeys(["i64", "s64", "sf64"], MAX), **dict.fromkeys(["i32", "s32", "sf32"], 2**31 - 1), "u32": 2**32 - 1, "f32": 2**32 - 1}
    each()
    each(**low)
    each({"u64": -1, "f64": -1}, u64=2**64 - 1, f64=2**64 - 1, **high)
    each({"u64": MIN, "f64": MIN + 1}, u64=2**63, f64=2**63 + 1)
    for n in (2**53 + 1, -2**53 - 1, 2**32, -2**31 - 1, 127, 128, -1): each(i64=n, s64=n, sf64=n, maybe=n)
    each(maybe=0)
    for d in FLOATS: each(d=d, ds=[d, 1.0, d])
    for f in SINGLES: each(f=f)
    for s in TEXTS: each(s=s, b=s.encode())
    each(e="NEGATIVE", es=["LAST", "ZERO", "NEGATIVE"], flags={True: "LAST", False: "ZERO"}, expected={"flags": {"true": "LAST", "false": "ZERO"}})
    leaf = {"names": {}, "zs": [], "next": None}
    given = {"names": {MIN: "😀", MAX: ""}, "zs": [MIN, MAX, 0, -1], "next": {"names": {0: "z"}}}
    inner = {**given, "next": {**leaf, "names": {0: "z"}}}
    each({"ins": {"": inner, "é": leaf}}, ins={"": M.In(**given), "é": M.In()})
    pick = dict.fromkeys(["number", "text", "message"])
    each({"pick_0": {**pick, "number": 0}}, number=0)
    each({"pick_0": {**pick, "text": ""}}, text="")
    each({"pick_0": {**pick, "message": inner}}, message=M.In(**given))

def json_schema():
    fields = {"i": {"type": "integer", "connect.type": "int64"}, "d": {"type": "number", "connect.type": "float64"}, "s": {"type": "string"}, "n": {"oneOf": [{"type": "null"}, {"type": "string"}]}, "xs": {"type": "array", "items": {"type": "integer", "connect.type": "int64"}}, "m": {"type": "object", "connect.type": "map", "additionalProperties": {"type": "number", "connect.type": "float64"}}}
    schema = json.dumps({"type": "object", "title": "T", "properties": fields, "required": ["i", "d", "s", "xs", "m"]})
    longs = [MIN, MAX, 2**53 + 1, -2**53 - 1, 0]
    for i, s in enumerate(TEXTS):
        d = [x for x in FLOATS[:6] if x != 0][i % 5]
        row = {"i": longs[i % 5], "d": d, "s": s, "n": s if i % 2 else None, "xs": longs, "m": {s[:9]: d, "__proto__": 0.1}}
        for ascii in (True, False): out("JSON", schema, json.dumps(row, ensure_ascii=ascii).encode(), row)

avro()
protobuf(sys.argv[1])
json_schema()
`;

interface Sample {
  readonly format: "AVRO" | "PROTOBUF" | "JSON";
  readonly schema: string;
  /** Base64. */
  readonly datum: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

/** The value as text to its last digit; floating-point numbers as their bits. */
function plain(value: unknown, schema: Schema | null): unknown {
  if (value === null) return null;
  if (value instanceof Struct)
    return Object.fromEntries(
      value.schema.fields.map((field) => [field.name, plain(value.getWithoutDefault(field), field.schema)]),
    );
  if (value instanceof Map) {
    const of = (schema as Schema).valueSchema;
    return Object.fromEntries(
      [...(value as Map<unknown, unknown>)].map(([key, item]) => [String(key), plain(item, of)]),
    );
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, schema?.valueSchema ?? null));
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (schema?.type === "FLOAT32" || schema?.type === "FLOAT64") {
    const bits = Buffer.alloc(8);
    bits.writeDoubleBE(Number(value));
    return Number.isNaN(Number(value)) ? "nan" : bits.toString("hex");
  }
  return (value as string | number | bigint | boolean).toString();
}

describe("Converters on data of other implementations", () => {
  let registry: SchemaRegistry;
  let samples: Sample[];

  before(async function () {
    this.timeout(180_000);
    registry = await SchemaRegistry.start();
    const command = await pythonWith(["fastavro==1.13.1", "protobuf==7.36.2", "grpcio-tools==1.85.1"]);
    const args = ["-c", WRITERS, temporaryFolder("protoc")];
    const printed = await runCommand({ name: "writers", command, args, env: { PYTHONIOENCODING: "utf-8" } });
    samples = printed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Sample);
  });
  after(async () => {
    await registry.stop();
  });

  /** Compares every datum of the format; `lazily` reads it the other way too. Gives their number. */
  async function compare(
    format: Sample["format"],
    [plugin]: readonly Plugin[],
    lazily: (converter: Converter, message: Buffer) => unknown = () => undefined,
  ): Promise<number> {
    assert.ok(plugin?.kind === "converter");
    const converter = plugin.create();
    converter.configure({ "schema.registry.url": registry.url, "max.retries": "0" }, false);
    const chosen = samples.filter((sample) => sample.format === format);
    for (const { schema, datum, expected } of chosen) {
      const id = registry.register("t-value", schema, format === "AVRO" ? {} : { schemaType: format });
      const message = wireMessage(id, Buffer.from(datum, "base64"));
      await converter.prepare?.("t", valueColumns([message]), "value");
      const eager = converter.toConnect("t", message);
      assert.deepEqual(plain(eager.value, eager.schema), expected, `${datum.slice(0, 200)} of ${schema}`);
      const lazy = lazily(converter, message);
      if (lazy !== undefined) assert.deepEqual(plain(lazy, eager.schema), expected, schema);
    }
    return chosen.length;
  }

  it("AvroConverter reads what fastavro wrote to the last digit, lazily and eagerly", async () => {
    const count = await compare("AVRO", avroPlugins, ({ lazy }, message) => {
      assert.equal(lazy?.check(message, 0, message.length), DatumVerdict.copy);
      return lazy.datum?.("t", message).value;
    });
    assert.ok(count > 150, String(count));
  });

  it("ProtobufConverter reads what Google's protobuf for Python wrote to the last digit", async () => {
    assert.ok((await compare("PROTOBUF", protobufPlugins)) > 35);
  });

  it("JsonSchemaConverter reads what Python's json wrote to the last digit", async () => {
    assert.ok((await compare("JSON", jsonSchemaPlugins)) > 15);
  });
});
