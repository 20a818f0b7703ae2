import assert from "node:assert/strict";
import { ConnectError, DatumVerdict, type Converter, type HeaderConverter } from "../../../../runtime/api/index.js";
import { plugins } from "../../../../runtime/converters/index.js";

/** Converters that need nothing from outside, each in its configurations. */
const CONFIGURATIONS: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  JsonConverter: [{ "schemas.enable": "false" }, {}, { "replace.null.with.default": "false" }],
  StringConverter: [{}, { "converter.encoding": "UTF-16" }, { "converter.encoding": "US-ASCII" }],
};
/** These read schemas from a registry. */
const REMOTE = /Avro|Protobuf|JsonSchema/;

interface Subject<C> {
  readonly title: string;
  readonly instance: C;
}

const simpleName = (className: string): string => className.slice(className.lastIndexOf(".") + 1);

const converters: Subject<Converter>[] = [];
const headerConverters: Subject<HeaderConverter>[] = [];
for (const plugin of plugins) {
  const name = simpleName(plugin.className);
  if (REMOTE.test(name)) continue;
  for (const config of CONFIGURATIONS[name] ?? [{}]) {
    const title = `${name} ${JSON.stringify(config)}`;
    if (plugin.kind === "converter") {
      const instance = plugin.create();
      instance.configure({ "converter.type": "value", ...config }, false);
      converters.push({ title, instance });
    } else if (plugin.kind === "header_converter") {
      const instance = plugin.create();
      instance.configure({ "converter.type": "header", ...config });
      headerConverters.push({ title: `${title} for headers`, instance });
    }
  }
}

const schema =
  '{"type":"struct","name":"n","fields":[{"field":"a","type":"int32","default":3},{"field":"d","type":"bytes","optional":true,' +
  '"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}},{"field":"l","type":"array","items":' +
  '{"type":"string","optional":true},"optional":true},{"field":"m","type":"map","keys":{"type":"int8"},"values":{"type":"double"},"optional":true}]}';

const CORPUS: readonly Uint8Array[] = [
  `{"schema":${schema},"payload":{"a":1,"d":"BNI=","l":["x",null],"m":[[1,1.5],[2,-0.0]]}}`,
  '{"schema":{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"},"payload":1718200000123}',
  '{"id":1,"name":"Zoë \\"x\\" \\uD83D\\uDE00","v":[1.5,-0.25,1e9,null,true,12345678901234567890],"o":{"a":"","b":{},"a":1}}',
  '[1, {"k" : "v"} ,\n"😀\\/\\u001f"]',
  "null",
  "",
  "5",
  "007.50e-3",
  "2020-01-01T00:00:00.000Z",
  '{"a":[1,2.5,"x"],"b":{"c":null}}',
  '{"a":"x\\/y"}',
  '["\\u001f"]',
  '"😀"',
  '{"a":1,"b":2,"a":3}',
  "-0",
  "plain text, größer als ASCII",
].map((text) => Buffer.from(text));
const BINARY: readonly Uint8Array[] = [
  "00",
  "01",
  "ffff",
  "7fffffff",
  "3dcccccd",
  "8000000000000000",
  "edbfbf",
  "feff00e9",
].map((hex) => Buffer.from(hex, "hex"));

/** A small generator of reproducible random numbers (mulberry32). */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

const INTERESTING = Buffer.from('{}[]",:\\u0129-+.eEtfn \n\u0000\u001fé😀').toString("latin1");

/** One to four bytes changed, inserted, removed or repeated. */
function mutate(source: Uint8Array, random: (limit: number) => number): Buffer {
  const bytes = [...source];
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(bytes.length + 1);
    const byte = random(3) === 0 ? random(256) : INTERESTING.charCodeAt(random(INTERESTING.length));
    const action = random(4);
    if (action === 0) bytes[at] = byte;
    else if (action === 1) bytes.splice(at, 0, byte);
    else if (action === 2) bytes.splice(at, 1 + random(3));
    else bytes.splice(at, 0, ...bytes.slice(at, at + random(8)));
  }
  return Buffer.from(bytes);
}

type Outcome = { readonly value: unknown; readonly schema: unknown } | { readonly error: string };

/** What the conversion gives; anything but a value or an error of the data is a failure. */
function outcomeOf(convert: () => { value: unknown; schema: unknown }): Outcome {
  try {
    return convert();
  } catch (error) {
    assert.ok(error instanceof ConnectError && error.kind === "data", `not an error of the data: ${String(error)}`);
    return { error: error.message };
  }
}

/** Checks that the lazy path says of the bytes what conversion does. */
function assertLazyAgrees(converter: Converter, bytes: Uint8Array, eager: Outcome): void {
  const { lazy } = converter;
  if (lazy === null || lazy === undefined) return;
  const slab = Buffer.concat([Buffer.from('7"'), bytes, Buffer.from('"7')]);
  let verdict: number | string;
  try {
    verdict = lazy.check(slab, 2, 2 + bytes.length);
  } catch (error) {
    assert.ok(error instanceof ConnectError && error.kind === "data");
    verdict = error.message;
  }
  if ("error" in eager) {
    assert.equal(verdict, eager.error);
    return;
  }
  assert.equal(verdict === DatumVerdict.nothing, eager.value === null);
  if (verdict !== DatumVerdict.copy) return;
  const again = converter.fromConnect("t", null, eager.value);
  assert.deepEqual(Buffer.from(again ?? []), Buffer.from(bytes));
}

describe("converters", () => {
  for (const { title, instance } of converters) {
    it(`${title} gives the same lazily and eagerly`, () => {
      for (const bytes of [...CORPUS, ...BINARY])
        assertLazyAgrees(
          instance,
          bytes,
          outcomeOf(() => instance.toConnect("t", bytes)),
        );
    });
  }

  // Most of these end in an error, and stacks are dear.
  const { stackTraceLimit } = Error;
  before(() => {
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  const RUNS = 8000;
  for (const { title, instance } of converters) {
    it(`${title} answers ${RUNS} mutated records with a value or an error of the data`, () => {
      const random = randomFrom(20240612);
      const sources = [...CORPUS, ...BINARY];
      for (let run = 0; run < RUNS; run++) {
        const bytes = mutate(sources[run % sources.length]!, random);
        const outcome = outcomeOf(() => instance.toConnect("t", bytes));
        assertLazyAgrees(instance, bytes, outcome);
        // What was read can be written, or is refused as data.
        if ("value" in outcome)
          outcomeOf(() => ({ value: instance.fromConnect("t", outcome.schema as never, outcome.value), schema: null }));
      }
    });
  }
  for (const { title, instance } of headerConverters) {
    it(`${title} answers ${RUNS / 4} mutated headers with a value or an error of the data`, () => {
      const random = randomFrom(4711);
      const sources = [...CORPUS, ...BINARY];
      for (let run = 0; run < RUNS / 4; run++) {
        const bytes = mutate(sources[run % sources.length]!, random);
        outcomeOf(() => instance.toConnectHeader("t", "h", bytes));
      }
    });
  }

  it("answer deeply nested and endless input in bounded time", () => {
    const hostile = [
      "[",
      '{"a":',
      '"',
      "1",
      "-",
      '[1,{"a":[',
      "{[",
      '{"schema":{"type":"array","items":',
      "\\",
      "1e9",
      '"\\u',
    ];
    for (const text of hostile)
      for (const { instance } of [...converters])
        outcomeOf(() => instance.toConnect("t", Buffer.from(text.repeat(5000))));
    for (const text of hostile)
      for (const { instance } of headerConverters)
        outcomeOf(() => instance.toConnectHeader("t", "h", Buffer.from(text.repeat(5000))));
  });
});
