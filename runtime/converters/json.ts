import {
  ConnectError,
  DatumVerdict,
  decodeJsonBytes,
  defineConfig,
  oneOfAnyCase,
  parseConfig,
  parseJsonBytes,
  printConnectJson,
  scanJson,
  type ConnectJsonOptions,
  type Converter,
  type LazyConverter,
  type Plugin,
  type Schema,
  type SchemaAndValue,
} from "../api/index.js";
import { CONVERTER_CONFIG } from "./converter-config.js";
import { converterPlugins } from "./converter-plugins.js";
import { readPayload } from "./json-data.js";
import { EnvelopeReader } from "./json-envelope.js";
import { JsonKernel } from "./json-kernel/json-kernel.js";
import { printJsonSchema } from "./json-schema.js";

const JSON_CONVERTER_CONFIG = defineConfig({
  ...CONVERTER_CONFIG,
  "schemas.enable": {
    type: "BOOLEAN",
    default: true,
    importance: "HIGH",
    doc: "Whether every key and value carries its schema.",
    group: "Schemas",
    orderInGroup: 0,
    width: "MEDIUM",
    displayName: "Enable Schemas",
  },
  "schemas.cache.size": {
    type: "INT",
    default: 1000,
    importance: "HIGH",
    doc: "How many schemas this converter keeps.",
    group: "Schemas",
    orderInGroup: 1,
    width: "MEDIUM",
    displayName: "Schema Cache Size",
  },
  "decimal.format": {
    type: "STRING",
    default: "BASE64",
    validator: oneOfAnyCase("NUMERIC", "BASE64"),
    importance: "LOW",
    doc: "How decimals are written: BASE64 or NUMERIC, in any case.",
    group: "Serialization",
    orderInGroup: 0,
    width: "MEDIUM",
    displayName: "Decimal Format",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "Whether a null is replaced by the default of its field.",
    group: "Serialization",
    orderInGroup: 1,
    width: "MEDIUM",
    displayName: "Replace null with default",
  },
});

/** Of the thread; made when a converter first needs it. Null where there is no WebAssembly. */
let kernel: JsonKernel | null | undefined;

/** Connect's JsonConverter. Without schemas, values stay bytes until someone asks for them. */
class JsonConverter implements Converter {
  #options: ConnectJsonOptions = { decimalFormat: "BASE64", replaceNullWithDefault: true };
  /** Null without schemas. */
  #envelopes: EnvelopeReader | null = new EnvelopeReader(true, 1000);
  #schemaTexts = new WeakMap<Schema, string>();
  readonly #lazy: LazyConverter = {
    kind: "json",
    check: (buffer, start, end) => {
      const verdict = scanJson(buffer, start, end);
      if (verdict !== DatumVerdict.undecided) return verdict;
      // Invalid, or unusual in a way that only the parser knows: it throws in the first case.
      const { value } = this.toConnect("", buffer.subarray(start, end));
      return value === null ? DatumVerdict.nothing : DatumVerdict.convert;
    },
    checkRows: (buffer, starts, lengths, from, to, verdicts) => {
      if (kernel === undefined) kernel = JsonKernel.create();
      if (kernel !== null) return kernel.checkRows(buffer, starts, lengths, from, to, verdicts);
      verdicts.fill(DatumVerdict.undecided, from, to);
      return to - from;
    },
  };

  get lazy(): LazyConverter | null {
    return this.#envelopes === null ? this.#lazy : null;
  }

  configure(config: Readonly<Record<string, string>>): void {
    const values = parseConfig(JSON_CONVERTER_CONFIG, config);
    const replaceNullWithDefault = values["replace.null.with.default"];
    const isNumeric = values["decimal.format"].toUpperCase() === "NUMERIC";
    this.#options = { decimalFormat: isNumeric ? "NUMERIC" : "BASE64", replaceNullWithDefault };
    this.#envelopes = values["schemas.enable"]
      ? new EnvelopeReader(replaceNullWithDefault, values["schemas.cache.size"])
      : null;
    this.#schemaTexts = new WeakMap();
  }

  toConnect(_topic: string, bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return { schema: null, value: null };
    if (this.#envelopes === null) return { schema: null, value: reading(() => parseJsonBytes(bytes)) };
    const text = reading(() => decodeJsonBytes(bytes));
    const envelopes = this.#envelopes;
    const { schema, payload } = reading(() => envelopes.read(text));
    if (schema === null) return { schema, value: payload };
    return { schema, value: readPayload(schema, payload, this.#options.replaceNullWithDefault) };
  }

  fromConnect(_topic: string, schema: Schema | null, value: unknown): Uint8Array | null {
    if (schema === null && value === null) return null;
    const payload = printConnectJson(schema, value, this.#options);
    if (this.#envelopes === null) return Buffer.from(payload);
    return Buffer.from(`{"schema":${this.#schemaText(schema)},"payload":${payload}}`);
  }

  #schemaText(schema: Schema | null): string {
    if (schema === null) return "null";
    let text = this.#schemaTexts.get(schema);
    if (text === undefined) {
      text = printJsonSchema(schema, this.#options);
      this.#schemaTexts.set(schema, text);
    }
    return text;
  }
}

/** Reports what is no JSON as the JVM does. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConnectError) || !error.javaClass.startsWith("com.fasterxml.")) throw error;
    throw new ConnectError("data", "Converting byte[] to Kafka Connect data failed due to serialization error: ", {
      cause: new ConnectError("data", `${error.javaClass}: ${error.message}`, {
        javaClass: "org.apache.kafka.common.errors.SerializationException",
        cause: error,
      }),
    });
  }
}

export const jsonPlugins: readonly Plugin[] = converterPlugins(
  "org.apache.kafka.connect.json.JsonConverter",
  JSON_CONVERTER_CONFIG,
  () => new JsonConverter(),
);
